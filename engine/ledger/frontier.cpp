#include "engine/ledger/frontier.h"

#include <bit>

namespace recourse {

Result<Frontier> Frontier::at(std::uint64_t size, const HashSource& source) {
  Frontier frontier;
  for (const Subtree& part : cover(0, size)) {
    RECOURSE_LET(frontier.peaks_[part.level], source.hash(part.level, part.index));
  }
  frontier.size_ = size;
  return frontier;
}

void Frontier::append(const Hash& leaf, std::vector<CompletedSubtree>& completed) {
  RECOURSE_ASSERT(size_ + 1 != 0, "a tree holds fewer than 2^64 leaves");
  Hash hash = leaf;
  unsigned level = 0;
  completed.push_back({{level, size_}, hash});
  for (; (size_ >> level & 1) != 0; ++level) {
    hash = node_hash(peaks_[level], hash);
    completed.push_back({{level + 1, size_ >> (level + 1)}, hash});
  }
  peaks_[level] = hash;
  ++size_;
}

void Frontier::append(const Hash& leaf) {
  RECOURSE_ASSERT(size_ + 1 != 0, "a tree holds fewer than 2^64 leaves");
  Hash hash = leaf;
  unsigned level = 0;
  for (; (size_ >> level & 1) != 0; ++level) hash = node_hash(peaks_[level], hash);
  peaks_[level] = hash;
  ++size_;
}

Hash Frontier::root() const {
  if (size_ == 0) return empty_root();
  auto level = static_cast<unsigned>(std::countr_zero(size_));
  Hash hash = peaks_[level];
  while (++level < 64) {
    if ((size_ >> level & 1) != 0) hash = node_hash(peaks_[level], hash);
  }
  return hash;
}

Hash root_of(std::span<const Hash> leaves) {
  Frontier frontier;
  for (const Hash& leaf : leaves) frontier.append(leaf);
  return frontier.root();
}

}  // namespace recourse
