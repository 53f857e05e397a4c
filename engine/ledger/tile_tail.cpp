#include "engine/ledger/tile_tail.h"

namespace recourse {
namespace {

/// How many hashes the tree of `size` leaves has on the lowest row of the tiles of `level`.
std::uint64_t row_length(std::uint64_t size, unsigned level) {
  return size >> (level * kTileHeight);
}

unsigned partial_width(std::uint64_t size, unsigned level) {
  return static_cast<unsigned>(row_length(size, level) % kTileWidth);
}

std::string_view bytes_of(const std::array<Hash, kTileWidth>& tile, unsigned width) {
  static_assert(sizeof(tile) == kTileBytes, "hashes lie side by side");
  return {reinterpret_cast<const char*>(tile.data()), width * sizeof(Hash)};
}

/// The hashes in the partial tiles: enough for the right edge, since the peak of bit 8 L + k of the
/// size lies in the partial tile of level L.
class PartialTiles final : public HashSource {
 public:
  using Tiles = std::array<std::shared_ptr<std::array<Hash, kTileWidth>>, kTileLevels>;
  explicit PartialTiles(const Tiles& tiles) : tiles_(tiles) {}
  Result<Hash> hash(unsigned level, std::uint64_t index) const override {
    const TileSlots slots = slots_of({level, index});
    return tile_subtree(bytes_of(*tiles_[slots.level], kTileWidth), slots.first, slots.count);
  }

 private:
  const Tiles& tiles_;
};

Result<std::string> load_full(const TileLoader& load_tile, unsigned level, std::uint64_t index) {
  RECOURSE_LET(std::string bytes, load_tile(level, index));
  if (bytes.size() != kTileBytes)
    return Error{ErrorCode::corrupt, tile_path({level, index}) + " has a wrong length"};
  return bytes;
}

}  // namespace

unsigned TileSnapshot::width(unsigned level) const { return partial_width(size(), level); }

std::string_view TileSnapshot::partial_view(unsigned level) const {
  RECOURSE_ASSERT(level < kTileLevels, "tiles have eight levels");
  return width(level) == 0 ? std::string_view() : bytes_of(*tiles_[level], width(level));
}

std::string TileSnapshot::partial(unsigned level) const { return std::string(partial_view(level)); }

Result<TileTail> TileTail::rebuild(std::uint64_t size, const TileLoader& load_tile,
                                   const LeafHashLoader& load_leaf_hash) {
  TileTail tail;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    const unsigned width = partial_width(size, level);
    if (width == 0) continue;
    tail.tiles_[level] = std::make_shared<Tile>();
    const std::uint64_t first = row_length(size, level) - width;
    for (unsigned slot = 0; slot < width; ++slot) {
      Hash& hash = (*tail.tiles_[level])[slot];
      if (level == 0) {
        RECOURSE_LET(hash, load_leaf_hash(first + slot));
      } else {
        RECOURSE_LET(const std::string below, load_full(load_tile, level - 1, first + slot));
        hash = tile_subtree(below, 0, kTileWidth);
      }
    }
  }
  RECOURSE_LET(tail.edge_, Frontier::at(size, PartialTiles(tail.tiles_)));
  return tail;
}

void TileTail::append(const Hash& leaf, std::vector<CompletedTile>& completed) {
  finished_.clear();
  edge_.append(leaf, finished_);
  for (std::size_t row = 0; row < finished_.size(); row += kTileHeight) {
    const auto& [subtree, hash] = finished_[row];
    const auto level = static_cast<unsigned>(row) / kTileHeight;
    const auto slot = static_cast<unsigned>(subtree.index % kTileWidth);
    std::shared_ptr<Tile>& tile = tiles_[level];
    if (slot == 0) tile = std::make_shared<Tile>();
    (*tile)[slot] = hash;
    if (slot + 1 < kTileWidth) continue;
    completed.push_back(
        {level, subtree.index / kTileWidth, std::string(bytes_of(*tile, kTileWidth))});
    tile.reset();
  }
}

TileSnapshot TileTail::snapshot() const {
  TileSnapshot snapshot;
  snapshot.edge_ = edge_;
  snapshot.tiles_ = tiles_;
  return snapshot;
}

void TileTail::rewind(const TileSnapshot& before) {
  RECOURSE_ASSERT(before.size() <= size(), "a tail goes back to a smaller size only");
  edge_ = before.edge_;
  tiles_ = before.tiles_;
}

Result<Hash> TileHashes::hash(unsigned level, std::uint64_t index) const {
  if (level >= 64 || index >= snapshot_.size() >> level)
    return Error{ErrorCode::invalid, "the tree does not hold this subtree completely"};
  const TileSlots slots = slots_of({level, index});
  if (slots.index == row_length(snapshot_.size(), slots.level) / kTileWidth)
    return tile_subtree(snapshot_.partial_view(slots.level), slots.first, slots.count);
  std::optional<LoadedTile>& loaded = loaded_[slots.level];
  if (!loaded || loaded->index != slots.index) {
    RECOURSE_LET(std::string bytes, load_full(load_tile_, slots.level, slots.index));
    loaded = LoadedTile{slots.index, std::move(bytes)};
  }
  return tile_subtree(loaded->bytes, slots.first, slots.count);
}

}  // namespace recourse
