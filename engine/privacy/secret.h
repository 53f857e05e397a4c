#pragma once

#include <openssl/crypto.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/bytes.h"

namespace recourse {

/// 32 secret bytes, wiped when they go. Kinds of secrets do not mix: one tag per kind.
template <class Tag>
class Secret {
 public:
  using Bytes = std::array<std::uint8_t, 32>;

  Secret() = default;
  explicit Secret(const Bytes& bytes) : bytes_(bytes) {}
  /// REQUIRES: 32 bytes.
  explicit Secret(std::string_view bytes) {
    RECOURSE_ASSERT(bytes.size() == bytes_.size(), "a secret has 32 bytes");
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<std::uint8_t>(bytes[i]);
  }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  /// Borrowed from this secret: a copy of these bytes is not wiped by anybody.
  std::string_view view() const& { return as_text(bytes_); }
  std::string_view view() const&& = delete;
  /// Where the secret lies, to be filled in place.
  std::span<std::uint8_t, 32> fill() { return bytes_; }

  /// In constant time.
  friend bool operator==(const Secret& a, const Secret& b) {
    return CRYPTO_memcmp(a.bytes_.data(), b.bytes_.data(), a.bytes_.size()) == 0;
  }

 private:
  Bytes bytes_{};
};

using Key = Secret<struct KeyTag>;  ///< A stored key: of a subject, bucket, tenant, purpose.
using FieldKey = Secret<struct FieldKeyTag>;  ///< Derived: encrypts vault records.

}  // namespace recourse
