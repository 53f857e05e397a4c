#include "engine/privacy/key_record.h"

#include <doctest/doctest.h>

#include "engine/privacy/key_name.h"

namespace recourse {
namespace {

struct Fours final : Random {
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = 0x44;
  }
};

const Kek kKek{1, Key(std::string(32, '\x55'))};

TEST_CASE("records have the bytes that their document shows") {
  Fours random;
  const KeyName bucket = KeyName::bucket(LedgerId(1), "pii-24m", "2026-01");
  CHECK(to_hex(bucket.bytes()) == "620000000100077069692d32346d323032362d3031");
  const std::string wrapped = wrap_record(kKek, bucket.bytes(), random, {std::string(32, '\x33')});
  CHECK(to_hex(wrapped) ==
        "01770000000000000001444444444444444444444444"
        "d5f88ac4f87d4e0b139c0fd046d005e3d761d12ddf04c1372b7ff61d7676d468"
        "a3d1f721afa3cec00979ae3d0b3d6c5203a8f9d69dedb553");
  const KeyName subject = KeyName::subject(LedgerId(1), "sub_5d2e");
  CHECK(to_hex(subject.bytes()) == "73000000017375625f35643265");
  CHECK(to_hex(destroyed_record(1, subject.bytes())) == "01780000000000000001f5fc2408145c1ee6");
}

TEST_CASE("a record unwraps under its own name and key only") {
  SystemRandom random;
  const std::string record = wrap_record(kKek, "name", random, {"one", "two"});
  CHECK(unwrap_record(kKek, "name", record)->view() == "onetwo");
  CHECK(epoch_of_record("name", record).value() == 1);
  CHECK(!is_destroyed_record("name", record).value());
  CHECK(unwrap_record(kKek, "other", record).error().code == ErrorCode::corrupt);
  CHECK(unwrap_record({1, Key(std::string(32, 'x'))}, "name", record).error().code ==
        ErrorCode::unauthenticated);
  const std::string destroyed = destroyed_record(4, "name");
  CHECK(unwrap_record(kKek, "name", destroyed).error().code == ErrorCode::erased);
  CHECK(is_destroyed_record("name", destroyed).value());
}

TEST_CASE("a record with any byte changed, or cut short, is damaged") {
  SystemRandom random;
  const std::string record = wrap_record(kKek, "name", random, {std::string(32, 'a')});
  for (std::size_t at = 0; at < record.size(); ++at) {
    std::string changed = record;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    CHECK(unwrap_record(kKek, "name", changed).error().code == ErrorCode::corrupt);
    CHECK(unwrap_record(kKek, "name", record.substr(0, at)).error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("a whole record of a later version is left alone") {
  std::string record = destroyed_record(1, "name");
  record.resize(record.size() - 8);
  record[0] = 2;
  put_u64(record, checksum("name" + record));
  CHECK(unwrap_record(kKek, "name", record).error().code == ErrorCode::unsupported);
  CHECK(epoch_of_record("name", record).error().code == ErrorCode::unsupported);
}

}  // namespace
}  // namespace recourse
