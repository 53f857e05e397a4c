#pragma once

#include <filesystem>
#include <set>

#include "engine/base/bytes.h"
#include "tools/backup/pace.h"

namespace recourse {

/// Files under the names of their SHA-256: what two backups have in common is there once, and every
/// file says itself whether it is whole. Threads: one writer at a time; many readers.
class ObjectStore {
 public:
  explicit ObjectStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  struct Stored {
    Hash sha256{};
    std::uint64_t size = 0;
    bool is_new = false;  ///< No backup had it before.
  };
  /// Takes a file in, on stable storage when this returns. Errors: disk_full, io; unavailable when
  /// `pace` said to stop; corrupt when the file changed meanwhile.
  Result<Stored> put(const std::filesystem::path& file, Pace& pace);

  /// Writes it to the new file `to`, on stable storage. Errors: corrupt when it is missing or is
  /// not what its name says; disk_full, io; unavailable.
  Status take_out(const Hash& sha256, std::uint64_t size, const std::filesystem::path& to,
                  Pace& pace) const;

  /// Whether it is what its name says. Errors: as take_out().
  Status check(const Hash& sha256, std::uint64_t size, Pace& pace) const;

  /// Takes a damaged one out of the way, so that the next backup stores it anew. Errors: io.
  Status set_aside(const Hash& sha256);

  /// Removes all but these, and what a crash left. Errors: io.
  Status remove_all_but(const std::set<Hash>& kept);

  std::filesystem::path path_of(const Hash& sha256) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace recourse
