#include "engine/privacy/seal.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace recourse {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t byte) {
  std::array<std::uint8_t, N> bytes;
  bytes.fill(byte);
  return bytes;
}

const SealHeader kHeader{"evt_1", "/data/requester"};
const Rho kRho = filled<32>(0x11);
const SealNonce kNonce = filled<12>(0x44);
const Key kSubject(filled<32>(0x22));
const Key kBucket(filled<32>(0x33));
constexpr std::string_view kOrigin = "audit.example.com/t/7f3a";
constexpr std::string_view kValue = "\"Jane Roe\"";
constexpr std::string_view kRecord =
    "444444444444444444444444fff659550d3d64e46d383c38709bddffca751532639dd2cb1dd156ba036b9a550d18"
    "29f39426a34138aaa0fa6d5d1b2356ad75d8cd6b16d4ef74";

TEST_CASE("the commitment, the field key and the vault record are those of the golden vectors") {
  CHECK(to_base64(as_text(commit(kRho, kHeader, kValue))) ==
        "X9j1dvgoX9ARjAv0Gpudcg/MKGwyfOP9HdLzzqJ+97M=");
  const FieldKey key = derive_field_key(std::array{kSubject}, kBucket, kOrigin);
  CHECK(to_hex(key.view()) == "60182b030974dc705d61568f4505e8c2d88eb7b179ebcc55d2ef925d421d6917");
  CHECK(to_hex(seal(key, kHeader, kNonce, kRho, kValue)) == kRecord);
}

TEST_CASE("the golden vault record opens to what it was sealed from, and matches its commitment") {
  const FieldKey key = derive_field_key(std::array{kSubject}, kBucket, kOrigin);
  const Result<Opened> opened = open(key, kHeader, *from_hex(kRecord));
  REQUIRE(opened);
  CHECK(opened->rho == kRho);
  CHECK(opened->value == kValue);
  CHECK(check(*hash_from_base64("X9j1dvgoX9ARjAv0Gpudcg/MKGwyfOP9HdLzzqJ+97M="), *opened, kHeader));
}

TEST_CASE("a value opened in another place does not match the commitment") {
  const Opened opened{kRho, std::string(kValue)};
  const Hash commitment = commit(kRho, kHeader, kValue);
  CHECK(check(commitment, opened, kHeader));
  CHECK(!check(commitment, opened, {"evt_2", "/data/requester"}));
  CHECK(!check(commitment, opened, {"evt_1", "/data/approver"}));
  CHECK(!check(commitment, {kRho, "\"Jane Doe\""}, kHeader));
  CHECK(check(commitment, {filled<32>(0x12), std::string(kValue)}, kHeader).error().code ==
        ErrorCode::corrupt);
}

