#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace recourse {

/// Keeps the write-ahead logs of the ledger's database as they were before an open: RocksDB deletes
/// a log after it recovered from it, also one of which it could read only half, and with it the
/// evidence and perhaps the cure.
class WalQuarantine {
 public:
  /// Puts all non-empty logs of `database` into `<data_dir>/quarantine/<n>`, durable when this
  /// returns. RocksDB never writes to an old log again, so these are second names of the same
  /// bytes, copies only where the file system has no such names. Errors: disk_full, io.
  static Result<WalQuarantine> keep(const std::filesystem::path& data_dir,
                                    const std::filesystem::path& database);

  /// Whether every log ended with a whole record. If not, its tail is no commit of ours, and it
  /// stays in quarantine.
  bool torn() const { return torn_; }

  /// Everything in it was recovered: removes it again.
  void release();

  /// Where the logs are; none when there were none.
  const std::optional<std::filesystem::path>& directory() const { return directory_; }

 private:
  std::optional<std::filesystem::path> directory_;
  bool torn_ = false;
};

/// At most so many quarantined opens are kept: the first, which saw the damage as it was, and the
/// newest ones.
inline constexpr std::size_t kQuarantinesKept = 4;

}  // namespace recourse
