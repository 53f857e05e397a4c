#include "tools/audit/bundle_plan.h"

#include <algorithm>
#include <map>

#include "engine/base/sha256.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/tlog_proof.h"
#include "engine/witness/witnessing.h"
#include "tools/audit/continuation.h"
#include "tools/audit/leaf_tail.h"

namespace recourse {
namespace {

const LedgerId kMeta{0};

Error not_signed(Position to) {
  return {ErrorCode::unavailable, "no signed head covers position " + std::to_string(to.value()) +
                                      " yet: let the server sign, then export again"};
}

/// Anchors of the ledger in the meta ledger, by size; the first of each. Those of heads of at least
/// `end` leaves were appended after the leaf before `end`, so the search starts at its time.
Result<std::map<std::uint64_t, Position>> anchors_of(const Ledger& ledger, const LedgerInfo& info,
                                                     Position end) {
  Position first(0);
  if (end > Position(0)) {
    RECOURSE_LET(const std::string leaf, ledger.leaf(info.ledger, Position(end.value() - 1)));
    RECOURSE_LET(const LeafHead head, read_leaf_head(leaf));
    RECOURSE_LET(first, ledger.first_at_or_after(kMeta, head.time));
  }
  std::map<std::uint64_t, Position> anchors;
  RECOURSE_TRY(ledger.scan(kMeta, first, Position(ledger.head(kMeta).size.value()),
                           [&](Position position, std::string_view leaf) {
                             const auto tail = leaf_tail(leaf);
                             if (!tail || tail->type != LogAnchored::kType) return true;
                             const Result<RecordedEvent> event = read_leaf(leaf);
                             if (!event) return true;
                             const auto& anchor = get<LogAnchored>(event->data);
                             const auto size = static_cast<std::uint64_t>(anchor.size);
                             if (size >= end.value() &&
                                 anchor.origin_hash == sha256(info.origin_of_head(LogSize(size))))
                               anchors.emplace(size, position);
                             return true;
                           }));
  return anchors;
}

Result<std::optional<std::string>> kept_note(const Signer& signer, LedgerId id, LogSize size) {
  RECOURSE_LET(std::optional<std::string> note, signer.at_least(id, size));
  if (!note) return note;
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
  if (head.size != size.value()) note.reset();
  return note;
}

/// The oldest kept head of at least `size` leaves that the ledger covers: beside a running server
/// newer ones may have been signed than what was opened.
Result<std::optional<std::string>> covered_note(const Ledger& ledger, const Signer& signer,
                                                LedgerId id, LogSize size) {
  RECOURSE_LET(std::optional<std::string> note, signer.at_least(id, size));
  if (!note) return note;
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
  if (head.size > ledger.head(id).size.value()) note.reset();
  return note;
}

/// The first kept meta head of at least `size` leaves that the quorum cosigned; nothing when there
/// is none, or when no quorum is asked for.
Result<std::optional<std::string>> witnessed_note(const Ledger& ledger, const Signer& signer,
                                                  const TrustPolicy& policy, LogSize size) {
  if (!policy.asks()) return std::optional<std::string>();
  const std::vector<NoteKey> keys = policy.keys();
  while (true) {
    RECOURSE_LET(std::optional<std::string> note, covered_note(ledger, signer, kMeta, size));
    if (!note || policy.satisfied(cosigners(*note, keys))) return note;
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
    size = LogSize(head.size + 1);
  }
}

Result<std::string> anchor_proof(const Ledger& ledger, const Signer& signer, Position position,
                                 const std::string& note) {
  RECOURSE_LET(const Checkpoint meta, peek_checkpoint(note));
  TlogProof proof;
  RECOURSE_LET(proof.extra, ledger.leaf(kMeta, position));
  proof.index = position.value();
  RECOURSE_LET(proof.hashes, ledger.inclusion_proof(kMeta, position, LogSize(meta.size)));
  RECOURSE_LET(proof.note, signer.with_newest_signature(kMeta, note));
  return tlog_proof_text(proof);
}

/// A new stamp of the meta head that was chosen, or the first kept one of a head with the anchor.
Status take_stamp(const Ledger& ledger, const Signer& signer, const BundleOptions& options,
                  Position anchor, const std::string& meta_note, BundlePlan& plan) {
  if (options.stamp) {
    RECOURSE_LET(const Checkpoint meta, peek_checkpoint(meta_note));
    RECOURSE_LET(std::string response, options.stamp(meta));
    plan.stamped = {LogSize(meta.size), *plan.meta_proof, std::move(response)};
    return {};
  }
  RECOURSE_LET(auto kept, signer.time_stamp_at_least(kMeta, LogSize(anchor.value() + 1)));
  if (!kept || kept->size > ledger.head(kMeta).size) return {};
  RECOURSE_LET(const auto note, kept_note(signer, kMeta, kept->size));
  if (!note) return {};
  RECOURSE_LET(std::string proof, anchor_proof(ledger, signer, anchor, *note));
  plan.stamped = {kept->size, std::move(proof), std::move(kept->response)};
  return {};
}

/// Takes the first head after the range that is anchored, with the proof of that.
Status take_anchored_head(const Ledger& ledger, const Signer& signer, const BundleOptions& options,
                          BundlePlan& plan) {
  if (plan.info.ledger == kMeta) return {};
  RECOURSE_LET(const auto anchors, anchors_of(ledger, plan.info, plan.end));
  for (const auto& [size, position] : anchors) {
    const LogSize covering(position.value() + 1);
    RECOURSE_LET(const std::optional<std::string> note,
                 kept_note(signer, plan.info.ledger, LogSize(size)));
    RECOURSE_LET(std::optional<std::string> meta_note,
                 covered_note(ledger, signer, kMeta, covering));
    if (!note || !meta_note || size > ledger.head(plan.info.ledger).size.value()) continue;
    RECOURSE_LET(auto witnessed, witnessed_note(ledger, signer, options.policy, covering));
    plan.witnessed = witnessed.has_value();
    if (witnessed) meta_note = std::move(witnessed);
    RECOURSE_LET(plan.meta_proof, anchor_proof(ledger, signer, position, *meta_note));
    plan.note = *note;
    RECOURSE_LET(plan.meta_note, signer.with_newest_signature(kMeta, *meta_note));
    return take_stamp(ledger, signer, options, position, *meta_note, plan);
  }
  return {};
}

/// The leaves that tell how each log in `info` was closed, with their place in the head of `note`.
Status tell_continuations(const Ledger& ledger, const LedgerInfo& info, const std::string& which,
                          const std::string& note, BundlePlan& plan) {
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(note));
  for (const ClosedLog& log : info.closed) {
    const Position at(log.kept.size.value());
    Position end(at.value() + 1);
    std::string lines;
    RECOURSE_TRY(ledger.scan(info.ledger, at, Position(at.value() + kMostTellingLeaves),
                             [&](Position position, std::string_view leaf) {
                               const auto tail = leaf_tail(leaf);
                               if (position > at && (!tail || tail->type != HeadAccepted::kType))
                                 return false;
                               end = Position(position.value() + 1);
                               lines.append(leaf).append("\n");
                               return true;
                             }));
    RECOURSE_LET(std::string proof,
                 ledger.range_proof(info.ledger, at, end, LogSize(head.size), note));
    const std::string path = "continued/" + which + "-" + std::to_string(at.value());
    plan.continued[path + ".ndjson"] = std::move(lines);
    plan.continued[path + ".proof"] = std::move(proof);
  }
  return {};
}

/// The first kept head of the newest of the meta log's logs that the bundle has a head of.
Status tell_meta_continuations(const Ledger& ledger, const Signer& signer, BundlePlan& plan) {
  if (!plan.meta_note) return {};
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(*plan.meta_note));
  LogSize newest(head.size);
  if (plan.stamped) newest = std::max(newest, plan.stamped->size);
  for (const LedgerInfo& info : ledger.ledgers()) {
    if (info.ledger != kMeta) continue;
    const LedgerInfo then = info.as_of(newest);
    if (then.closed.empty()) return {};
    RECOURSE_LET(auto note,
                 signer.at_least(kMeta, LogSize(then.closed.back().kept.size.value() + 1)));
    if (!note) return {};
    RECOURSE_LET(const std::string own, signer.with_newest_signature(kMeta, std::move(*note)));
    RECOURSE_TRY(tell_continuations(ledger, then, "meta", own, plan));
  }
  return {};
}

}  // namespace

