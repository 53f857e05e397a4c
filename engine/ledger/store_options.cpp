#include "engine/ledger/store_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <initializer_list>

namespace recourse {
namespace {

constexpr std::size_t kVaultPrefix = 12;  // ledger:u32 | subject group:u64

/// The first of `wanted` that the installed library was built with.
rocksdb::CompressionType compression(std::initializer_list<rocksdb::CompressionType> wanted) {
  static const auto available = rocksdb::GetSupportedCompressions();
  for (const rocksdb::CompressionType type : wanted)
    if (std::find(available.begin(), available.end(), type) != available.end()) return type;
  return rocksdb::kNoCompression;
}

}  // namespace

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // What was recovered reaches table files at once, so that the next open does not replay it again.
  options.avoid_flush_during_recovery = false;
  // Replaying the log is what an open costs: 64 MiB are about a second.
  options.max_total_wal_size = 64 << 20;
  options.max_open_files = -1;  // A secondary needs it; and no table is opened on a reader's time.
  // For each family as many threads are made to open its tables; there are few of them.
  options.max_file_opening_threads = 2;
  options.max_background_jobs = 2;
  options.keep_log_file_num = 2;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.bytes_per_sync = 1 << 20;
  return options;
}

std::shared_ptr<rocksdb::Cache> block_cache() { return rocksdb::NewLRUCache(64 << 20); }

rocksdb::ColumnFamilyOptions family_options(Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  options.write_buffer_size = 8 << 20;
  options.compression = rocksdb::kNoCompression;  // Hashes and ciphertext do not shrink.
  switch (family) {
    case Family::leaves:
      // Keys ascend within a ledger, so files move between levels untouched and nothing needs a
      // bloom filter: every position below the head is there.
      // Zstandard is a third smaller here than LZ4.
      options.compression = compression({rocksdb::kZSTD, rocksdb::kLZ4Compression});
      options.write_buffer_size = 32 << 20;
      table.block_size = 16 << 10;
      break;
    case Family::vault:
      // For the headers: ids and pointers repeat.
      options.compression = compression({rocksdb::kLZ4Compression});
      options.write_buffer_size = 32 << 20;
      options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kVaultPrefix));
      options.memtable_prefix_bloom_size_ratio = 0.03;
      table.block_size = 8 << 10;
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
      break;
    case Family::requests:
      options.write_buffer_size = 16 << 20;
      options.memtable_prefix_bloom_size_ratio = 0.03;
      options.memtable_whole_key_filtering = true;
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
      break;
    case Family::tree:
    case Family::commits:
    case Family::ledgers:
    case Family::checkpoints:
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace recourse
