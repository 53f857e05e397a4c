#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace recourse {

// The hash tree of RFC 6962 section 2.1 over SHA-256, with the proof algorithms of RFC 9162.
// An index counts leaves from 0, a size is a number of leaves. Everything here is pure: any thread.

Hash leaf_hash(std::string_view leaf);                ///< SHA-256(0x00 || leaf)
Hash node_hash(const Hash& left, const Hash& right);  ///< SHA-256(0x01 || left || right)
Hash empty_root();                                    ///< SHA-256 of no bytes

/// The complete subtree of 2^level leaves that starts at leaf index * 2^level.
struct Subtree {
  unsigned level = 0;
  std::uint64_t index = 0;
  bool operator==(const Subtree&) const = default;
};

/// The fewest complete subtrees that make up the leaves [begin, end), left to right. At most 126.
/// With begin = 0 it is the right frontier of a tree of size `end`. REQUIRES: begin <= end.
std::vector<Subtree> cover(std::uint64_t begin, std::uint64_t end);

/// What is wrong with a proof or the sizes it speaks of. Code: invalid.
Error bad_proof(const char* why);

/// Where the hashes of complete subtrees are looked up.
class HashSource {
 public:
  virtual ~HashSource() = default;
  /// The hash of the subtree of 2^level leaves number `index`.
  /// Errors: invalid when the tree does not hold it completely; whatever the storage reports.
  virtual Result<Hash> hash(unsigned level, std::uint64_t index) const = 0;
};

/// The root of the first `size` leaves.
Result<Hash> root(std::uint64_t size, const HashSource& source);

/// The audit path from the sibling of leaf `index` up to the child of the root of `size` leaves.
/// Errors: invalid unless index < size.
Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const HashSource& source);

/// The proof that the first `size1` of `size2` leaves were not changed; empty for equal sizes.
/// Errors: invalid unless 0 < size1 <= size2.
Result<std::vector<Hash>> consistency_proof(std::uint64_t size1, std::uint64_t size2,
                                            const HashSource& source);

/// Proves that the leaf at `index` of the tree with `root` has this hash (RFC 9162, 2.1.3.2).
/// Errors: invalid, for a proof of the wrong length too.
Status verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                        std::span<const Hash> proof, const Hash& root);

/// Proves that the tree with root2 starts with all leaves of that with root1 (RFC 9162, 2.1.4.2).
/// A proof from size 0 is refused rather than trivially true: it says nothing about root1.
/// Errors: invalid, for a proof of the wrong length too.
Status verify_consistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1,
                          const Hash& root2, std::span<const Hash> proof);

}  // namespace recourse
