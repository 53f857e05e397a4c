#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace recourse {

/// The files of a bundle that somebody else wrote: nothing about them is believed, and memory is
/// bounded whatever their sizes. Errors everywhere: invalid for what is missing or too big, io for
/// what cannot be read. Threads: one.
class BundleFiles {
 public:
  explicit BundleFiles(std::filesystem::path root) : root_(std::move(root)) {}

  /// Every file, with slashes. What is neither file nor directory is one too, which no manifest
  /// lists; a link is an error, wherever it leads, since what is there is not in the bundle.
  Result<std::set<std::string>> paths() const;

  /// All of a small file: manifest, note, proof, key; at most 16 MiB.
  Result<std::string> read(const std::string& path) const;

  struct Digest {
    std::uint64_t size = 0;
    Hash sha256{};
  };
  /// Hashes a file of any size; `look` sees each piece, the next one only after an ok.
  Result<Digest> digest(const std::string& path,
                        const std::function<Status(std::string_view)>& look = {}) const;

  std::filesystem::path at(const std::string& path) const { return root_ / path; }

 private:
  std::filesystem::path root_;
};

/// Lines that end with 0x0A only, of a file of any size.
class BundleLines {
 public:
  /// Errors: io. A line longer than `max_bytes` is refused.
  static Result<BundleLines> open(const std::filesystem::path& path, std::size_t max_bytes);

  /// The next line without its line feed, borrowed until the next call; nothing at the end.
  /// Errors: invalid for a line that is too long or not ended; io.
  Result<std::optional<std::string_view>> next();

 private:
  BundleLines(std::ifstream in, std::size_t max_bytes)
      : in_(std::move(in)), max_bytes_(max_bytes) {}

  std::ifstream in_;
  std::size_t max_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace recourse
