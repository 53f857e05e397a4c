#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

using GcmNonce = std::array<std::uint8_t, 12>;  ///< Never twice under one key; random ones do.
inline constexpr std::size_t kGcmTagSize = 16;

/// Appends ciphertext || tag of the parts, one after the other, to `out`. AES-256-GCM (SP 800-38D).
/// REQUIRES: a key of 32 bytes, parts of less than 2^31 bytes each. Any thread.
void aes_gcm_seal(std::string& out, std::string_view key, const GcmNonce& nonce,
                  std::string_view aad, std::initializer_list<std::string_view> parts);

/// The plaintext of `sealed` (ciphertext || tag).
/// Errors: corrupt when it was made with another key, nonce or aad, or was changed. Any thread.
Result<std::string> aes_gcm_open(std::string_view key, std::string_view nonce, std::string_view aad,
                                 std::string_view sealed);

/// aes_gcm_open() for many texts under one key, which is expanded once and wiped with this. One
/// thread at a time.
class GcmOpener {
 public:
  /// REQUIRES: a key of 32 bytes.
  explicit GcmOpener(std::string_view key);
  ~GcmOpener();
  GcmOpener(const GcmOpener&) = delete;
  GcmOpener& operator=(const GcmOpener&) = delete;

  /// Puts the plaintext of `sealed` in the place of what `out` holds. False, and `out` is empty,
  /// where aes_gcm_open() says corrupt.
  bool open(std::string& out, std::string_view nonce, std::string_view aad,
            std::string_view sealed);

 private:
  struct Keyed;
  std::unique_ptr<Keyed> keyed_;
};

}  // namespace recourse
