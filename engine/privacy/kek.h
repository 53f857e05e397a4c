#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/privacy/secret.h"

namespace recourse {

/// The key encryption key: wraps every key of the key store. It lives in a file outside the data
/// directory, so that a copy of the directory opens nothing. Bytes: docs/format/keys.md.
/// Losing it erases every sealed value.
struct Kek {
  std::uint64_t epoch = 0;  ///< Counts from 1; each rotation adds one.
  Key key;
};

/// Errors: not_found; forbidden when anybody but the owner may read or write the file; invalid when
/// it is not a key file; corrupt when it is damaged; io.
Result<Kek> read_kek(const std::filesystem::path& path);

/// Draws a new key of `epoch` and writes it, on stable storage when this returns. Never replaces a
/// file. Errors: conflict when `path` exists; io; disk_full.
Result<Kek> create_kek(const std::filesystem::path& path, std::uint64_t epoch, Random& random);

/// Ends a rotation: the file at `next` takes the place of the one at `path`, whose bytes are
/// overwritten first (best effort: neither SSDs nor copy-on-write file systems promise it).
/// Errors: as read_kek of `next`; io.
Status replace_kek(const std::filesystem::path& path, const std::filesystem::path& next);

}  // namespace recourse
