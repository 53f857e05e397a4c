#pragma once

#include <rocksdb/db.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/id.h"
#include "engine/base/result.h"

namespace recourse {

/// The column families of the ledger's database. Keys and values: docs/format/ledger.md.
enum class Family : unsigned { leaves, vault, tree, requests, commits, ledgers, checkpoints };
inline constexpr std::size_t kFamilies = 7;
std::string_view name(Family family);

/// The ledger's RocksDB. Every stored value begins with a checksum of its key and what follows.
/// Threads: any; RocksDB orders the writes.
class Store {
 public:
  /// Errors: not_found unless `create`; corrupt; locked; unsupported; io.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& path, bool create);

  /// Reads beside a writer, with files of its own in `scratch` only. Errors: not_found, corrupt,
  /// io.
  static Result<std::unique_ptr<Store>> open_secondary(const std::filesystem::path& path,
                                                       const std::filesystem::path& scratch);
  /// A secondary takes over what its writer wrote since. Errors: io, corrupt.
  Status catch_up();

  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  rocksdb::ColumnFamilyHandle* family(Family family) const;

  /// The value without its checksum. Errors: not_found, corrupt, io.
  Result<std::string> get(Family family, std::string_view key) const;

  std::unique_ptr<rocksdb::Iterator> iterate(Family family,
                                             const rocksdb::ReadOptions& options = {}) const;

  /// On stable storage when this returns. Any error means: perhaps.
  Status write(rocksdb::WriteBatch& batch);

  /// Rewrites a family's files without what was deleted. Errors: io.
  Status compact(Family family);

  /// An iterator's or a call's failure in our words. REQUIRES: !status.ok().
  Error read_error(const rocksdb::Status& status) const;

  /// Puts all files, as of one moment within this call, into the new directory `to`.
  /// Errors: conflict when `to` is there; disk_full, io.
  Status copy_to(const std::filesystem::path& to) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Store(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> families_{};
  rocksdb::ColumnFamilyHandle* unused_ = nullptr;  ///< RocksDB insists on a family "default".
};

/// Puts `bytes` under `key`, its checksum before it.
void put_framed(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family,
                std::string_view key, std::string_view bytes);

/// What was stored under `key`, without its checksum, borrowed. Errors: corrupt, also for what
/// belongs to another key.
Result<std::string_view> unframe(std::string_view key, std::string_view stored);

}  // namespace recourse
