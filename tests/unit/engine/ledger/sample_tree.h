#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/ledger/merkle_tree.h"

namespace recourse {

/// A tree of `size` leaves that is all in memory, computed as RFC 6962 2.1 defines it and not as
/// the engine does it.
class SampleTree final : public HashSource {
 public:
  explicit SampleTree(std::uint64_t size) {
    rows_.emplace_back();
    for (std::uint64_t i = 0; i < size; ++i)
      rows_[0].push_back(recourse::leaf_hash("leaf " + std::to_string(i)));
    while (rows_.back().size() > 1) {
      const std::vector<Hash>& below = rows_.back();
      std::vector<Hash> row;
      for (std::size_t i = 0; i + 1 < below.size(); i += 2)
        row.push_back(node_hash(below[i], below[i + 1]));
      rows_.push_back(std::move(row));
    }
  }

  Result<Hash> hash(unsigned level, std::uint64_t index) const override {
    if (level >= rows_.size() || index >= rows_[level].size())
      return Error{ErrorCode::invalid, "the sample has no such subtree"};
    return rows_[level][index];
  }

  const std::vector<Hash>& leaves() const { return rows_[0]; }
  Hash root_at(std::uint64_t size) const { return definition(0, size); }
  Hash root() const { return root_at(leaves().size()); }

 private:
  Hash definition(std::uint64_t begin, std::uint64_t end) const {
    if (begin == end) return empty_root();
    if (end - begin == 1) return leaves()[begin];
    const std::uint64_t middle = begin + std::bit_floor(end - begin - 1);
    return node_hash(definition(begin, middle), definition(middle, end));
  }

  std::vector<std::vector<Hash>> rows_;
};

}  // namespace recourse