Result<BundlePlan> plan_bundle(const Ledger& ledger, const Signer& signer,
                               const BundleOptions& options) {
  BundlePlan plan;
  const std::optional<LedgerInfo> info = ledger.find_tenant(options.tenant);
  if (!info) return Error{ErrorCode::not_found, "there is no tenant " + options.tenant.value()};
  plan.info = *info;
  if (!ledger.has_keys())
    return Error{ErrorCode::forbidden, "a bundle is signed, which takes the key file (--kek)"};

  const std::optional<std::string> latest = signer.latest(info->ledger);
  if (!latest) return not_signed(Position(0));
  RECOURSE_LET(const Checkpoint newest, peek_checkpoint(*latest));
  plan.requested_to = Position(newest.size);
  if (options.from) {
    RECOURSE_LET(plan.requested_from, first_from(ledger, info->ledger, *options.from));
    if (std::holds_alternative<Position>(*options.from) &&
        plan.requested_from.value() > newest.size)
      return Error{ErrorCode::invalid, "the period begins after the newest event that is signed, " +
                                           std::to_string(newest.size - 1)};
  }
  if (options.to) {
    RECOURSE_LET(plan.requested_to, first_from(ledger, info->ledger, *options.to));
  }
  if (plan.requested_from > plan.requested_to ||
      plan.requested_to.value() > ledger.head(info->ledger).size.value())
    return Error{ErrorCode::invalid, "the ledger has no such range"};

  RECOURSE_LET(plan.start_note, signer.at_most(info->ledger, LogSize(plan.requested_from.value())));
  if (plan.start_note) {
    RECOURSE_LET(const Checkpoint start, peek_checkpoint(*plan.start_note));
    plan.start = Position(start.size);
  }
  RECOURSE_LET(const std::optional<std::string> end_note,
               covered_note(ledger, signer, info->ledger, LogSize(plan.requested_to.value())));
  if (!end_note) return not_signed(plan.requested_to);
  plan.note = *end_note;
  RECOURSE_LET(const Checkpoint end, peek_checkpoint(plan.note));
  plan.end = Position(end.size);
  RECOURSE_TRY(take_anchored_head(ledger, signer, options, plan));
  // An auditor may have only the newest key, and a head may be older than that.
  RECOURSE_LET(plan.note, signer.with_newest_signature(info->ledger, std::move(plan.note)));
  if (plan.start_note) {
    RECOURSE_LET(plan.start_note,
                 signer.with_newest_signature(info->ledger, std::move(*plan.start_note)));
  }
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(plan.note));
  plan.head = {LogSize(head.size), head.root};
  plan.info = plan.info.as_of(plan.head.size);
  RECOURSE_TRY(tell_continuations(ledger, plan.info, "log", plan.note, plan));
  RECOURSE_TRY(tell_meta_continuations(ledger, signer, plan));
  return plan;
}

}  // namespace recourse
