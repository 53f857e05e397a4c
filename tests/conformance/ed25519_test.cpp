#include "engine/ledger/ed25519.h"

#include <doctest/doctest.h>

#include <array>
#include <sstream>

#include "engine/base/bytes.h"
#include "tests/conformance/shared_data.h"

namespace recourse {
namespace {

std::string with_flipped_bit(std::string bytes, std::size_t bit) {
  bit %= bytes.size() * 8;
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
  return bytes;
}

bool verifies(const std::string& key, const std::string& message, const std::string& signature) {
  const auto parsed = Ed25519PublicKey::from_bytes(key);
  return parsed && parsed->verify(message, signature);
}

TEST_CASE("published signatures are made again and verify, and no flipped bit does") {
  const auto file = shared_data("ed25519/sign-0001-0064.txt");
  if (!file) return;
  std::istringstream lines(contents(*file));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    std::istringstream fields(line);
    std::array<std::string, 4> bytes;  // secret || public : public : message : signature || message
    for (std::string& field : bytes) {
      std::getline(fields, field, ':');
      field = from_hex(field).value();
    }
    const auto& [secret_and_public, public_key, message, signed_message] = bytes;
    const std::string signature = signed_message.substr(0, 64);
    REQUIRE(signed_message.substr(64) == message);
    const Ed25519Key key = Ed25519Key::from_seed(secret_and_public.substr(0, 32)).value();
    const Ed25519PublicKey computed = key.public_key();
    CHECK(computed.bytes() == public_key);
    CHECK(as_text(key.sign(message)) == signature);
    CHECK(verifies(public_key, message, signature));
    // Another bit in each line: the file is long enough to reach many.
    const std::size_t bit = count * 37;
    CHECK(!verifies(with_flipped_bit(public_key, bit), message, signature));
    CHECK(!verifies(public_key, message, with_flipped_bit(signature, bit)));
    if (!message.empty()) CHECK(!verifies(public_key, with_flipped_bit(message, bit), signature));
  }
  CHECK(count > 0);
}

}  // namespace
}  // namespace recourse
