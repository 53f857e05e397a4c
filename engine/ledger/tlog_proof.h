#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/checkpoint.h"

namespace recourse {

/// One event with its proof of inclusion in a file of its own (c2sp.org/tlog-proof).
struct TlogProof {
  std::optional<std::string> extra;  ///< Here: the leaf's bytes. Not authenticated by itself.
  std::uint64_t index = 0;
  std::vector<Hash> hashes;
  std::string note;  ///< The signed checkpoint, verbatim.
};

std::string tlog_proof_text(const TlogProof& proof);
/// Accepts exactly what tlog_proof_text writes. Errors: invalid.
Result<TlogProof> parse_tlog_proof(std::string_view text);

struct VerifiedLeaf {
  std::string leaf;
  std::uint64_t index;
  VerifiedCheckpoint head;
};

/// Verifies the checkpoint, then that it includes the leaf in `extra`, and that the leaf itself
/// says so: its `sequence` is the index and its `source` the origin, or `source` where the log was
/// continued under another name since. Errors: those of parse_tlog_proof and verify_checkpoint;
/// invalid.
Result<VerifiedLeaf> verify_tlog_proof(std::string_view text, std::span<const NoteKey> known,
                                       std::optional<std::string_view> source = std::nullopt);

}  // namespace recourse
