#pragma once

#include <filesystem>
#include <vector>

#include "engine/base/result.h"

namespace recourse {

/// Directories that hold backups of a data directory, in `<data>/backup-places`: one absolute path
/// a line, the one that was used last first. So an erasure reaches their journals without anybody
/// having to think of them. What is lost with the file is only that.

/// Puts `backups` first; nothing is written when it is. Errors: invalid for a name with a line
/// feed; disk_full, io.
Status remember_backups(const std::filesystem::path& data_dir,
                        const std::filesystem::path& backups);

struct BackupPlaces {
  std::vector<std::filesystem::path> here;
  std::vector<std::filesystem::path> missing;  ///< Not mounted, moved or removed.
};
/// Errors: io.
Result<BackupPlaces> backup_places(const std::filesystem::path& data_dir);

}  // namespace recourse
