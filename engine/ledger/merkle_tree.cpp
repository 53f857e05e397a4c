#include "engine/ledger/merkle_tree.h"

#include <algorithm>
#include <bit>

#include "engine/base/sha256.h"

namespace recourse {
namespace {

constexpr std::string_view kLeafPrefix("\x00", 1);
constexpr std::string_view kNodePrefix("\x01", 1);

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

/// Where RFC 6962 splits [begin, end): after the largest power of two of leaves that is not all.
std::uint64_t split(Range range) {
  return range.begin + std::bit_floor(range.end - range.begin - 1);
}

/// The hash of a subtree of the RFC's recursion, complete or at the right edge.
Result<Hash> hash_of(Range range, const HashSource& source) {
  const std::vector<Subtree> parts = cover(range.begin, range.end);
  if (parts.empty()) return empty_root();
  RECOURSE_LET(Hash hash, source.hash(parts.back().level, parts.back().index));
  for (std::size_t i = parts.size() - 1; i-- > 0;) {
    RECOURSE_LET(const Hash left, source.hash(parts[i].level, parts[i].index));
    hash = node_hash(left, hash);
  }
  return hash;
}

Result<std::vector<Hash>> hashes_upward(const std::vector<Range>& downward,
                                        const HashSource& source) {
  std::vector<Hash> hashes;
  hashes.reserve(downward.size());
  for (auto range = downward.rbegin(); range != downward.rend(); ++range) {
    RECOURSE_LET(const Hash hash, hash_of(*range, source));
    hashes.push_back(hash);
  }
  return hashes;
}

}  // namespace

Error bad_proof(const char* why) { return Error{ErrorCode::invalid, why}; }

Hash leaf_hash(std::string_view leaf) { return sha256({kLeafPrefix, leaf}); }

Hash node_hash(const Hash& left, const Hash& right) {
  return sha256({kNodePrefix, as_text(left), as_text(right)});
}

Hash empty_root() { return sha256(std::string_view()); }

std::vector<Subtree> cover(std::uint64_t begin, std::uint64_t end) {
  RECOURSE_ASSERT(begin <= end, "a range of leaves ends after it begins");
  std::vector<Subtree> parts;
  while (begin < end) {
    const unsigned fits = static_cast<unsigned>(std::bit_width(end - begin)) - 1;
    const unsigned aligned = begin == 0 ? fits : static_cast<unsigned>(std::countr_zero(begin));
    const unsigned level = std::min(fits, aligned);
    parts.push_back({level, begin >> level});
    begin += std::uint64_t{1} << level;
  }
  return parts;
}

Result<Hash> root(std::uint64_t size, const HashSource& source) {
  return hash_of({0, size}, source);
}

Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const HashSource& source) {
  if (index >= size) return bad_proof("the tree has no leaf of this index");
  std::vector<Range> siblings;
  Range around{0, size};
  while (around.end - around.begin > 1) {
    const std::uint64_t middle = split(around);
    if (index < middle) {
      siblings.push_back({middle, around.end});
      around.end = middle;
    } else {
      siblings.push_back({around.begin, middle});
      around.begin = middle;
    }
  }
  return hashes_upward(siblings, source);
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t size1, std::uint64_t size2,
                                            const HashSource& source) {
  if (size1 == 0 || size1 > size2)
    return bad_proof("consistency needs 0 < first size <= second size");
  std::vector<Range> parts;
  Range around{0, size2};
  while (around.end != size1) {
    const std::uint64_t middle = split(around);
    if (size1 <= middle) {
      parts.push_back({middle, around.end});
      around.end = middle;
    } else {
      parts.push_back({around.begin, middle});
      around.begin = middle;
    }
  }
  // The verifier has the first root already, so it is left out when it is a node of the new tree.
  if (around.begin != 0) parts.push_back(around);
  return hashes_upward(parts, source);
}

Status verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                        std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return bad_proof("the tree has no leaf of this index");
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return bad_proof("inclusion proof too long");
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      // A right edge without a sibling on this level is carried up unhashed.
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return bad_proof("inclusion proof too short");
  if (hash != root) return bad_proof("inclusion proof does not lead to the root");
  return {};
}

Status verify_consistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1,
                          const Hash& root2, std::span<const Hash> proof) {
  if (size1 == 0) return bad_proof("consistency from the empty tree proves nothing");
  if (size1 > size2) return bad_proof("the second tree is smaller than the first");
  if (size1 == size2) {
    if (!proof.empty()) return bad_proof("consistency proof too long");
    if (root1 != root2) return bad_proof("two roots of one size");
    return {};
  }
  std::size_t next = 0;
  Hash hash1 = root1;
  if (!std::has_single_bit(size1)) {
    if (proof.empty()) return bad_proof("consistency proof too short");
    hash1 = proof[next++];
  }
  Hash hash2 = hash1;
  const int complete = std::countr_one(size1 - 1);
  std::uint64_t node = (size1 - 1) >> complete;
  std::uint64_t last = (size2 - 1) >> complete;
  for (; next < proof.size(); ++next) {
    if (last == 0) return bad_proof("consistency proof too long");
    if ((node & 1) != 0 || node == last) {
      hash1 = node_hash(proof[next], hash1);
      hash2 = node_hash(proof[next], hash2);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash2 = node_hash(hash2, proof[next]);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return bad_proof("consistency proof too short");
  if (hash1 != root1) return bad_proof("consistency proof does not lead to the first root");
  if (hash2 != root2) return bad_proof("consistency proof does not lead to the second root");
  return {};
}

}  // namespace recourse
