#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"

namespace recourse::routes {
namespace {

http::Response voted(const ApprovalId& approval, const Committed& committed) {
  JsonObject object;
  object.value("approval", approval);
  std::string_view status = "pending";
  std::string_view action_status = "awaiting_approval";
  const RollbackId* rollback = nullptr;
  std::string_view rollback_status = "awaiting_approval";
  for (const RecordedEvent& event : committed.events) {
    if (const auto* vote = get_if<ApprovalVoted>(&event.data))
      object.value("action", vote->action)
          .value("ticket", vote->ticket)
          .value("rollback", vote->rollback)
          .value("step", vote->step)
          .value("vote", vote->vote);
    if (const auto* vote = get_if<ApprovalVoted>(&event.data))
      rollback = vote->rollback ? &*vote->rollback : nullptr;
    if (holds_alternative<RollbackStarted>(event.data)) rollback_status = "started";
    if (holds_alternative<RollbackCompleted>(event.data)) rollback_status = "completed";
    if (holds_alternative<RollbackPartial>(event.data)) rollback_status = "partial";
    if (holds_alternative<RollbackAborted>(event.data)) rollback_status = "aborted";
    if (holds_alternative<ApprovalGranted>(event.data)) {
      status = "granted";
      action_status = "authorized";
    }
    if (holds_alternative<ApprovalRejected>(event.data)) status = action_status = "rejected";
    if (holds_alternative<ApprovalExpired>(event.data)) status = action_status = "expired";
    // What the vote makes happen may void other approvals as well.
    if (const auto* staled = get_if<ApprovalStaled>(&event.data);
        staled != nullptr && staled->approval == approval) {
      status = action_status = "staled";
      object.value("cause", staled->cause).value("changed", staled->changed);
    }
    if (holds_alternative<ApprovalConsumed>(event.data)) status = "consumed";
    if (const auto* held = get_if<EffectHeld>(&event.data)) {
      action_status = "held";
      object.value("hold_until", held->until);
    }
    if (holds_alternative<EffectDispatched>(event.data)) action_status = "dispatching";
    if (holds_alternative<EffectConfirmed>(event.data)) action_status = "succeeded";
    if (holds_alternative<EffectRejected>(event.data)) action_status = "failed";
    if (const auto* decided = get_if<PolicyDecided>(&event.data);
        decided != nullptr && decided->outcome == PolicyOutcome::deny)
      action_status = "denied";
    if (holds_alternative<BypassGranted>(event.data)) object.flag("bypass", true);
  }
  object.text("status", status);
  if (rollback == nullptr) object.text("action_status", action_status);
  if (rollback != nullptr && !find_event<CompensationSkipped>(committed))
    object.text("rollback_status", rollback_status);
  return accepted(committed, std::move(object));
}

/// Which approval, and what it is about.
template <class Event>
JsonObject about(const Event& event) {
  JsonObject object;
  object.value("approval", event.approval)
      .value("action", event.action)
      .value("ticket", event.ticket)
      .value("rollback", event.rollback)
      .value("step", event.step);
  return object;
}

http::Response claimed(const Committed& committed) {
  JsonObject object;
  if (const auto* claim = find_event<ApprovalClaimed>(committed))
    object = about(*claim)
                 .value("claimed_by", claim->by)
                 .value("claimed_until", claim->until)
                 .value("taken_from", claim->taken_from);
  object.text("status", "pending");
  return accepted(committed, std::move(object), 200);
}

http::Response released(const Committed& committed) {
  JsonObject object;
  if (const auto* release = find_event<ApprovalReleased>(committed)) object = about(*release);
  object.text("status", "pending");
  return accepted(committed, std::move(object), 200);
}

http::Response escalated(const Committed& committed) {
  JsonObject object;
  if (const auto* escalation = find_event<ApprovalEscalated>(committed))
    object = about(*escalation).value("roles", escalation->to);
  object.text("status", "pending");
  return accepted(committed, std::move(object), 200);
}

http::Response revoked(const Committed& committed) {
  JsonObject object;
  if (const auto* revocation = find_event<ApprovalRevoked>(committed)) object = about(*revocation);
  object.text("status", "revoked");
  return accepted(committed, std::move(object), 200);
}

/// Reads what a command about the approval in the path brings besides, by `read`, and gives it.
template <class Command, class Read>
void give(const CallPtr& call, Read read, Answer answer) {
  auto id = id_parameter(*call, "approval");
  if (!id) return refuse(*call, id.error());
  Command command;
  command.approval = ApprovalId(std::move(*id));
  Body body;
  if (with_body(*call, body, [&](BodyReader& reader) { read(reader, command); }))
    submit(call, body.canonical, std::move(command), std::move(answer));
}

}  // namespace

void cast_vote(CallPtr call) {
  auto id = id_parameter(*call, "approval");
  if (!id) return refuse(*call, id.error());
  CastVote command;
  command.approval = ApprovalId(*id);
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.vote = reader.word_of<Vote>("vote");
    command.reason = reader.optional_text("reason");
    command.render_digest = reader.optional_text("render_digest", {1, 64});
    command.reason_code = reader.optional_code("reason_code");
    command.retry = reader.optional_word_of<RetryAdvice>("retry");
  });
  if (!good) return;
  submit(call, body.canonical, std::move(command),
         [approval = ApprovalId(*id)](const Committed& committed) {
           return voted(approval, committed);
         });
}

void claim_approval(CallPtr call) {
  give<ClaimApproval>(
      call,
      [](BodyReader& reader, ClaimApproval& command) {
        command.claim_s = reader.optional_integer("claim_s", 1, 3'600).value_or(command.claim_s);
      },
      claimed);
}

void release_approval(CallPtr call) {
  give<ReleaseApproval>(
      call, [](BodyReader&, ReleaseApproval&) {}, released);
}

void escalate_approval(CallPtr call) {
  give<EscalateApproval>(
      call,
      [](BodyReader& reader, EscalateApproval& command) {
        command.reason = reader.optional_text("reason");
      },
      escalated);
}

void revoke_approval(CallPtr call) {
  give<RevokeApproval>(
      call,
      [](BodyReader& reader, RevokeApproval& command) { command.reason = reader.text("reason"); },
      revoked);
}

}  // namespace recourse::routes
