#pragma once

#include <rocksdb/status.h>

#include <filesystem>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

/// A failed RocksDB call on the database at `path`, in our words: "cannot read the key store …".
/// `doing` is the verb with its object. REQUIRES: !status.ok().
Error rocks_error(const rocksdb::Status& status, std::string_view doing,
                  const std::filesystem::path& path);

}  // namespace recourse
