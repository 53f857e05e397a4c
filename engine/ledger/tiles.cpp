#include "engine/ledger/tiles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

namespace recourse {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::string_view kPartial = ".p/";

std::string three_digits(std::uint64_t group) {
  std::string digits = std::to_string(group);
  return std::string(3 - digits.size(), '0') + digits;
}

std::string grouped(std::uint64_t index) {
  std::string text = three_digits(index % 1000);
  for (index /= 1000; index != 0; index /= 1000)
    text = "x" + three_digits(index % 1000) + "/" + text;
  return text;
}

std::string path_of(std::string_view kind, std::uint64_t index, unsigned width) {
  RECOURSE_ASSERT(width >= 1 && width <= kTileWidth, "a tile holds 1 to 256 hashes");
  std::string path(kPrefix);
  path.append(kind).append("/").append(grouped(index));
  if (width != kTileWidth) path.append(kPartial).append(std::to_string(width));
  return path;
}

template <class Integer>
bool read_decimal(std::string_view text, Integer& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Reads loosely; the caller writes the path again and compares, so that one tile has one name.
bool read_index_and_width(std::string_view text, TileId& tile) {
  if (const std::size_t partial = text.find(kPartial); partial != text.npos) {
    if (!read_decimal(text.substr(partial + kPartial.size()), tile.width)) return false;
    if (tile.width < 1 || tile.width >= kTileWidth) return false;
    text = text.substr(0, partial);
  }
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c != 'x' && c != '/'; });
  return read_decimal(digits, tile.index);
}

Error not_a_tile() { return Error{ErrorCode::invalid, "not the path of a tile"}; }

}  // namespace

std::string tile_path(const TileId& tile) {
  return path_of(std::to_string(tile.level), tile.index, tile.width);
}

std::string entries_path(std::uint64_t index, unsigned width) {
  return path_of(kEntries, index, width);
}

Result<TileId> parse_tile_path(std::string_view path) {
  if (!path.starts_with(kPrefix)) return not_a_tile();
  const std::string_view rest = path.substr(kPrefix.size());
  const std::size_t slash = rest.find('/');
  TileId tile;
  if (slash == rest.npos || !read_decimal(rest.substr(0, slash), tile.level) ||
      tile.level >= kTileLevels || !read_index_and_width(rest.substr(slash + 1), tile) ||
      tile_path(tile) != path) {
    return not_a_tile();
  }
  return tile;
}

Result<TileId> parse_entries_path(std::string_view path) {
  const std::string prefix = std::string(kPrefix).append(kEntries).append("/");
  TileId tile;
  if (!path.starts_with(prefix) || !read_index_and_width(path.substr(prefix.size()), tile) ||
      entries_path(tile.index, tile.width) != path) {
    return not_a_tile();
  }
  return tile;
}

void append_entry(std::string& bundle, std::string_view leaf) {
  RECOURSE_ASSERT(leaf.size() <= 0xffff, "a leaf's length fits in 16 bits");
  put_u16(bundle, static_cast<std::uint16_t>(leaf.size()));
  bundle.append(leaf);
}

Result<std::vector<std::string_view>> parse_entries(std::string_view bundle) {
  std::vector<std::string_view> leaves;
  while (!bundle.empty()) {
    if (bundle.size() < 2 || bundle.size() - 2 < get_u16(bundle))
      return Error{ErrorCode::invalid, "entry bundle cut short"};
    leaves.push_back(bundle.substr(2, get_u16(bundle)));
    bundle.remove_prefix(2 + leaves.back().size());
  }
  return leaves;
}

TileSlots slots_of(const Subtree& subtree) {
  const unsigned height = subtree.level % kTileHeight;
  const unsigned per_tile = kTileWidth >> height;
  return {subtree.level / kTileHeight, subtree.index / per_tile,
          static_cast<unsigned>(subtree.index % per_tile) << height, 1U << height};
}

Hash tile_hash(std::string_view tile, unsigned slot) {
  Hash hash;
  RECOURSE_ASSERT(tile.size() / hash.size() > slot, "the tile holds this hash");
  std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(slot * hash.size()), hash.size(),
              hash.begin());
  return hash;
}

Hash tile_subtree(std::string_view tile, unsigned first, unsigned count) {
  RECOURSE_ASSERT(std::has_single_bit(count) && count <= kTileWidth, "a subtree within a tile");
  if (count == 1) return tile_hash(tile, first);
  return node_hash(tile_subtree(tile, first, count / 2),
                   tile_subtree(tile, first + count / 2, count / 2));
}

}  // namespace recourse
