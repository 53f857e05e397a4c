#include "projections/view_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace recourse {

rocksdb::Options view_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  options.compression_opts.level = -4;  // LZ4's acceleration: a tenth of a rebuild went into it.
  options.write_buffer_size = 64U << 20;
  // Most look-ups of a new event's rows are for rows that are not there yet.
  options.memtable_prefix_bloom_size_ratio = 0.03;
  options.memtable_whole_key_filtering = true;
  options.max_file_opening_threads = 2;  // As many are made at every open.
  options.max_background_jobs = 2;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 4;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 16U << 10;  // Rows are read by the ticket, about twenty at a time.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(256U << 20);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace recourse
