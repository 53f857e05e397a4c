#include "engine/base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

/// Gives the bytes it was made with, again and again.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::string hex) : bytes_(from_hex(hex).value()) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<std::uint8_t>(bytes_[i % bytes_.size()]);
  }

 private:
  std::string bytes_;
};

TEST_CASE("a seed gives the published numbers of SplitMix64, least byte first") {
  SeededRandom random(1234567);
  std::string expected;
  for (const std::uint64_t word : {6457827717110365317ULL, 3203168211198807973ULL,
                                   9817491932198370423ULL, 4593380528125082431ULL}) {
    std::string big;
    put_u64(big, word);
    expected.append(big.rbegin(), big.rend());
  }
  CHECK(to_hex(as_text(random.bytes<32>())) == to_hex(expected));
}

TEST_CASE("the same seed gives the same bytes and another seed gives others") {
  SeededRandom one(7), same(7), other(8);
  const auto first = one.bytes<20>();
  CHECK(first == same.bytes<20>());
  CHECK(first != other.bytes<20>());
  CHECK(first != one.bytes<20>());
}

TEST_CASE("the system's randomness does not repeat") {
  SystemRandom random;
  CHECK(random.bytes<32>() != random.bytes<32>());
}

TEST_CASE("a ULID spells its time as the specification does") {
  FixedRandom random("ff");
  CHECK(make_ulid("tkt_", Timestamp{1469918176385ms}, random) == "tkt_01ARYZ6S41ZZZZZZZZZZZZZZZZ");
  FixedRandom zero("00");
  CHECK(make_ulid("", Timestamp{}, zero) == "00000000000000000000000000");
}

TEST_CASE("ULIDs sort as their times do and do not collide within a millisecond") {
  SeededRandom random(1);
  std::string last;
  for (Timestamp time{1'000'000s}; time < Timestamp{1'000'000s + 300ms}; time += 1ms) {
    const std::string id = make_ulid("run_", time, random);
    CHECK(id.size() == 30);
    CHECK(last < id);
    last = id;
  }
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(make_ulid("", Timestamp{1s}, random));
  CHECK(ids.size() == 1000);
}

TEST_CASE("an action id is the UUIDv7 of RFC 9562 appendix A.6, its fraction cut to microseconds") {
  FixedRandom random("ffffffffffff0cc318c4dc0c0c07398f");
  const ActionId id = make_action_id(Timestamp{1645557742000ms} + 797us, random);
  CHECK(to_uuid(id) == "017f22e2-79b0-7cc0-98c4-dc0c0c07398f");
  CHECK(id.value() == "act_01FWHE4YDGFK09HH6W1G60EECF");
  CHECK(action_id_from_uuid("017F22E2-79B0-7CC0-98C4-DC0C0C07398F").value() == id);
}

TEST_CASE("action ids sort by the microsecond in which they were made") {
  SeededRandom random(4);
  std::string last;
  for (int i = 0; i < 5'000; ++i) {
    const ActionId id =
        make_action_id(Timestamp{1645557742000ms} + std::chrono::microseconds{i}, random);
    CHECK(last < id.value());
    last = id.value();
  }
}

TEST_CASE("an action id survives the way to a UUID and back") {
  SeededRandom random(3);
  for (int i = 0; i < 200; ++i) {
    const ActionId id =
        make_action_id(Timestamp{std::chrono::milliseconds{i * 77'777'777LL}}, random);
    const std::string uuid = to_uuid(id);
    REQUIRE(uuid.size() == 36);
    CHECK(uuid[14] == '7');
    CHECK(std::string_view("89ab").find(uuid[19]) != std::string_view::npos);
    CHECK(action_id_from_uuid(uuid).value() == id);
  }
}

TEST_CASE("what is no action id has no UUID") {
  for (const char* text : {"", "act", "act_", "tkt_01FWHE4YDGFK1SHH6W1G60EECF",
                           "act_01FWHE4YDGFK1SHH6W1G60EEC", "act_81FWHE4YDGFK1SHH6W1G60EECF",
                           "act_01fwhe4ydgfk1shh6w1g60eecf", "act_01FWHE4YDGFK1SHH6W1G60EECU"})
    CHECK(to_uuid(ActionId(text)).empty());
}

TEST_CASE("what is no UUID is no action") {
  for (const char* text :
       {"", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc0-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc0-98c4-dc0c0c07398g", "017f22e2-79b0-7cc0-98c4-dc0c0c0739-f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc0-98c4_dc0c0c07398f"}) {
    const auto id = action_id_from_uuid(text);
    REQUIRE_FALSE(id.ok());
    CHECK(id.error().code == ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace recourse
