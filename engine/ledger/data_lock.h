#pragma once

#include <filesystem>

#include "engine/ledger/durable_file.h"

namespace recourse {

/// Held by the one process that writes a data directory; the system lets go when that process ends,
/// however it ends. A file's lock belongs to the open file, so it excludes a second one in the same
/// process too.
class DataLock {
 public:
  /// Errors: locked, with the holder's process id; io.
  static Result<DataLock> take(const std::filesystem::path& data_dir);

 private:
  explicit DataLock(OpenFile file);
  OpenFile file_;
};

}  // namespace recourse
