#include "engine/ledger/ed25519.h"

#include <algorithm>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

constexpr std::size_t kKeyBytes = 32;

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// A fresh context for each call: EVP_DigestSignInit leaves a reference to the key in it, which
// would keep a destroyed key alive in a context of a thread.
Context context() {
  Context created(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  RECOURSE_ASSERT(created != nullptr, "OpenSSL makes a digest context");
  return created;
}

}  // namespace

Result<Ed25519PublicKey> Ed25519PublicKey::from_bytes(std::string_view bytes) {
  if (bytes.size() != kKeyBytes)
    return Error{ErrorCode::invalid, "an Ed25519 public key has 32 bytes"};
  Ed25519PublicKey key;
  key.key_.reset(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, as_bytes(bytes), bytes.size()),
      EVP_PKEY_free);
  if (key.key_ == nullptr) return Error{ErrorCode::invalid, "not an Ed25519 public key"};
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

std::string_view Ed25519PublicKey::bytes() const& { return as_text(bytes_); }

bool Ed25519PublicKey::verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != Ed25519Signature{}.size()) return false;
  const Context ctx = context();
  const bool ready = EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, key_.get()) == 1;
  RECOURSE_ASSERT(ready, "OpenSSL verifies Ed25519");
  return EVP_DigestVerify(ctx.get(), as_bytes(signature), signature.size(), as_bytes(message),
                          message.size()) == 1;
}

Result<Ed25519Key> Ed25519Key::from_seed(std::string_view seed) {
  if (seed.size() != kKeyBytes) return Error{ErrorCode::invalid, "an Ed25519 seed has 32 bytes"};
  EVP_PKEY* const key =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, as_bytes(seed), seed.size());
  if (key == nullptr) return Error{ErrorCode::invalid, "not an Ed25519 seed"};
  return Ed25519Key(key);
}

Ed25519Signature Ed25519Key::sign(std::string_view message) const {
  Ed25519Signature signature;
  std::size_t length = signature.size();
  const Context ctx = context();
  const bool done =
      EVP_DigestSignInit(ctx.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
      EVP_DigestSign(ctx.get(), signature.data(), &length, as_bytes(message), message.size()) == 1;
  RECOURSE_ASSERT(done && length == signature.size(), "OpenSSL signs with Ed25519");
  return signature;
}

Ed25519PublicKey Ed25519Key::public_key() const {
  std::array<std::uint8_t, kKeyBytes> bytes;
  std::size_t length = bytes.size();
  const bool done = EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &length) == 1;
  RECOURSE_ASSERT(done && length == kKeyBytes, "an Ed25519 key gives its public half");
  return Ed25519PublicKey::from_bytes(as_text(bytes)).value();
}

}  // namespace recourse