TEST_CASE("one opener opens many values of its key, and only at their places") {
  const FieldKey key = derive_field_key(std::array{kSubject}, kBucket, kOrigin);
  const std::string record = *from_hex(kRecord);
  const Hash commitment = commit(kRho, kHeader, kValue);
  const SealHeader other_header{"evt_2", "/data/reasoning"};
  const Rho other_rho = filled<32>(0x12);
  const std::string other_value = '"' + std::string(3'000, 'x') + '"';
  const std::string other = seal(key, other_header, filled<12>(0x45), other_rho, other_value);
  const Hash other_commitment = commit(other_rho, other_header, other_value);
  SealOpener opener(key);
  // What is refused in between must not spoil what follows.
  for (int round = 0; round < 2; ++round) {
    auto text = opener.open("evt_1", "/data/requester", commitment, record);
    REQUIRE(text);
    CHECK(text->rho == as_text(kRho));
    CHECK(text->value == kValue);
    CHECK(opener.open("evt_2", "/data/requester", commitment, record).error().code ==
          ErrorCode::corrupt);
    text = opener.open("evt_2", "/data/reasoning", other_commitment, other);
    REQUIRE(text);
    CHECK(text->value == other_value);
    const auto another_value = opener.open("evt_2", "/data/reasoning", commitment, other);
    REQUIRE(!another_value);
    CHECK(another_value.error().message.find("not the one the event commits to") !=
          std::string::npos);
    for (std::size_t size = 0; size < record.size(); ++size)
      CHECK(!opener.open("evt_1", "/data/requester", commitment, record.substr(0, size)));
  }
  SealOpener of_another_key{FieldKey(filled<32>(0x77))};
  CHECK(!of_another_key.open("evt_1", "/data/requester", commitment, record));
}

TEST_CASE("whatever is sealed opens to the same value") {
  CHECK(rc::check([](const std::string& value, const std::string& event, const std::string& path,
                     const Rho& rho, const SealNonce& nonce, const Rho& secret) {
    const FieldKey key(secret);
    const SealHeader header{event, path};
    const Result<Opened> opened = open(key, header, seal(key, header, nonce, rho, value));
    RC_ASSERT(opened.ok());
    RC_ASSERT(opened->value == value);
    RC_ASSERT(opened->rho == rho);
    RC_ASSERT(check(commit(rho, header, value), *opened, header).ok());
  }));
}

TEST_CASE("a sealed value with any bit flipped, or cut short, does not open") {
  CHECK(rc::check([](const std::string& value, const Rho& rho, const SealNonce& nonce) {
    const FieldKey key(filled<32>(0x55));
    const std::string record = seal(key, kHeader, nonce, rho, value);
    const auto at = *rc::gen::inRange<std::size_t>(0, record.size());
    std::string flipped = record;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << *rc::gen::inRange(0, 8)));
    RC_ASSERT(open(key, kHeader, flipped).error().code == ErrorCode::corrupt);
    RC_ASSERT(open(key, kHeader, record.substr(0, at)).error().code == ErrorCode::corrupt);
  }));
}

TEST_CASE("a sealed value opens neither with another key nor in another place") {
  const std::string record = *from_hex(kRecord);
  CHECK(!open(FieldKey(filled<32>(0x56)), kHeader, record));
  const FieldKey key = derive_field_key(std::array{kSubject}, kBucket, kOrigin);
  const Result<Opened> elsewhere = open(key, {"evt_2", "/data/requester"}, record);
  REQUIRE(!elsewhere);
  CHECK(elsewhere.error().message.find("evt_2") != std::string::npos);
}

TEST_CASE("the field key depends on every subject, their order, the bucket and the log") {
  const Key other(filled<32>(0x23));
  const FieldKey both = derive_field_key(std::array{kSubject, other}, kBucket, kOrigin);
  CHECK(!(both == derive_field_key(std::array{other, kSubject}, kBucket, kOrigin)));
  CHECK(!(both == derive_field_key(std::array{kSubject}, kBucket, kOrigin)));
  CHECK(!(both == derive_field_key(std::array{kSubject, other}, other, kOrigin)));
  CHECK(!(both == derive_field_key(std::array{kSubject, other}, kBucket, "audit.example.com/t/2")));
  CHECK(both == derive_field_key(std::array{kSubject, other}, kBucket, kOrigin));
}

TEST_CASE("keys derived for different purposes differ from each other and from their origin") {
  CHECK(!(derive_key(kSubject, "args_match") == derive_key(kSubject, "message_id")));
  CHECK(!(derive_key(kSubject, "args_match") == kSubject));
  CHECK(derive_key(kSubject, "args_match") == derive_key(kSubject, "args_match"));
}

TEST_CASE("a secret is wiped when it goes") {
  alignas(Key) std::array<unsigned char, sizeof(Key)> place;
  Key* const key = new (place.data()) Key(filled<32>(0x77));
  key->~Key();
  const volatile unsigned char* const left = place.data();
  for (std::size_t i = 0; i < place.size(); ++i) CHECK(left[i] == 0);
}

}  // namespace
}  // namespace recourse
