#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"

namespace recourse {

/// State digest of a projection: the sum mod 2^256 of SHA-256(u32 length of key ‖ key ‖ value) over
/// its rows. Order does not matter and a changed row costs two hashes.
class Digest {
 public:
  static Hash of_row(std::string_view key, std::string_view json);

  void add(const Hash& row);
  void subtract(const Hash& row);

  /// The sum, big-endian.
  Hash value() const;
  static Digest from(const Hash& value);

  bool operator==(const Digest&) const = default;

 private:
  std::array<std::uint64_t, 4> words_{};  ///< Least significant first.
};

}  // namespace recourse
