#include "engine/decision/controls.h"
#include "engine/decision/decisions.h"
#include "engine/decision/drift.h"
#include "engine/decision/facts.h"
#include "engine/decision/windows.h"
#include "engine/event/clear_names.h"
#include "engine/event/parse_json.h"

namespace recourse {
namespace {

const ApprovalState* granted_approval(State& state, const ActionState& action) {
  if (!action.approval) return nullptr;
  const ApprovalState* approval = state.approvals.find(*action.approval);
  const bool granted = approval != nullptr && approval->status == ApprovalStatus::granted;
  return granted ? approval : nullptr;
}

std::string status_of(const ActionState& action) { return std::string(word(action.status)); }

void dispatch_to_client(Draft& draft, const ActionState& action, std::int64_t lease_s) {
  EffectDispatched dispatched;
  dispatched.action = action.action;
  dispatched.ticket = action.ticket;
  dispatched.connector = "client";
  dispatched.lease = draft.make<LeaseId>("lse_");
  dispatched.lease_until = draft.context.now + std::chrono::seconds(lease_s);
  dispatched.attempt = action.attempts + 1;
  dispatched.args_commitment = action.args_commitment;
  draft.add(action.action.value(), std::move(dispatched));
}

std::optional<Sealed> seal_report(const Draft& draft, const std::optional<std::string>& json) {
  return json ? std::optional(seal_json(*json, draft.subjects())) : std::nullopt;
}

Result<std::vector<FieldWrite>> reported_writes(const Draft& draft, const ReportAction& command) {
  std::vector<FieldWrite> writes;
  for (const ReportedWrite& reported : command.writes) {
    if (!is_code(reported.entity) || !is_code(reported.field))
      return invalid("writes: entity and field are 1 to 128 of A-Za-z0-9_.:/-");
    FieldWrite write;
    write.entity = reported.entity;
    write.field = reported.field;
    write.sealed_before = seal_report(draft, reported.before_json);
    write.sealed_after = seal_report(draft, reported.after_json);
    writes.push_back(std::move(write));
  }
  return writes;
}

Status check_report(const ReportAction& command) {
  if (command.provider_ref && !is_code(*command.provider_ref))
    return invalid("provider_ref: 1 to 128 of A-Za-z0-9_.:/-");
  if (command.code && !is_code(*command.code)) return invalid("code: 1 to 128 of A-Za-z0-9_.:/-");
  return {};
}

/// The lease says that the reporter is the one who ran it. After it was lost, a person may say what
/// became of the effect.
Status check_reporter(const ReportAction& command, const ActionState& action, const Principal& by) {
  const bool person_reconciles = action.status == ActionStatus::outcome_unknown &&
                                 by.kind == ActorType::human && by.role != Role::agent;
  if (!command.lease) {
    if (person_reconciles) return {};
    return Error{ErrorCode::precondition_missing, "a report quotes its lease"};
  }
  if (!action.lease || *command.lease != *action.lease)
    return conflict("the lease is not the one of this action");
  return {};
}

Decision report_first(Draft& draft, const ReportAction& command, const ActionState& action) {
  const std::string stream = action.action.value();
  if (command.outcome == EffectOutcome::succeeded) {
    EffectConfirmed confirmed;
    confirmed.action = action.action;
    confirmed.ticket = action.ticket;
    if (command.provider_ref) confirmed.provider_ref = *command.provider_ref;
    confirmed.result = seal_report(draft, command.result_json);
    RECOURSE_LET(confirmed.writes, reported_writes(draft, command));
    draft.add(stream, std::move(confirmed));
  } else if (command.outcome == EffectOutcome::failed) {
    EffectRejected rejected;
    rejected.action = action.action;
    rejected.ticket = action.ticket;
    rejected.code = command.code.value_or("failed");
    rejected.retryable = command.retryable;
    rejected.result = seal_report(draft, command.result_json);
    draft.add(stream, std::move(rejected));
  } else {
    EffectOutcomeUnknown unknown;
    unknown.action = action.action;
    unknown.ticket = action.ticket;
    unknown.cause = command.code.value_or("reported_unknown");
    draft.add(stream, std::move(unknown));
  }
  return std::move(draft.events);
}

Decision report_late(Draft& draft, const ReportAction& command, const ActionState& action) {
  if (command.outcome == EffectOutcome::unknown)
    return conflict("that the outcome is unknown is recorded already");
  EffectReconciled reconciled;
  reconciled.action = action.action;
  reconciled.ticket = action.ticket;
  reconciled.verdict = command.outcome;
  reconciled.evidence = seal_report(draft, command.result_json);
  RECOURSE_LET(reconciled.writes, reported_writes(draft, command));
  draft.add(action.action.value(), std::move(reconciled));
  return std::move(draft.events);
}

}  // namespace

Decision lease_action(State& state, const LeaseAction& command, const DecisionContext& context) {
  const ActionState* found = state.actions.find(command.action);
  if (found == nullptr) return not_found("action", command.action.value());
  const ActionState action = *found;
  if (command.lease_s < 1 || command.lease_s > 3600) return invalid("lease_s is from 1 to 3600");
  const ActionType* type = find_action_type(action.type.text);
  if (action.imported || type == nullptr || type->executor != Executor::client)
    return conflict("no client executes this action");
  if (action.status != ActionStatus::authorized)
    return conflict("the action is " + status_of(action) + ", not authorized");
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  if (action.run) draft.correlation = action.run->value();

  const ApprovalState* granted = granted_approval(state, action);
  const std::optional<ApprovalState> approval =
      granted != nullptr ? std::optional(*granted) : std::nullopt;
  if (approval && context.now >= approval->expires_at) {
    draft.add(approval->approval.value(),
              ApprovalExpired{approval->approval, action.action, action.ticket});
    return std::move(draft.events);
  }
  if (approval) {
    if (std::vector<ChangedFact> changed = drift_of(draft.ticket, action); !changed.empty()) {
      stale_approval(draft, *approval, "drift", std::move(changed));
      return std::move(draft.events);
    }
  }
  if (!context.action_args) {
    // Nothing is left that could be run.
    draft.add(action.action.value(),
              EffectRejected{action.action, action.ticket, "erased", false, {}, {}});
    if (approval) stale_approval(draft, *approval, "erased");
    return std::move(draft.events);
  }

  const PolicyInForce in_force = policy_in_force(state);
  const auto args = parse_json(*context.action_args);
  const Facts facts = facts_of(state, action, args ? &*args : nullptr, *in_force.policy, context);
  const Verdict verdict = judge(*in_force.policy, facts);
  note_breaker_time(draft, action, *in_force.policy);
  draft.add(action.action.value(), policy_decided(verdict, action, in_force.name, "dispatch",
                                                  make_ulid("dec_", context.now, context.random)));
  note_reached_limits(draft, action, *in_force.policy, facts, verdict);
  if (verdict.outcome == PolicyOutcome::allow) {
    if (approval)
      draft.add(approval->approval.value(),
                ApprovalConsumed{approval->approval, action.action, action.ticket});
    dispatch_to_client(draft, action, command.lease_s);
  } else if (verdict.outcome == PolicyOutcome::require_approval) {
    // The policy asks for more than was granted.
    if (approval) stale_approval(draft, *approval, "policy_changed");
    request_approval(draft, action, verdict, *in_force.policy,
                     approval ? approval->excluded : std::vector<PrincipalId>());
  } else if (approval && !holds_back(verdict.problem.value_or(""))) {
    stale_approval(draft, *approval, "policy");
  }
  return std::move(draft.events);
}

Decision report_action(State& state, const ReportAction& command, const DecisionContext& context) {
  const ActionState* found = state.actions.find(command.action);
  if (found == nullptr) return not_found("action", command.action.value());
  const ActionState action = *found;
  RECOURSE_TRY(check_report(command));
  const bool late = action.status == ActionStatus::outcome_unknown;
  if (!late && action.status != ActionStatus::dispatching)
    return conflict("the action is " + status_of(action) + ": there is nothing to report");
  RECOURSE_TRY(check_reporter(command, action, context.principal));
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  if (action.run) draft.correlation = action.run->value();
  return late ? report_late(draft, command, action) : report_first(draft, command, action);
}

Decision expire_lease(State& state, const ExpireLease& command, const DecisionContext& context) {
  const ActionState* found = state.actions.find(command.action);
  if (found == nullptr) return not_found("action", command.action.value());
  const ActionState action = *found;
  if (action.status != ActionStatus::dispatching || !action.lease_until)
    return conflict("no lease is out for this action");
  if (context.now < *action.lease_until) return conflict("the lease still runs");
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  // Lost is not failed: the effect may have happened.
  EffectOutcomeUnknown unknown;
  unknown.action = action.action;
  unknown.ticket = action.ticket;
  unknown.cause = "lease_lost";
  draft.add(action.action.value(), std::move(unknown));
  return std::move(draft.events);
}

}  // namespace recourse
