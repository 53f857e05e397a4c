#include "engine/ledger/ed25519.h"

#include <doctest/doctest.h>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

const std::string kSeed(32, '\x07');

TEST_CASE("a signature verifies under its own key and message only") {
  const Ed25519Key key = Ed25519Key::from_seed(kSeed).value();
  const Ed25519Key other = Ed25519Key::from_seed(std::string(32, '\x08')).value();
  const Ed25519Signature signature = key.sign("message");
  CHECK(key.public_key().verify("message", as_text(signature)));
  CHECK(!key.public_key().verify("massage", as_text(signature)));
  CHECK(!other.public_key().verify("message", as_text(signature)));
  CHECK(key.sign("message") == signature);
}

TEST_CASE("a signature of another length is false, not an accident") {
  const Ed25519PublicKey key = Ed25519Key::from_seed(kSeed).value().public_key();
  CHECK(!key.verify("message", ""));
  CHECK(!key.verify("message", std::string(63, '\0')));
  CHECK(!key.verify("message", std::string(65, '\0')));
}

TEST_CASE("keys have 32 bytes") {
  CHECK(!Ed25519Key::from_seed(std::string(31, 'x')));
  CHECK(!Ed25519Key::from_seed(std::string(64, 'x')));
  CHECK(!Ed25519PublicKey::from_bytes(""));
  CHECK(!Ed25519PublicKey::from_bytes(std::string(33, 'x')));
}

TEST_CASE("a public key outlives the key that it came from") {
  std::optional<Ed25519Key> key(Ed25519Key::from_seed(kSeed).value());
  const Ed25519PublicKey from_signer = key->public_key();
  const Ed25519Signature signature = key->sign("m");
  key.reset();
  CHECK(from_signer.verify("m", as_text(signature)));
  CHECK(Ed25519PublicKey::from_bytes(from_signer.bytes()).value().verify("m", as_text(signature)));
}

}  // namespace
}  // namespace recourse
