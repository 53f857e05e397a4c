#include <algorithm>
#include <array>

#include "engine/decision/decide_privacy.h"
#include "engine/decision/privacy_checks.h"

namespace recourse {
namespace {

/// Tried, and not told: it is tried again, or said to be impossible.
constexpr std::string_view kNotTold = "failed";
constexpr std::size_t kMostNamed = 1'024;

/// Errors: conflict.
Status check_room(const std::vector<Clear>& named, const std::string& one) {
  if (named.size() < kMostNamed || std::find(named.begin(), named.end(), Clear(one)) != named.end())
    return {};
  return conflict("1024 names are recorded for this request already");
}

std::string listed(const std::vector<EntryId>& ids) {
  std::string list;
  for (const EntryId& id : ids) list += (list.empty() ? "" : ", ") + id.value();
  return list;
}

/// Everybody who got the data was told, or it was recorded why not.
bool all_told(const DsrState& dsr) {
  return std::all_of(dsr.recipients.begin(), dsr.recipients.end(), [&](const Clear& one) {
    return std::find(dsr.notified.begin(), dsr.notified.end(), one) != dsr.notified.end();
  });
}

void complete_if_done(Draft& draft, const DsrState& dsr) {
  if (dsr.status == DsrStatus::certified && all_told(dsr))
    draft.add(dsr.dsr.value(), DsrCompleted{dsr.dsr, "done", dsr.certificate});
}

Result<DsrState> open_erasure(State& state, const EntryId& id) {
  RECOURSE_LET(DsrState dsr, open_dsr(state, id));
  if (dsr.kind != DsrKind::erasure)
    return conflict("the request is one of " + std::string(word(dsr.kind)) + ", not of erasure");
  return dsr;
}

/// Errors: conflict.
Status check_erased(const DsrState& dsr) {
  if (dsr.status == DsrStatus::erased || dsr.status == DsrStatus::certified) return {};
  return conflict("the person is not erased yet: execute the request first");
}

/// A request whose recipients can be told: what was asked for is done. Errors: not_found; conflict.
Result<DsrState> done_request(State& state, const EntryId& id) {
  const DsrState* const found = state.dsrs.find(id);
  if (found == nullptr) return not_found("request", id.value());
  switch (found->kind) {
    case DsrKind::access:
    case DsrKind::portability:
      return conflict("nobody else has to be told of a request of " +
                      std::string(word(found->kind)));
    case DsrKind::erasure: {
      RECOURSE_LET(DsrState open, open_dsr(state, id));
      RECOURSE_TRY(check_erased(open));
      return open;
    }
    case DsrKind::rectification:
    case DsrKind::restriction:
    case DsrKind::objection:
      if (found->outcome && found->outcome->text == "done") return *found;
      return conflict("what was asked for is not done yet: execute the request first");
  }
  return not_found("request", id.value());
}

Status check_outcome(std::string_view outcome, std::string_view last) {
  constexpr std::array<std::string_view, 3> kOutcomes{"acknowledged", "sent", kNotTold};
  if (outcome == last || std::find(kOutcomes.begin(), kOutcomes.end(), outcome) != kOutcomes.end())
    return {};
  return invalid("outcome: acknowledged, sent, failed or " + std::string(last));
}

}  // namespace

Result<Events> erase_subject(State& state, const EraseSubject& command,
                             const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const DsrState dsr, open_erasure(state, command.dsr));
  RECOURSE_LET(const SubjectId subject, verified_subject(state, dsr));
  RECOURSE_TRY(check_granted(dsr));
  Draft draft{state, context, {}};
  std::vector<EntryId> holds;
  for (const HoldState& hold : holds_on(state, subject, command.trace)) holds.push_back(hold.hold);
  if (!holds.empty()) {
    if (dsr.status == DsrStatus::deferred && dsr.holds == holds)
      return conflict("the erasure is deferred until these holds are released: " + listed(holds));
    draft.add(command.dsr.value(), ErasureDeferred{command.dsr, subject, std::move(holds)});
    restrict_if_not(draft, subject, command.dsr);
    return std::move(draft.events);
  }
  SubjectErased erased;
  erased.dsr = command.dsr;
  erased.subject = subject;
  erased.fields = command.trace.fields;
  erased.root = command.trace.root;
  erased.vault_rows = command.trace.vault_rows;
  erased.directory_rows = command.trace.directory_rows;
  erased.blobs = command.trace.blobs;
  draft.add(command.dsr.value(), std::move(erased));
  // Nobody could be told anything about them later: what they ask for is done, or gone.
  for (const EntryId& id : command.others) {
    const DsrState* const other = state.dsrs.find(id);
    if (other == nullptr || other->subject != subject || other->dsr == command.dsr ||
        other->status == DsrStatus::completed)
      continue;
    const Clear outcome(other->kind == DsrKind::erasure ? "done" : "erased");
    draft.add(id.value(), DsrCompleted{id, outcome, {}});
  }
  return std::move(draft.events);
}

Result<Events> certify_erasure(State& state, const CertifyErasure& command,
                               const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(DsrState dsr, open_erasure(state, command.dsr));
  RECOURSE_TRY(check_erased(dsr));
  if (dsr.status == DsrStatus::certified) return conflict("the erasure was certified already");
  Draft draft{state, context, {}};
  draft.add(command.dsr.value(), ErasureCertified{command.dsr, *dsr.subject, command.epoch,
                                                  command.assurance, command.certificate});
  dsr.status = DsrStatus::certified;
  dsr.certificate = command.certificate;
  complete_if_done(draft, dsr);
  return std::move(draft.events);
}

Result<Events> notify_recipient(State& state, const NotifyRecipient& command,
                                const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(DsrState dsr, done_request(state, command.dsr));
  RECOURSE_TRY(check_code("recipient", command.recipient));
  RECOURSE_TRY(check_outcome(command.outcome, "impossible"));
  RECOURSE_TRY(check_room(dsr.notified, command.recipient));
  Draft draft{state, context, {}};
  draft.add(command.dsr.value(),
            RecipientsNotified{command.dsr, command.recipient, command.outcome});
  if (command.outcome != kNotTold) dsr.notified.emplace_back(command.recipient);
  complete_if_done(draft, dsr);
  return std::move(draft.events);
}

Result<Events> propagate_erasure(State& state, const PropagateErasure& command,
                                 const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const DsrState dsr, open_erasure(state, command.dsr));
  RECOURSE_TRY(check_erased(dsr));
  RECOURSE_TRY(check_code("store", command.store));
  RECOURSE_TRY(check_outcome(command.outcome, "not_applicable"));
  RECOURSE_TRY(check_room(dsr.propagated, command.store));
  Draft draft{state, context, {}};
  draft.add(command.dsr.value(), ErasurePropagated{command.dsr, command.store, command.outcome});
  return std::move(draft.events);
}

}  // namespace recourse
