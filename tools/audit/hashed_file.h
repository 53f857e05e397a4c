#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/running_sha256.h"
#include "engine/ledger/durable_file.h"

namespace recourse {

/// A new file that is hashed while it is written, so that a file of any size is read only once.
/// Threads: one.
class HashedFile {
 public:
  /// Errors: conflict when there is such a file; disk_full, io.
  static Result<HashedFile> create(const std::filesystem::path& path);

  /// Errors: disk_full, io.
  Status write(std::string_view bytes);
  /// Writes what is buffered and puts the file on stable storage. Call it once, at the end.
  Status finish();

  std::uint64_t size() const { return size_; }
  /// SHA-256 of all bytes. REQUIRES: after finish().
  const Hash& digest() const { return digest_; }

 private:
  explicit HashedFile(OpenFile file);
  Status flush();

  OpenFile file_;
  RunningSha256 running_;
  std::string buffer_;
  std::uint64_t size_ = 0, written_ = 0;
  Hash digest_{};
};

}  // namespace recourse
