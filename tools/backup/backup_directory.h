#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/data_lock.h"
#include "tools/backup/manifest.h"
#include "tools/backup/object_store.h"

namespace recourse {

/// A directory of backups of one deployment: docs/format/backup.md. A backup counts once its
/// manifest is there and its mark INCOMPLETE is gone. Threads: one.
class BackupDirectory {
 public:
  /// To read. Errors: not_found when it is none.
  static Result<BackupDirectory> open(const std::filesystem::path& path);

  /// To add to, making it where there is nothing, with what crashes left removed. Held against
  /// other processes while this lives. Errors: locked; invalid when it holds something else;
  /// conflict when the backups in it are of another deployment; disk_full, io.
  static Result<BackupDirectory> open_to_write(const std::filesystem::path& path,
                                               const Hash& first_leaf);

  /// Numbers of complete backups, ascending.
  std::vector<std::uint64_t> list() const;
  /// Those that were not finished.
  std::vector<std::uint64_t> partial() const;

  struct Entry {
    BackupManifest manifest;
    Hash digest{};  ///< SHA-256 of its text.
  };
  /// Errors: not_found; corrupt when it is damaged or was not finished; unsupported; io.
  Result<Entry> entry(std::uint64_t number) const;
  /// The newest one that can be read. Errors: not_found when there is none.
  Result<Entry> newest() const;

  /// Makes the place of the next backup with its mark, and says its number. Errors: disk_full, io.
  Result<std::uint64_t> begin() const;
  /// Writes the manifest, then takes the mark away. Returned: the manifest's SHA-256.
  Result<Hash> finish(const BackupManifest& manifest) const;
  /// Removes a backup, whole or not; its files stay until sweep(). Errors: io.
  Status remove(std::uint64_t number) const;
  /// Removes all but the newest `keep` whole ones. Returned: how many were removed.
  Result<std::size_t> keep_newest(std::size_t keep) const;
  /// Errors: io.
  Status remove_partial() const;
  /// Removes the files that no backup needs. Errors: corrupt when a manifest cannot be read, since
  /// nobody knows then which files it needs; io.
  Status sweep();

  ObjectStore& objects() { return objects_; }
  const ObjectStore& objects() const { return objects_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit BackupDirectory(std::filesystem::path path);
  std::filesystem::path place_of(std::uint64_t number) const;
  std::vector<std::uint64_t> numbers(bool complete) const;

  std::filesystem::path path_;
  ObjectStore objects_;
  std::optional<DataLock> lock_;
};

}  // namespace recourse
