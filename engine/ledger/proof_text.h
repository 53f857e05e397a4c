#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace recourse {

// The line grammar that checkpoints, range proofs and tlog proofs share.

/// Reads a text line by line. Borrows the text.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}

  /// The next line without its line feed. Errors: invalid at the end, and for an unended last line.
  Result<std::string_view> line();
  /// Hashes in base64, one per line, up to and with the next empty line. At most 256: no proof of a
  /// tree with 64-bit sizes is longer. Errors: invalid.
  Result<std::vector<Hash>> hashes();
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// Decimal digits without a leading zero, below 2^64. Errors: invalid.
Result<std::uint64_t> parse_size(std::string_view text);

/// Each hash in base64 on a line of its own.
void append_hash_lines(std::string& out, std::span<const Hash> hashes);

}  // namespace recourse
