#pragma once

#include <filesystem>

#include "tools/backup/backup_directory.h"
#include "tools/backup/restore.h"

namespace recourse {

/// Makes an empty place with its mark, after removing what a broken off restore left. Errors:
/// conflict when something else is in it; disk_full, io.
Status prepare_place(const std::filesystem::path& data_dir);

/// Whether the key file is that of the epoch which the backup was made in. Errors: those of
/// read_kek; erased when that epoch is over, naming a backup that can be opened; unauthenticated.
Status check_key_epoch(const BackupDirectory& directory, const BackupManifest& manifest,
                       const std::filesystem::path& kek_file);

/// Copies all files of a backup into the place, comparing each with the manifest. Errors: corrupt,
/// naming up to eight files; disk_full, io; unavailable.
Status copy_files(const BackupDirectory& directory, const BackupManifest& manifest,
                  const std::filesystem::path& data_dir, Pace& pace);

/// The number of the epoch that a restore begins: greater than that of every backup here.
std::uint64_t next_epoch(const BackupDirectory& directory, const BackupManifest& manifest);

}  // namespace recourse
