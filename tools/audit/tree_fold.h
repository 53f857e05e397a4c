#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "engine/ledger/frontier.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/tiles.h"
#include "tools/audit/verify_report.h"

namespace recourse {

/// A root that somebody stated for a size: all of them must come out of the leaves.
struct StatedHead {
  enum class By { head, commit, checkpoint, signer, continuation };
  std::uint64_t size = 0;
  Hash root{};
  By by = By::head;
  std::uint64_t number = 0;  ///< Of the commit.
};

/// Grows the tree again from leaf hashes, in order, and compares on the way every stated head and
/// every stored tile: what proofs are made of must be what the leaves give. Threads: one.
class TreeFold {
 public:
  /// `stated` is sorted by size and outlives the fold, like the others.
  TreeFold(const Ledger& ledger, LedgerId id, std::span<const StatedHead> stated,
           Findings& findings);

  void add(const Hash& leaf_hash);
  /// After the last leaf: compares the tiles that are not full yet.
  void finish();

  std::uint64_t size() const { return frontier_.size(); }
  Hash root() const { return frontier_.root(); }
  std::uint64_t heads_compared() const { return heads_compared_; }
  std::uint64_t checkpoints_compared() const { return checkpoints_compared_; }

 private:
  struct GrowingTile {
    std::uint64_t index = 0;
    std::string bytes;
  };
  void compare_heads();
  void compare_tile(unsigned level, const GrowingTile& tile);

  const Ledger& ledger_;
  LedgerId id_;
  std::span<const StatedHead> stated_;
  Findings& findings_;
  Frontier frontier_;
  std::vector<CompletedSubtree> completed_;  ///< Kept between leaves to spare an allocation.
  std::array<GrowingTile, kTileLevels> tiles_;
  std::uint64_t heads_compared_ = 0, checkpoints_compared_ = 0;
  bool commit_differed_ = false;  ///< One finding for a changed leaf, not one per later commit.
};

}  // namespace recourse
