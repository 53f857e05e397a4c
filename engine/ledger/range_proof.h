#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/merkle_tree.h"

namespace recourse {

/// Proof that the leaves [start, end) given beside it are all the leaves of that slice, in order,
/// and of the root at `start`: what proves a period's population complete.
///
///     recourse/range@v1
///     range <start> <end> <size>
///     <hashes of cover(0, start), one base64 per line>
///     (blank)
///     <hashes of cover(end, size)>
///     (blank)
///     <signed checkpoint of <size>, verbatim>
struct RangeProof {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::vector<Hash> left;
  std::vector<Hash> right;
  Checkpoint head;   ///< What the note says; believed only after verify_checkpoint(note, ...).
  std::string note;  ///< The signed checkpoint.
};

/// Errors: invalid unless start <= end <= the size in `note`; those of `source`.
Result<RangeProof> range_proof(std::uint64_t start, std::uint64_t end, std::string note,
                               const HashSource& source);

std::string range_proof_text(const RangeProof& proof);
/// Accepts exactly what range_proof_text writes. Errors: invalid.
Result<RangeProof> parse_range_proof(std::string_view text);

/// Folds the leaves of a slice into the roots as they are read, so that a slice of any length can
/// be verified. Threads: one.
class RangeFold {
 public:
  explicit RangeFold(const RangeProof& proof);

  void add(const Hash& leaf);
  /// The root at `start`: compare it with the checkpoint that opened the period.
  const Hash& root_at_start() const { return root_at_start_; }
  /// Ends the fold. Errors: invalid when there were not end - start leaves, or when they do not
  /// lead to the root in the checkpoint.
  Status finish();

 private:
  struct Node {
    Subtree subtree;
    Hash hash;
  };
  void push(const Subtree& subtree, const Hash& hash);
  Hash folded() const;

  std::uint64_t next_;
  std::uint64_t end_;
  std::vector<Subtree> right_subtrees_;
  std::vector<Hash> right_;
  Hash head_root_;
  Hash root_at_start_;
  std::vector<Node> stack_;
};

struct VerifiedRange {
  Hash root_at_start;
  VerifiedCheckpoint head;
};

/// Parses the proof, verifies its checkpoint and folds `leaves` into it.
/// Errors: those of parse_range_proof, verify_checkpoint and RangeFold.
Result<VerifiedRange> verify_range(std::string_view text, std::span<const Hash> leaves,
                                   std::span<const NoteKey> known);

}  // namespace recourse
