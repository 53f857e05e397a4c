#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/note_key.h"
#include "engine/witness/trust_policy.h"
#include "tools/soc2/examine.h"

namespace recourse::soc2 {

/// What others say of heads of the tenant's log, by way of the meta log's head that anchors one.
struct HeadEvidence {
  /// "<name of the witness> <earliest time>": of the meta head that the quorum cosigned.
  std::vector<std::string> cosignatures;
  LogSize witnessed;  ///< The tenant's head in that one: it and those before it are cosigned so.
  bool end = false;   ///< That meta head is the one of the package's end.
  std::vector<std::string> time_tokens;  ///< Files within the package.
};

/// Verifies a tlog-proof of the leaf of the meta log that anchors a head of `origin` and takes the
/// cosignatures of that meta head. `log_keys`: those of the meta log. Errors: those of
/// verify_tlog_proof; invalid for another leaf or without the policy's quorum.
Status take_cosignatures(std::string_view proof, std::string_view origin,
                         std::span<const NoteKey> log_keys, const TrustPolicy& policy,
                         HeadEvidence& evidence);

/// Says it of the heads in `parameters`: the cosignatures of those that are covered, the time
/// tokens of the end, and both of the meta log's head.
void say_who_saw(const HeadEvidence& evidence, Parameters& parameters);

}  // namespace recourse::soc2
