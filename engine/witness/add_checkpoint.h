#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/merkle_tree.h"

namespace recourse {

/// What a log asks of a witness (c2sp.org/tlog-witness, add-checkpoint):
///
///     old <size>
///     <hashes of the consistency proof, one base64 per line>
///     (blank)
///     <signed checkpoint, verbatim>
struct AddCheckpoint {
  std::uint64_t old_size = 0;  ///< Of the head that the witness cosigned last.
  std::vector<Hash> proof;     ///< Empty from size 0.
  std::string note;            ///< Not believed yet.
};

/// A request with more lines of proof is malformed: no tree of 2^63 leaves needs them.
inline constexpr std::size_t kMaxProofLines = 63;
/// A bigger body is refused unread.
inline constexpr std::size_t kMaxAddCheckpointBytes = std::size_t{64} << 10;
/// The media type of a refusal that tells the size which the witness knows.
inline constexpr std::string_view kTlogSizeType = "text/x.tlog.size";

std::string add_checkpoint_text(const AddCheckpoint& request);
/// Errors: invalid, too_large.
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

/// The size in a refusal: decimal digits and one line feed. Errors: invalid.
Result<std::uint64_t> parse_tlog_size(std::string_view body);

/// That the head of `old_size` and `old_root` is how the tree of `head` begins. Nothing precedes
/// size 0, so there the proof must be empty. Errors: conflict for another root at the same size;
/// invalid for a proof that does not lead there. REQUIRES: old_size <= head.size.
Status check_continues(std::uint64_t old_size, const Hash& old_root, const Checkpoint& head,
                       std::span<const Hash> proof);

}  // namespace recourse
