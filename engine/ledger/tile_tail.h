#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/ledger/frontier.h"
#include "engine/ledger/tiles.h"

namespace recourse {

/// A full tile, to be stored once and never changed.
struct CompletedTile {
  unsigned level;
  std::uint64_t index;
  std::string bytes;  ///< kTileBytes
};

/// The bytes of a full tile from storage.
using TileLoader = std::function<Result<std::string>(unsigned level, std::uint64_t index)>;
using LeafHashLoader = std::function<Result<Hash>(std::uint64_t index)>;

/// The tree at one size: its partial tiles and its right edge. Together with the stored full tiles
/// it gives every hash. Immutable; any thread; copying costs a few hundred nanoseconds.
class TileSnapshot {
 public:
  TileSnapshot() = default;  ///< Of the empty tree.

  std::uint64_t size() const { return edge_.size(); }
  Hash root() const { return edge_.root(); }
  const Frontier& frontier() const { return edge_; }
  /// Hashes in the partial tile of `level`: 0 to 255.
  unsigned width(unsigned level) const;
  /// The bytes of the partial tile of `level`, empty when its width is 0.
  std::string partial(unsigned level) const;

 private:
  friend class TileTail;
  friend class TileHashes;
  using Tile = std::array<Hash, kTileWidth>;
  std::string_view partial_view(unsigned level) const;  ///< Borrowed from the shared tile.

  Frontier edge_;
  std::array<std::shared_ptr<Tile>, kTileLevels> tiles_;
};

/// The growing end of the tree as the ledger's writer holds it. Full tiles leave it once, partial
/// ones live in memory only and are rebuilt when the ledger is opened.
///
/// Threads: one writer. Readers use snapshots; the writer must hand them over with a release and
/// acquire (a mutex or an atomic shared_ptr), and only after the tiles completed before a snapshot
/// are in storage. A snapshot shares the partial tiles with the tail: the writer only ever fills
/// slots that no snapshot counts, and starts a fresh tile after a full one, so nothing a reader can
/// see is ever written again.
class TileTail {
 public:
  TileTail() = default;  ///< Of the empty tree.
  TileTail(TileTail&&) = default;
  TileTail& operator=(TileTail&&) = default;
  /// Two tails that share a tile would write over each other: take a snapshot instead.
  TileTail(const TileTail&) = delete;
  TileTail& operator=(const TileTail&) = delete;

  /// The tail of a stored tree, from its full tiles and its last size % 256 leaf hashes. Compare
  /// root() with the recorded one afterwards. Errors: those of the loaders; corrupt for a tile that
  /// is not kTileBytes long.
  static Result<TileTail> rebuild(std::uint64_t size, const TileLoader& load_tile,
                                  const LeafHashLoader& load_leaf_hash);

  /// Adds the next leaf; the tiles that it filled are added to `completed`, lowest level first.
  void append(const Hash& leaf, std::vector<CompletedTile>& completed);

  std::uint64_t size() const { return edge_.size(); }
  Hash root() const { return edge_.root(); }
  std::string partial(unsigned level) const { return snapshot().partial(level); }

  TileSnapshot snapshot() const;

  /// Goes back to an earlier state of this tail, when a batch was certainly not stored.
  /// REQUIRES: no snapshot taken after `before` was handed to a reader.
  void rewind(const TileSnapshot& before);

 private:
  using Tile = TileSnapshot::Tile;

  Frontier edge_;
  std::array<std::shared_ptr<Tile>, kTileLevels> tiles_;
  std::vector<CompletedSubtree> finished_;  ///< Kept between appends to spare an allocation.
};

/// Every hash of the tree at a snapshot. Keeps the last full tile of each level, since the hashes
/// of one proof lie close together: make one per proof or per thread, cheap. Threads: one.
/// Lifetime: the snapshot is copied, what the loader captures must outlive this.
class TileHashes final : public HashSource {
 public:
  TileHashes(TileSnapshot snapshot, TileLoader load_tile)
      : snapshot_(std::move(snapshot)), load_tile_(std::move(load_tile)) {}

  /// Errors: invalid for a subtree beyond the snapshot's size; corrupt for a tile of a wrong
  /// length; those of the loader.
  Result<Hash> hash(unsigned level, std::uint64_t index) const override;

 private:
  struct LoadedTile {
    std::uint64_t index;
    std::string bytes;
  };
  TileSnapshot snapshot_;
  TileLoader load_tile_;
  mutable std::array<std::optional<LoadedTile>, kTileLevels> loaded_;
};

}  // namespace recourse
