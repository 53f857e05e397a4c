#include <algorithm>

#include "engine/decision/backoff.h"
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

constexpr std::chrono::hours kLongestRetryAfter{1};

const ApprovalState* granted_approval(State& state, const ActionState& action) {
  if (!action.approval) return nullptr;
  const ApprovalState* approval = state.approvals.find(*action.approval);
  const bool granted = approval != nullptr && approval->status == ApprovalStatus::granted;
  return granted ? approval : nullptr;
}

/// Who did not vote on it before does not now.
std::vector<PrincipalId> had_a_hand_in(State& state, const ActionState& action) {
  const ApprovalState* const before =
      action.approval ? state.approvals.find(*action.approval) : nullptr;
  return before != nullptr ? before->excluded : std::vector<PrincipalId>();
}

std::string status_of(const ActionState& action) { return std::string(word(action.status)); }

void dispatch(Draft& draft, const ActionState& action, const Clear& taker, std::int64_t lease_s) {
  EffectDispatched dispatched;
  dispatched.action = action.action;
  dispatched.ticket = action.ticket;
  dispatched.connector = taker;
  dispatched.provider_key = action.action.value() + "." + std::to_string(action.attempts + 1);
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
  const bool person = by.kind == ActorType::human && by.role != Role::agent;
  const bool outbox = by.kind == ActorType::system && action.connector.has_value();
  if (!command.lease) {
    if (action.status == ActionStatus::outcome_unknown && (person || outbox)) return {};
    return Error{ErrorCode::precondition_missing, "a report quotes its lease"};
  }
  if (!action.lease || *command.lease != *action.lease)
    return conflict("the lease is not the one of this action");
  return {};
}

/// When the connector tries again: the provider did nothing and says that it may do it later. What
/// was agreed to must last until then.
std::optional<Timestamp> next_attempt(const Draft& draft, const ReportAction& command,
                                      const ActionState& action) {
  if (!command.retryable) return std::nullopt;
  const ConnectorState* const connector = connector_of(draft.state, action);
  if (connector == nullptr || action.attempts >= connector->max_attempts) return std::nullopt;
  const std::chrono::seconds asked(std::clamp<std::int64_t>(
      command.retry_after_s.value_or(0), 0, std::chrono::seconds(kLongestRetryAfter).count()));
  const Timestamp at =
      draft.context.now + std::max(asked, backoff(draft.context.random, action.attempts));
  const ApprovalState* const approval =
      action.approval ? draft.state.approvals.find(*action.approval) : nullptr;
  if (approval != nullptr && at >= approval->expires_at) return std::nullopt;
  return at;
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
    rejected.retry_at = next_attempt(draft, command, action);
    draft.add(stream, std::move(rejected));
  } else {
    lose_sight(draft, action, command.code.value_or("reported_unknown"));
  }
  return std::move(draft.events);
}

Decision report_late(Draft& draft, const ReportAction& command, const ActionState& action) {
  const bool unknown = command.outcome == EffectOutcome::unknown;
  if (unknown && draft.context.principal.kind != ActorType::system)
    return conflict("that the outcome is unknown is recorded already");
  EffectReconciled reconciled;
  reconciled.action = action.action;
  reconciled.ticket = action.ticket;
  reconciled.verdict = command.outcome;
  reconciled.evidence = seal_report(draft, command.result_json);
  RECOURSE_LET(reconciled.writes, reported_writes(draft, command));
  if (command.provider_ref) reconciled.provider_ref = *command.provider_ref;
  if (unknown) reconciled.look_up_at = next_look_up(draft, action.connector, action.look_ups + 1);
  const bool given_up = unknown && !reconciled.look_up_at;
  draft.add(action.action.value(), std::move(reconciled));
  if (given_up && !action.incident) open_unknown_incident(draft, action);
  if (!unknown && action.incident)
    draft.add(action.incident->value(),
              IncidentClosed{*action.incident, {}, action.ticket, "reconciled", {}});
  return std::move(draft.events);
}

/// The executor is still at it.
Decision beat(State& state, const LeaseAction& command, const ActionState& action,
              const DecisionContext& context) {
  if (action.status != ActionStatus::dispatching || !action.lease ||
      *action.lease != *command.lease)
    return conflict("the lease is not the one of this action, or it was lost");
  if (context.now >= *action.lease_until)
    return conflict("the lease was lost: report what became of the effect");
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  if (action.run) draft.correlation = action.run->value();
  draft.add(action.action.value(),
            EffectHeartbeat{action.action, action.ticket, *command.lease,
                            context.now + std::chrono::seconds(command.lease_s)});
  return std::move(draft.events);
}

/// Who may take it, and when.
Status check_taker(const LeaseAction& command, const ActionState& action,
                   const ConnectorState* connector, const DecisionContext& context) {
  const bool held = action.status == ActionStatus::held;
  if (!held && action.status != ActionStatus::authorized)
    return conflict("the action is " + status_of(action) + ", not authorized");
  const bool outbox = context.principal.kind == ActorType::system;
  if (connector != nullptr && (!outbox || command.connector != connector->connector.text))
    return conflict("the connector " + connector->connector.text + " runs this action");
  if (connector == nullptr && command.connector) return conflict("no connector runs this action");
  if (held && context.now < action.hold_until.value_or(Timestamp()))
    return conflict("the action is held until " + to_rfc3339(*action.hold_until) +
                    ", so that people can recall it: take it then");
  return {};
}

/// What an agent wanted before its requester's data were restricted stays where it is until they are
/// released; what a person wants, a person answers for. The outbox comes back by itself.
Status check_may_go_out(const Draft& draft, const ActionState& action) {
  if (action.proposer_type == ActorType::human || !is_restricted(draft)) return {};
  const char* const why =
      "the processing of this requester's data is restricted: nothing that an agent wants is carried "
      "out until an admin releases it";
  if (draft.context.principal.kind == ActorType::system) return conflict(why);
  return Error{ErrorCode::forbidden, why};
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
  if (command.lease) return beat(state, command, action, context);
  const ConnectorState* const connector = connector_of(state, action);
  RECOURSE_TRY(check_taker(command, action, connector, context));
  const Clear taker = connector != nullptr ? connector->connector : Clear("client");
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  RECOURSE_TRY(check_may_go_out(draft, action));
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
  Facts facts = facts_of(state, action, args ? &*args : nullptr, *in_force.policy, context);
  // Another try of what people agreed to, and it is no longer what they were shown.
  if (!approval && facts.approvals > 0 && !drift_of(draft.ticket, action).empty())
    facts.approvals = 0;
  const Verdict verdict = judge(*in_force.policy, facts);
  note_breaker_time(draft, action, *in_force.policy);
  draft.add(action.action.value(), policy_decided(verdict, action, in_force.name, "dispatch",
                                                  make_ulid("dec_", context.now, context.random)));
  note_reached_limits(draft, action, *in_force.policy, facts, verdict);
  if (verdict.outcome == PolicyOutcome::allow) {
    if (approval)
      draft.add(approval->approval.value(),
                ApprovalConsumed{approval->approval, action.action, action.ticket});
    dispatch(draft, action, taker, command.lease_s);
  } else if (verdict.outcome == PolicyOutcome::require_approval) {
    // The policy asks for more than was granted.
    if (approval) stale_approval(draft, *approval, "policy_changed");
    request_approval(draft, action, verdict, *in_force.policy, had_a_hand_in(state, action));
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
  lose_sight(draft, action, "lease_lost");
  return std::move(draft.events);
}

}  // namespace recourse
