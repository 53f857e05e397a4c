#include "tools/audit/witnessed_anchor.h"

#include "engine/base/sha256.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/tlog_proof.h"
#include "engine/witness/witnessing.h"
#include "tools/audit/leaf_tail.h"

namespace recourse {
namespace {

const LedgerId kMetaLog{0};

/// The newest kept meta head that the ledger covers and the quorum cosigned.
Result<std::optional<std::string>> newest_witnessed_note(const Ledger& ledger, const Signer& signer,
                                                         const TrustPolicy& policy) {
  const std::vector<NoteKey> keys = policy.keys();
  LogSize size = ledger.head(kMetaLog).size;
  while (true) {
    RECOURSE_LET(std::optional<std::string> note, signer.at_most(kMetaLog, size));
    if (!note || policy.satisfied(cosigners(*note, keys))) return note;
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
    if (head.size == 0) return std::optional<std::string>();
    size = LogSize(head.size - 1);
  }
}

}  // namespace

Result<std::optional<WitnessedAnchor>> newest_witnessed_anchor(const Ledger& ledger,
                                                               const Signer& signer,
                                                               const LedgerInfo& info,
                                                               const TrustPolicy& policy,
                                                               LogSize end) {
  std::optional<WitnessedAnchor> newest;
  if (!policy.asks()) return newest;
  RECOURSE_LET(const auto note, newest_witnessed_note(ledger, signer, policy));
  if (!note) return newest;
  RECOURSE_LET(const Checkpoint meta, peek_checkpoint(*note));
  Position place;
  RECOURSE_TRY(ledger.scan(kMetaLog, Position(0), Position(meta.size),
                           [&](Position position, std::string_view leaf) {
                             const auto tail = leaf_tail(leaf);
                             if (!tail || tail->type != LogAnchored::kType) return true;
                             const Result<RecordedEvent> event = read_leaf(leaf);
                             if (!event) return true;
                             const auto& anchor = get<LogAnchored>(event->data);
                             const auto size = static_cast<std::uint64_t>(anchor.size);
                             if (size > end.value()) return true;
                             if (anchor.origin_hash != sha256(info.origin_of_head(LogSize(size))))
                               return true;
                             if (newest && newest->size.value() >= size) return true;
                             newest = WitnessedAnchor{LogSize(size), ""};
                             place = position;
                             return true;
                           }));
  if (!newest) return newest;
  TlogProof proof;
  RECOURSE_LET(proof.extra, ledger.leaf(kMetaLog, place));
  proof.index = place.value();
  RECOURSE_LET(proof.hashes, ledger.inclusion_proof(kMetaLog, place, LogSize(meta.size)));
  RECOURSE_LET(proof.note, signer.with_newest_signature(kMetaLog, *note));
  newest->proof = tlog_proof_text(proof);
  return newest;
}

}  // namespace recourse
