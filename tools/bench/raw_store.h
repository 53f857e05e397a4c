#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace rocksdb {
class DB;
class ColumnFamilyHandle;
}  // namespace rocksdb

namespace recourse::bench {

/// One record of the ledger database as it lies there.
struct RawRecord {
  unsigned family = 0;  ///< Index into the ledger's families.
  std::string key, value;
};

/// All leaves, vault records, tiles, request keys and commit records of a closed ledger database.
struct RawRecords {
  std::vector<RawRecord> leaves, vault, tree, requests, commits;
};
Result<RawRecords> read_raw(const std::string& ledger_dir);

/// A bare RocksDB with the families and options of the ledger's: the ceiling that the engine is
/// measured against.
class RawStore {
 public:
  static Result<std::unique_ptr<RawStore>> open(const std::string& dir);
  ~RawStore();

  /// The records in batches of `leaves_per_batch` leaves with their share of the rest, each batch
  /// synced, then 512 bytes written and synced elsewhere, as the HEAD anchor is. Leaves a second.
  Result<double> append(const RawRecords& records, std::size_t leaves_per_batch);

  /// Synced writes from `threads` threads for `seconds`, each of what one proposal stores. A
  /// second.
  Result<double> synced_writes(const RawRecords& records, std::size_t threads, double seconds);

  /// Iterates over all leaves and touches each; with `hash`, SHA-256 of each. Leaves a second.
  Result<double> scan(bool hash) const;

 private:
  RawStore() = default;
  std::string dir_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

}  // namespace recourse::bench
