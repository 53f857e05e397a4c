#include "engine/base/bytes.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace recourse {
namespace {

ErrorCode refusal(const Result<std::string>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code;
}

TEST_CASE("base64 follows the vectors of RFC 4648 section 10 in both directions") {
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xfb\xff\xfe", "+//+"},
  };
  for (const auto& [plain, encoded] : vectors) {
    CHECK(to_base64(plain) == encoded);
    CHECK(from_base64(encoded).value() == plain);
  }
}

TEST_CASE("base64 has one spelling for each value") {
  for (const std::string_view other :
       {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n",
        " Zg=", "Z===", "====", "=Zg=", "Zg==Zg==", "Zm9-", "Zm9_", "Zm\xc3\xb6"}) {
    CAPTURE(other);
    CHECK(refusal(from_base64(other)) == ErrorCode::invalid);
  }
}

TEST_CASE("hex is lower case and whole bytes") {
  CHECK(to_hex(std::string_view("\x00\x7f\x80\xff", 4)) == "007f80ff");
  CHECK(from_hex("007f80ff").value() == std::string("\x00\x7f\x80\xff", 4));
  CHECK(from_hex("").value().empty());
  for (const std::string_view other : {"0", "0g", "FF", "0x", "\xff\xff"})
    CHECK(refusal(from_hex(other)) == ErrorCode::invalid);
}

TEST_CASE("every byte survives hex and base64 at every length") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    CHECK(from_hex(to_hex(bytes)).value() == bytes);
    CHECK(from_base64(to_base64(bytes)).value() == bytes);
    bytes.push_back(static_cast<char>(255 - i));
  }
}

TEST_CASE("a hash in base64 has 32 bytes") {
  Hash hash;
  hash.fill(0xa5);
  CHECK(hash_from_base64(to_base64(as_text(hash))).value() == hash);
  CHECK_FALSE(hash_from_base64(to_base64(as_text(hash).substr(1))).ok());
  CHECK_FALSE(hash_from_base64("not base64").ok());
}

TEST_CASE("integers are stored big-endian, so their bytes sort as they do") {
  std::string out;
  put_u16(out, 0x0102);
  put_u32(out, 0x03040506);
  put_u64(out, 0x0708090a0b0c0d0eULL);
  CHECK(to_hex(out) == "0102030405060708090a0b0c0d0e");
  CHECK(get_u16(out) == 0x0102);
  CHECK(get_u32(std::string_view(out).substr(2)) == 0x03040506);
  CHECK(get_u64(std::string_view(out).substr(6)) == 0x0708090a0b0c0d0eULL);

  std::string last;
  for (const std::uint64_t value : {0ULL, 1ULL, 255ULL, 256ULL, 1ULL << 32, ~0ULL}) {
    std::string key;
    put_u64(key, value);
    CHECK(get_u64(key) == value);
    CHECK(last < key);
    last = key;
  }
}

TEST_CASE("the checksum is XXH3-64, so that other programs can compute it") {
  CHECK(checksum("") == 0x2d06800538d394c2ULL);
  CHECK(checksum("abc") == 0x78af5f94892f3950ULL);
}

}  // namespace
}  // namespace recourse
