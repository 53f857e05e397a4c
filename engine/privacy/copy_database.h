#pragma once

#include <rocksdb/db.h>

#include <filesystem>

#include "engine/base/result.h"

namespace recourse {

/// Puts all files of an open database, as of one moment, into the new directory `to`, from which it
/// can be opened by itself. Tables become second names of the same bytes where `to` is on the same
/// file system, so it takes a moment and next to no room. Writers go on meanwhile. `doing` is for
/// the error: "copy the key store". Errors: conflict when `to` is there; disk_full, io.
Status copy_database(rocksdb::DB& db, const std::filesystem::path& to, std::string_view doing);

}  // namespace recourse
