#include "engine/decision/ballot.h"

namespace recourse {
namespace {

constexpr std::int64_t kMaxClaimS = 3'600;

ApprovalReleased released(const ApprovalState& approval, std::string_view cause) {
  auto event = about<ApprovalReleased>(approval);
  event.claimed_by = approval.claim->by;
  event.cause = cause;
  return event;
}

}  // namespace

Decision claim_approval(State& state, const ClaimApproval& command,
                        const DecisionContext& context) {
  const ApprovalState* found = state.approvals.find(command.approval);
  if (found == nullptr) return not_found("approval", command.approval.value());
  const ApprovalState approval = *found;
  const Principal& by = context.principal;
  if (command.claim_s < 1 || command.claim_s > kMaxClaimS)
    return invalid("claim_s is from 1 to 3600");
  // Who may not vote would only keep others from it.
  RECOURSE_TRY(check_voter(approval, by));
  RECOURSE_TRY(check_open(approval, context.now));
  RECOURSE_TRY(is_own(approval, context));
  const ClaimState* running = running_claim(approval, context.now);
  const bool of_another = running != nullptr && running->by != by.id;
  if (of_another && by.role != Role::admin) RECOURSE_TRY(check_claim(approval, by, context.now));
  RECOURSE_LET(Draft draft, draft_for(state, approval, context));
  auto claimed = about<ApprovalClaimed>(approval);
  claimed.by = by.id;
  claimed.until =
      std::min(context.now + std::chrono::seconds(command.claim_s), approval.expires_at);
  if (of_another) claimed.taken_from = running->by;
  draft.add(approval.approval.value(), std::move(claimed));
  return std::move(draft.events);
}

Decision release_approval(State& state, const ReleaseApproval& command,
                          const DecisionContext& context) {
  const ApprovalState* found = state.approvals.find(command.approval);
  if (found == nullptr) return not_found("approval", command.approval.value());
  const ApprovalState approval = *found;
  RECOURSE_TRY(check_open(approval, context.now));
  const ClaimState* running = running_claim(approval, context.now);
  if (running == nullptr) return conflict("nobody has claimed the approval");
  const Principal& by = context.principal;
  if (running->by != by.id && by.role != Role::admin)
    return Error{ErrorCode::forbidden,
                 "only " + running->by.value() + ", who claimed it, or an admin releases it"};
  RECOURSE_LET(Draft draft, draft_for(state, approval, context));
  draft.add(approval.approval.value(), released(approval, "released"));
  return std::move(draft.events);
}

Decision expire_claim(State& state, const ExpireClaim& command, const DecisionContext& context) {
  const ApprovalState* found = state.approvals.find(command.approval);
  if (found == nullptr) return not_found("approval", command.approval.value());
  const ApprovalState approval = *found;
  if (approval.status != ApprovalStatus::pending || !approval.claim)
    return conflict("the approval is not claimed");
  if (running_claim(approval, context.now) != nullptr) return conflict("the claim still runs");
  RECOURSE_LET(Draft draft, draft_for(state, approval, context));
  draft.add(approval.approval.value(), released(approval, "expired"));
  return std::move(draft.events);
}

}  // namespace recourse
