#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

/// A file descriptor that closes itself. Threads: none of its own.
class OpenFile {
 public:
  /// `flags` and `mode` as open(2) takes them. Errors: not_found, forbidden, disk_full, io.
  static Result<OpenFile> open(const std::filesystem::path& path, int flags, unsigned mode = 0600);
  ~OpenFile();
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&& other) noexcept;

  int descriptor() const { return descriptor_; }
  /// Errors: disk_full, io. In both cases some of the bytes may have been written.
  Status write_at(std::uint64_t offset, std::string_view bytes);
  /// fdatasync. Errors: io; nobody knows then what is on the disk.
  Status sync();

 private:
  OpenFile(int descriptor, std::filesystem::path path);
  int descriptor_;
  std::filesystem::path path_;
};

/// All bytes of the file. Errors: not_found, io.
Result<std::string> read_file(const std::filesystem::path& path);

/// Puts `bytes` in the place of the file: a crash leaves the old or the new content, whole, and it
/// is on stable storage when this returns. Errors: disk_full, io.
Status replace_file(const std::filesystem::path& path, std::string_view bytes);

/// Makes new and removed names in `directory` durable. Errors: io.
Status sync_directory(const std::filesystem::path& directory);

/// The error of the last system call, in words: "cannot <doing> <path>: ...".
Error system_error(std::string_view doing, const std::filesystem::path& path, int error_number);

}  // namespace recourse
