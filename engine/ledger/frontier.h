#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/ledger/merkle_tree.h"

namespace recourse {

/// A subtree that has all its leaves, with its hash.
struct CompletedSubtree {
  Subtree subtree;
  Hash hash;
};

/// The right edge of a growing tree: at most 64 hashes, enough to append and to give the root.
/// Threads: none of its own; copies are independent.
class Frontier {
 public:
  Frontier() = default;  ///< Of the empty tree.

  /// Errors: those of `source`.
  static Result<Frontier> at(std::uint64_t size, const HashSource& source);

  /// Adds the next leaf, in amortised constant time. What it completed is added to `completed`,
  /// from the leaf itself upward. REQUIRES: size() < 2^64 - 1.
  void append(const Hash& leaf, std::vector<CompletedSubtree>& completed);
  void append(const Hash& leaf);

  std::uint64_t size() const { return size_; }
  Hash root() const;

 private:
  std::uint64_t size_ = 0;
  std::array<Hash, 64> peaks_{};  ///< peaks_[level] counts when bit `level` of size_ is set.
};

/// The root of a tree that is at hand: a list inside a leaf, or the leaves of a bundle.
Hash root_of(std::span<const Hash> leaves);

}  // namespace recourse
