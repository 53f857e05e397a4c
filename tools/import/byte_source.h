#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

/// U+FEFF in UTF-8, which some programs write before a text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Lines of a file, plain or gzip (told by its first bytes, not by its name; several gzip members
/// after each other are one text), read once from start to end in bounded memory.
/// Threads: one at a time. Source: RFC 1952.
class ByteSource {
 public:
  /// The longest line that read_line() returns, in bytes.
  static constexpr std::size_t kMaxLineBytes = std::size_t{16} << 20;

  /// Errors: `not_found`; `invalid` for a directory; `io` when the system refuses to read.
  static Result<ByteSource> open(const std::filesystem::path& path);

  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;
  ~ByteSource();

  /// Puts the next line, without its `\n` (a `\r` before it stays), into `line`; false at the end.
  /// A last line without `\n` counts, unless the file was cut before it.
  /// Errors: `too_large` for a line over kMaxLineBytes, whose beginning is left in `line`; the next
  /// call goes on behind it. `invalid` for a gzip stream that is cut or damaged, naming the file
  /// and the byte; every line returned before is whole, and each later call gives the same error.
  /// `io`.
  Result<bool> read_line(std::string& line);

  /// Number of the line read last, from 1; 0 before the first.
  std::uint64_t line_number() const;
  /// Bytes of the file (compressed ones, if it is) read so far, for showing progress.
  std::uint64_t bytes_read() const;
  /// Bytes of the file; 0 when it is a pipe and nobody knows.
  std::uint64_t bytes_total() const;
  const std::filesystem::path& path() const;

 private:
  class Stream;
  explicit ByteSource(std::unique_ptr<Stream> stream);
  std::unique_ptr<Stream> stream_;
};

}  // namespace recourse
