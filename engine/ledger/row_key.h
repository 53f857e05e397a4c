#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/id.h"
#include "engine/ledger/ledger.h"

namespace recourse {

// Keys of the ledger's database. Numbers are big-endian, so that RocksDB's key order is the order
// of the log. Bytes: docs/format/ledger.md.

/// ledger:u32be; also the first four bytes of all keys below but a commit's.
std::string ledger_key(LedgerId ledger);
/// ledger | position:u64be
std::string leaf_key(LedgerId ledger, Position position);
/// REQUIRES: a key of Family::leaves.
Position position_of_leaf_key(std::string_view key);
/// ledger | level:u8 | index:u64be
std::string tile_key(LedgerId ledger, unsigned level, std::uint64_t index);
/// ledger | request key
std::string request_row_key(LedgerId ledger, const Hash& request_key);
/// number:u64be
std::string commit_key(std::uint64_t number);
/// ledger | size:u64be
std::string checkpoint_key(LedgerId ledger, LogSize size);

/// FF FF FF FF | `stamp` | ledger | size:u64be; in the family of the checkpoints, behind all of
/// them.
std::string time_stamp_key(LedgerId ledger, LogSize size);
/// Such a key without the size.
std::string time_stamp_prefix(LedgerId ledger);

/// Events of one `subject` attribute lie together in the vault: the XXH3-64 of the attribute.
std::uint64_t subject_group(std::string_view subject);

struct VaultKey {
  LedgerId ledger;
  std::uint64_t group = 0;
  Position position;
  SealedOrdinal ordinal = 0;

  /// ledger | group:u64be | position:u64be | ordinal:u16be
  std::string bytes() const;
  /// ledger | group
  std::string prefix() const;
  /// Errors: corrupt.
  static Result<VaultKey> parse(std::string_view bytes);
};

/// The ordinal of what belongs to the request and not to a sealed value of its first event.
inline constexpr SealedOrdinal kRequestSalt = 0xFFFF;

}  // namespace recourse
