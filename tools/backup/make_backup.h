#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/ledger/ledger.h"
#include "tools/backup/backup_directory.h"

namespace recourse {

struct BackupOptions {
  std::filesystem::path data_dir, kek_file;
  std::filesystem::path to;
  std::size_t keep = 0;  ///< So many newest backups stay; 0: all.
  std::string program;   ///< Version, for the manifest.
  std::string settings;  ///< Canonical JSON of how the server was started; empty: none.
  std::vector<std::filesystem::path> configuration;  ///< Files that belong to it.
  std::uint64_t bytes_per_s = 0;                     ///< 0: as fast as it goes.
  std::function<bool()> go_on;                       ///< Asked now and then; absent: always.
};

struct MadeBackup {
  BackupManifest manifest;
  Hash digest{};                  ///< SHA-256 of the manifest.
  std::uint64_t new_bytes = 0;    ///< That no earlier backup had.
  std::size_t removed = 0;        ///< Backups that `keep` let go.
  std::vector<std::string> told;  ///< What somebody should look at, though the backup is whole.
};

/// Copies a deployment while it is in use, and remembers where (backup_places.h): the cut takes a
/// moment, the rest is read from files that nobody changes. Files that an earlier backup has are
/// not written again. Whatever ends it early leaves a partial backup that the next one removes.
/// Threads: any but the writer's; one at a time. Errors: those of BackupDirectory::open_to_write;
/// invalid for a place inside the data directory; disk_full, io; unavailable when `go_on` said no.
Result<MadeBackup> make_backup(const Ledger& ledger, const Clock& clock,
                               const BackupOptions& options);

/// Removes the cut that a killed backup left in the data directory.
void remove_leftover_cut(const std::filesystem::path& data_dir);

struct CheckedBackup {
  BackupManifest manifest;
  std::uint64_t bytes = 0;
  std::vector<std::string> damage;  ///< One line for each file that is not what the manifest says.
};
/// Reads every file of a backup and compares it with the manifest. Damaged files are set aside when
/// `directory` is held to write, so that the next backup stores them anew. Errors: as
/// BackupDirectory::entry; unavailable.
Result<CheckedBackup> check_backup(BackupDirectory& directory, std::uint64_t number, Pace& pace,
                                   bool set_aside);

}  // namespace recourse
