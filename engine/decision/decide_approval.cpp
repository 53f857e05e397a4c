#include <algorithm>

#include "engine/decision/ballot.h"
#include "engine/decision/controls.h"
#include "engine/decision/decisions.h"
#include "engine/decision/drift.h"
#include "engine/decision/facts.h"
#include "engine/decision/outbox.h"
#include "engine/decision/windows.h"
#include "engine/event/clear_names.h"
#include "engine/event/parse_json.h"

namespace recourse {
namespace {

/// What was looked at must be what is asked: a vote quotes the digest of it. Served surfaces show
/// the present state and have no place for a digest, so only there it may be absent.
Status check_digest(const CastVote& command, const ApprovalState& approval) {
  if (!command.render_digest) {
    if (command.channel != "api") return {};
    return Error{ErrorCode::precondition_missing, "a vote quotes the approval's render_digest"};
  }
  if (*command.render_digest == to_base64(as_text(approval.render_digest))) return {};
  return conflict("the approval shows something else than what you voted on");
}

Status check_words(const CastVote& command) {
  if (!is_label(command.channel)) return invalid("channel: 1 to 64 bytes");
  const bool rejects = command.vote == Vote::reject;
  if (rejects && command.reason.value_or("").empty()) return invalid("a rejection has a reason");
  if (!rejects && (command.reason_code || command.retry))
    return invalid("reason_code and retry are about a rejection");
  if (command.reason_code && !is_code(*command.reason_code))
    return invalid("reason_code: 1 to 128 of A-Za-z0-9_.:/-");
  return {};
}

std::int64_t approving(const ApprovalState& approval) {
  return std::count_if(approval.votes.begin(), approval.votes.end(),
                       [](const VoteState& vote) { return vote.vote == Vote::approve; });
}

/// An approval that is burnt while a limit lets nothing run would have to be asked for again.
Status check_limits(State& state, const ActionState& action, const DecisionContext& context,
                    std::int64_t votes) {
  const ActionType* type = find_action_type(action.type.text);
  if (type == nullptr || type->executor != Executor::internal) return {};
  const PolicyInForce in_force = policy_in_force(state);
  Facts facts = facts_of(state, action, nullptr, *in_force.policy, context);
  facts.approvals = votes;
  const Verdict verdict = judge(*in_force.policy, facts);
  if (verdict.problem == kBreakerRule)
    return conflict("the breaker of this agent and action type is open: approve later");
  if (!is_limit(verdict.problem)) return {};
  return Error{ErrorCode::limited, *verdict.problem + " is reached: approve later"};
}

/// Runs one of our own actions that people agreed to, if the policy still lets it.
void run_granted(Draft& draft, const ApprovalState& approval, const ActionState& action,
                 const ActionType& type, std::int64_t votes) {
  const DecisionContext& context = draft.context;
  const auto args = context.action_args ? parse_json(*context.action_args)
                                        : Result<Json>(Error{ErrorCode::erased, "erased"});
  if (!args) {
    draft.add(action.action.value(),
              EffectRejected{action.action, action.ticket, "erased", false, {}, {}});
    stale_approval(draft, approval, "erased");
    return;
  }
  const PolicyInForce in_force = policy_in_force(draft.state);
  Facts facts = facts_of(draft.state, action, &*args, *in_force.policy, context);
  facts.approvals = votes;
  const Verdict verdict = judge(*in_force.policy, facts);
  note_breaker_time(draft, action, *in_force.policy);
  draft.add(action.action.value(), policy_decided(verdict, action, in_force.name, "dispatch",
                                                  make_ulid("dec_", context.now, context.random)));
  note_reached_limits(draft, action, *in_force.policy, facts, verdict);
  if (verdict.outcome == PolicyOutcome::allow) {
    std::erase(draft.ticket.open_approvals, approval.approval);
    draft.add(approval.approval.value(),
              ApprovalConsumed{approval.approval, action.action, action.ticket});
    execute_internally(draft, action, type, *args, *in_force.policy);
  } else if (verdict.outcome == PolicyOutcome::require_approval) {
    stale_approval(draft, approval, "policy_changed");
    request_approval(draft, action, verdict, *in_force.policy, approval.excluded);
  } else {
    stale_approval(draft, approval, "policy");
  }
}

void grant(Draft& draft, const ApprovalState& approval, const ActionState& action,
           std::int64_t votes) {
  const ActionType* type = find_action_type(action.type.text);
  ApprovalGranted granted{approval.approval, action.action, action.ticket};
  if (type != nullptr && type->executor == Executor::internal) {
    draft.add(approval.approval.value(), std::move(granted));
    return run_granted(draft, approval, action, *type, votes);
  }
  const PolicyInForce in_force = policy_in_force(draft.state);
  granted.expires_at =
      usable_until(draft.state, action, approval, *in_force.policy, draft.context.now);
  draft.add(approval.approval.value(), std::move(granted));
  put_in_outbox(draft, action, *in_force.policy);
}

/// After the vote this approval no longer waits, though it may still be open until it is used.
void stop_waiting(Draft& draft, const ApprovalId& approval, std::string_view reason_code) {
  std::erase(draft.ticket.open_approvals, approval);
  settle_automation(draft, reason_code);
}

}  // namespace

Decision cast_vote(State& state, const CastVote& command, const DecisionContext& context) {
  const ApprovalState* found = state.approvals.find(command.approval);
  if (found == nullptr) return not_found("approval", command.approval.value());
  const ApprovalState approval = *found;
  const Principal& voter = context.principal;
  RECOURSE_TRY(check_voter(approval, voter));
  RECOURSE_TRY(check_open(approval, context.now));
  RECOURSE_TRY(check_claim(approval, voter, context.now));
  RECOURSE_TRY(check_digest(command, approval));
  RECOURSE_TRY(check_words(command));
  RECOURSE_LET(const bool own, is_own(approval, context));
  if (approval.rollback) return vote_on_rollback(state, command, approval, own, context);
  const ActionState* asked = state.actions.find(approval.action);
  if (asked == nullptr) return not_found("action", approval.action.value());
  const ActionState action = *asked;
  const bool rejects = command.vote == Vote::reject;
  // An approval that is burnt while nothing may run would have to be asked for again.
  if (!rejects && stopped_by(state, action, context))
    return conflict("the kill switch is engaged: approve after it is released");
  const std::int64_t votes = approving(approval) + 1;
  const bool enough = !rejects && is_enough(approval, voter);
  if (enough) RECOURSE_TRY(check_limits(state, action, context, votes));
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  if (action.run) draft.correlation = action.run->value();

  const std::string stream = approval.approval.value();
  if (own)
    draft.add(stream, BypassGranted{"self_approval", voter.id, "single_admin", approval.approval,
                                    approval.ticket});
  draft.add(stream, vote_of(draft, command, approval));
  if (rejects) {
    draft.add(stream, rejection_of(draft, command, approval));
    stop_waiting(draft, approval.approval, "approval_rejected");
    return std::move(draft.events);
  }
  if (enough) {
    if (std::vector<ChangedFact> changed = drift_of(draft.ticket, action); !changed.empty()) {
      // People agreed to what is no longer so.
      stale_approval(draft, approval, "drift", std::move(changed));
    } else {
      grant(draft, approval, action, votes);
    }
    stop_waiting(draft, approval.approval, "approval_granted");
  }
  return std::move(draft.events);
}

Decision expire_approval(State& state, const ExpireApproval& command,
                         const DecisionContext& context) {
  const ApprovalState* found = state.approvals.find(command.approval);
  if (found == nullptr) return not_found("approval", command.approval.value());
  const ApprovalState approval = *found;
  // A granted one that nobody used in time ends as well.
  if (approval.status != ApprovalStatus::pending && approval.status != ApprovalStatus::granted)
    return conflict("the approval is " + std::string(word(approval.status)) + " already");
  if (context.now < approval.expires_at) return conflict("the approval has not expired");
  if (approval.rollback) return expire_rollback_approval(state, approval, context);
  RECOURSE_LET(Draft draft, draft_for(state, approval.ticket, context));
  draft.add(approval.approval.value(),
            ApprovalExpired{approval.approval, approval.action, approval.ticket});
  stop_waiting(draft, approval.approval, "approval_expired");
  return std::move(draft.events);
}

}  // namespace recourse
