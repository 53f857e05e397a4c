#include "tools/evidence/head_evidence.h"

#include "engine/base/sha256.h"
#include "engine/event/leaf.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/tlog_proof.h"
#include "tools/audit/witnessed_by.h"

namespace recourse::soc2 {

Status take_cosignatures(std::string_view proof, std::string_view origin,
                         std::span<const NoteKey> log_keys, const TrustPolicy& policy,
                         HeadEvidence& evidence) {
  std::vector<NoteKey> known = policy.keys();
  known.insert(known.end(), log_keys.begin(), log_keys.end());
  RECOURSE_LET(const VerifiedLeaf anchor, verify_tlog_proof(proof, known));
  const auto event = read_leaf(anchor.leaf);
  const auto* const said = event ? get_if<LogAnchored>(&event->data) : nullptr;
  if (said == nullptr || said->origin_hash != sha256(origin))
    return Error{ErrorCode::invalid,
                 "the witnessed leaf anchors no head of " + std::string(origin)};
  RECOURSE_LET(const auto witnesses, witnessed_by(anchor.head, policy));
  std::vector<NoteKey> cosigned;
  for (const auto& witness : witnesses) {
    evidence.cosignatures.push_back(witness.name + " " + witness.time);
    cosigned.push_back(witness.key);
  }
  if (!policy.satisfied(cosigned))
    return Error{ErrorCode::invalid, "the quorum did not cosign the witnessed leaf"};
  evidence.witnessed = LogSize(static_cast<std::uint64_t>(said->size));
  return {};
}

void say_who_saw(const HeadEvidence& evidence, Parameters& parameters) {
  for (KeptHead& head : parameters.heads) {
    const auto said = peek_checkpoint(head.note);
    const bool covered = said && said->size <= evidence.witnessed.value();
    head.cosignatures = covered ? evidence.cosignatures : std::vector<std::string>();
    const bool end = said && said->size == parameters.end.value();
    head.time_tokens = end ? evidence.time_tokens : std::vector<std::string>();
  }
  if (!parameters.meta_head) return;
  if (evidence.end) parameters.meta_head->cosignatures = evidence.cosignatures;
  parameters.meta_head->time_tokens = evidence.time_tokens;
}

}  // namespace recourse::soc2
