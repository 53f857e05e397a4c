#pragma once

#include <rocksdb/options.h>

#include "engine/ledger/store.h"

namespace recourse {

/// How the ledger's database is written; the figures are measured ones.
rocksdb::DBOptions database_options();
rocksdb::ColumnFamilyOptions family_options(Family family);

}  // namespace recourse
