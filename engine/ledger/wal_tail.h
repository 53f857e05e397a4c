#pragma once

#include <filesystem>

#include "engine/base/result.h"

namespace recourse {

/// Whether a RocksDB write-ahead log ends with a whole record: its last 8 MiB, more than any batch
/// of ours, are walked, block by block of 32 KiB, each fragment with its CRC-32C. Says nothing
/// about damage before them; what HEAD covers does. Errors: io.
Result<bool> wal_ends_whole(const std::filesystem::path& log);

}  // namespace recourse
