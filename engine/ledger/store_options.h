#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/options.h>

#include <memory>

#include "engine/ledger/store.h"

namespace recourse {

/// How the ledger's database is written; the figures are measured ones.
rocksdb::DBOptions database_options();
/// One cache for all families of an open database, so that its size is one number.
std::shared_ptr<rocksdb::Cache> block_cache();
rocksdb::ColumnFamilyOptions family_options(Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace recourse
