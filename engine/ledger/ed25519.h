#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

/// A signature of RFC 8032.
using Ed25519Signature = std::array<std::uint8_t, 64>;

/// What verifies. Any thread; copies share one immutable key.
class Ed25519PublicKey {
 public:
  /// Errors: invalid unless `bytes` are 32.
  static Result<Ed25519PublicKey> from_bytes(std::string_view bytes);

  /// The 32 bytes, borrowed from this key.
  std::string_view bytes() const&;
  std::string_view bytes() const&& = delete;
  /// False for a wrong signature and for one that is not 64 bytes long.
  bool verify(std::string_view message, std::string_view signature) const;

 private:
  Ed25519PublicKey() = default;

  std::shared_ptr<EVP_PKEY> key_;  ///< Shared, since a key set is copied to every verifier.
  std::array<std::uint8_t, 32> bytes_{};
};

/// What signs. Any thread. OpenSSL overwrites the secret when this is destroyed, and no other copy
/// of it is kept here: the caller clears the seed.
class Ed25519Key {
 public:
  /// Errors: invalid unless `seed` has 32 bytes.
  static Result<Ed25519Key> from_seed(std::string_view seed);

  Ed25519Signature sign(std::string_view message) const;
  Ed25519PublicKey public_key() const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  explicit Ed25519Key(EVP_PKEY* key) : key_(key) {}

  std::unique_ptr<EVP_PKEY, Free> key_;
};

}  // namespace recourse
