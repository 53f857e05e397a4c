#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/merkle_tree.h"

namespace recourse {

// Tiles as in c2sp.org/tlog-tiles: tile (L, N) holds the hashes of the subtrees of 2^(8 L) leaves
// with the numbers 256 N to 256 N + 255. A hash of tile level L + 1 is the root of a full tile of
// level L.

inline constexpr unsigned kTileWidth = 256;                 ///< Hashes in a full tile.
inline constexpr unsigned kTileHeight = 8;                  ///< Tree levels in a tile.
inline constexpr std::size_t kTileBytes = kTileWidth * 32;  ///< Bytes of a full tile.
inline constexpr unsigned kTileLevels = 64 / kTileHeight;   ///< Enough for every size.

struct TileId {
  unsigned level = 0;
  std::uint64_t index = 0;
  unsigned width = kTileWidth;  ///< 1 to 255 for a partial tile.

  auto operator<=>(const TileId&) const = default;
};

/// tile/<L>/<N>[.p/<W>], N in groups of three digits: tile/0/x001/x234/067.p/8.
std::string tile_path(const TileId& tile);
/// Accepts exactly what tile_path writes, for levels below kTileLevels. Errors: invalid.
Result<TileId> parse_tile_path(std::string_view path);

/// tile/entries/<N>[.p/<W>]: the leaves under tile (0, N).
std::string entries_path(std::uint64_t index, unsigned width = kTileWidth);
/// The tile of level 0 over the entries. Errors: invalid.
Result<TileId> parse_entries_path(std::string_view path);

/// Adds a leaf to an entry bundle: its length as big-endian uint16, then its bytes.
/// REQUIRES: at most 65,535 bytes.
void append_entry(std::string& bundle, std::string_view leaf);
/// The leaves of a bundle, borrowed from it. Errors: invalid when the last one is cut short.
Result<std::vector<std::string_view>> parse_entries(std::string_view bundle);

/// Which hashes of which tile make up a subtree.
struct TileSlots {
  unsigned level;
  std::uint64_t index;
  unsigned first;
  unsigned count;  ///< A power of two, at most 128.
};
TileSlots slots_of(const Subtree& subtree);

/// Hash number `slot` of a tile's bytes. REQUIRES: the tile is that wide.
Hash tile_hash(std::string_view tile, unsigned slot);

/// The hash above `count` hashes in a row, `first` on. REQUIRES: the tile is that wide; `count` is
/// a power of two, at most 256.
Hash tile_subtree(std::string_view tile, unsigned first, unsigned count);

}  // namespace recourse
