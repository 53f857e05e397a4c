#include <algorithm>

#include "engine/decision/ballot.h"

namespace recourse {
namespace {

/// The escalation roles. Where they are the admins, and there are not enough of them, the roles
/// that were asked before stay: an approval that nobody could give any more would only expire.
std::vector<Clear> roles_after(const ApprovalState& approval, std::int64_t admins) {
  std::vector<Clear> roles = approval.escalate_to.empty() ? admins_only() : approval.escalate_to;
  if (roles != admins_only() || admins >= approval.quorum) return roles;
  for (const Clear& role : approval.roles)
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
  return roles;
}

}  // namespace

Decision escalate_approval(State& state, const EscalateApproval& command,
                           const DecisionContext& context) {
  const ApprovalState* found = state.approvals.find(command.approval);
  if (found == nullptr) return not_found("approval", command.approval.value());
  const ApprovalState approval = *found;
  const bool by_time = context.principal.kind == ActorType::system;
  // After a standstill there is nobody left who could be asked.
  if (by_time && approval.status == ApprovalStatus::pending && context.now >= approval.expires_at)
    return expire_approval(state, {command.approval}, context);
  RECOURSE_TRY(check_open(approval, context.now));
  if (approval.escalated) return conflict("the approval was escalated already");
  if (by_time && (!approval.escalate_at || context.now < *approval.escalate_at))
    return conflict("half of the approval's time is not over");
  RECOURSE_LET(Draft draft, draft_for(state, approval, context));
  auto escalated = about<ApprovalEscalated>(approval);
  escalated.to = roles_after(approval, context.admins);
  escalated.cause = by_time ? "half_time" : "manual";
  escalated.reason = draft.seal_given(command.reason);
  draft.add(approval.approval.value(), std::move(escalated));
  return std::move(draft.events);
}

Decision revoke_approval(State& state, const RevokeApproval& command,
                         const DecisionContext& context) {
  const ApprovalState* found = state.approvals.find(command.approval);
  if (found == nullptr) return not_found("approval", command.approval.value());
  const ApprovalState approval = *found;
  const Principal& by = context.principal;
  const bool listed = std::any_of(approval.roles.begin(), approval.roles.end(),
                                  [&](const Clear& role) { return role.text == word(by.role); });
  if (!listed && by.role != Role::admin)
    return Error{ErrorCode::forbidden, "your role has no say on this approval"};
  if (command.reason.value_or("").empty()) return invalid("a revocation has a reason");
  if (approval.status != ApprovalStatus::granted)
    return conflict("the approval is " + std::string(word(approval.status)) +
                    ": only what is granted and not used yet can be revoked");
  RECOURSE_LET(Draft draft, draft_for(state, approval, context));
  auto revoked = about<ApprovalRevoked>(approval);
  revoked.reason = draft.seal_given(command.reason);
  draft.add(approval.approval.value(), std::move(revoked));
  std::erase(draft.ticket.open_approvals, approval.approval);
  settle_automation(draft, "approval_revoked");
  return std::move(draft.events);
}

}  // namespace recourse
