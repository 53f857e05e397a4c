#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/ledger/durable_file.h"

namespace recourse {

/// What the HEAD file says: the newest commit that was acknowledged.
struct Anchor {
  std::uint64_t epoch = 1;   ///< Grows when a declared loss or a restore starts another history.
  std::uint64_t number = 0;  ///< Of the commit; 0 before the first.
  Hash commit{};             ///< Hash of its commit record; zero before the first.
  bool operator==(const Anchor&) const = default;
};

/// The HEAD file: two slots written alternately, so that a torn write leaves the other one.
/// Bytes: docs/format/ledger.md. RocksDB alone reports an open as good after it lost acknowledged
/// commits; this file is what it is compared with. Threads: one.
class HeadFile {
 public:
  /// The newer whole slot. Errors: not_found; corrupt when neither slot is whole; unsupported; io.
  static Result<Anchor> read(const std::filesystem::path& path);

  /// Opens it for writing. Errors: as read().
  static Result<HeadFile> open(const std::filesystem::path& path);

  /// Writes a new file, whatever was there, durable when this returns. Errors: disk_full, io.
  static Result<HeadFile> create(const std::filesystem::path& path, const Anchor& anchor);

  const Anchor& anchor() const { return anchor_; }

  /// Durable when this returns. Errors: disk_full, io, after which nobody knows which one is there.
  Status write(const Anchor& anchor);

 private:
  HeadFile(OpenFile file, Anchor anchor, unsigned slot);
  OpenFile file_;
  Anchor anchor_;
  unsigned slot_;  ///< Of anchor_; the next one goes to the other.
};

inline constexpr std::size_t kHeadSlotBytes = 512;
/// The slots lie in different 4 KiB sectors: a disk that writes no smaller unit cannot tear both.
inline constexpr std::size_t kHeadSlotDistance = 4096;

}  // namespace recourse
