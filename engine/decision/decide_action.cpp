#include <algorithm>
#include <array>

#include "engine/decision/ballot.h"
#include "engine/decision/controls.h"
#include "engine/decision/decisions.h"
#include "engine/decision/facts.h"
#include "engine/decision/fold.h"
#include "engine/decision/outbox.h"
#include "engine/decision/windows.h"
#include "engine/event/bind.h"
#include "engine/event/clear_names.h"
#include "engine/event/parse_json.h"

namespace recourse {
namespace {

Status check_ticket(const Draft& draft) {
  if (draft.ticket.status == TicketStatus::closed) return conflict("the ticket is closed");
  return check_not_merged(draft.state, draft.ticket);
}

Status check_not_restricted(const Draft& draft) {
  if (draft.context.principal.kind == ActorType::human || !is_restricted(draft)) return {};
  return Error{ErrorCode::forbidden,
               "the processing of this requester's data is restricted: no agent acts on the "
               "ticket until an admin releases it"};
}

/// What an agent decided on may have changed since it looked. Types that a new message does not
/// invalidate are judged against the ticket as it is now.
Status check_expected(const TicketState& ticket, const ProposeAction& command,
                      const ActionType* type) {
  if (type == nullptr || type->on_new_message() != OnNewMessage::invalidate) return {};
  return check_version(ticket, command.expected_ticket_version);
}

ActionProposed proposal(const Draft& draft, const ProposeAction& command, const ActionType* type,
                        const CheckedArgs& checked) {
  ActionProposed proposed;
  proposed.action = make_action_id(draft.context.now, draft.context.random);
  proposed.ticket = command.ticket;
  proposed.type = type != nullptr ? type->name : "unknown";
  proposed.type_version = type != nullptr ? type->version : 0;
  // A name that a model invented can hold anything, so it is sealed like a text.
  if (type == nullptr) proposed.unknown_type = draft.seal(command.type);
  proposed.args = seal_json(command.args_json, draft.subjects());
  proposed.confidence_ppm = command.confidence_ppm;
  proposed.reasoning = draft.seal_given(command.reasoning);
  proposed.expected_ticket_version = command.expected_ticket_version;
  proposed.amount_minor = checked.amount_minor;
  if (checked.currency) proposed.currency = *checked.currency;
  proposed.run = command.run;
  if (command.agent_version) proposed.agent_version = *command.agent_version;
  return proposed;
}

/// The action as it will be once its proposal is folded.
ActionState proposed_state(State& state, const ActionProposed& proposed,
                           const Principal& proposer) {
  ActionState action;
  action.action = proposed.action;
  action.ticket = proposed.ticket;
  action.proposed_at = -1;  // Nothing can have happened since.
  action.type = proposed.type;
  action.type_version = proposed.type_version;
  action.proposer = proposer.id;
  action.proposer_type = proposer.kind;
  action.confidence_ppm = proposed.confidence_ppm;
  action.amount_minor = proposed.amount_minor;
  action.currency = proposed.currency;
  action.run = proposed.run;
  action.agent_version = version_of(state, proposed);
  return action;
}

bool same_as_rejected(const DecisionContext& context, const std::string& args_json) {
  const auto& rejected = context.rejected_args;
  return std::find(rejected.begin(), rejected.end(), args_json) != rejected.end();
}

/// The edges that a rollback will follow, with what was there when the agent looked.
Result<std::optional<ActionBasedOn>> based_on_what(const Draft& draft, const ProposeAction& command,
                                                   const ActionId& action) {
  if (!command.caused_by && !command.redo_of && command.reads.empty())
    return std::optional<ActionBasedOn>();
  ActionBasedOn based;
  based.action = action;
  based.ticket = command.ticket;
  based.caused_by = command.caused_by;
  based.redo_of = command.redo_of;
  if (command.caused_by && draft.state.actions.find(*command.caused_by) == nullptr)
    return not_found("action", command.caused_by->value());
  if (command.redo_of) {
    const ActionState* again = draft.state.actions.find(*command.redo_of);
    if (again == nullptr) return not_found("action", command.redo_of->value());
    if (!was_undone(again->status)) return conflict("only what was rolled back is done again");
  }
  for (const std::string& name : command.reads) {
    constexpr std::array<std::string_view, 4> kFields{"status", "handler", "assignee", "team"};
    if (std::find(kFields.begin(), kFields.end(), name) == kFields.end())
      return invalid("reads: status, handler, assignee or team");
    FieldRead read{Clear(name), -1, {}};
    for (const FieldState& field : draft.ticket.fields)
      if (field.field.text == name) read = {field.field, field.last.position, field.last.action};
    based.reads.push_back(std::move(read));
  }
  return std::optional(std::move(based));
}

void supersede(Draft& draft, const Superseded& superseded, const ActionId& by) {
  const ActionState& old = superseded.action;
  ActionAmended amended;
  amended.action = old.action;
  amended.ticket = old.ticket;
  amended.by = by;
  amended.reason = draft.seal_given(superseded.reason);
  draft.add(old.action.value(), std::move(amended));
  stale_approvals(draft, "amended",
                  [&](const ActionState& other) { return other.action == old.action; });
}

}  // namespace

Decision propose_action(State& state, const ProposeAction& command,
                        const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  return propose(draft, command, {});
}

Decision propose(Draft& draft, const ProposeAction& command,
                 const std::optional<Superseded>& superseded) {
  State& state = draft.state;
  const DecisionContext& context = draft.context;
  RECOURSE_TRY(check_ticket(draft));
  RECOURSE_TRY(check_not_restricted(draft));
  if (command.confidence_ppm &&
      (*command.confidence_ppm < 0 || *command.confidence_ppm > 1'000'000))
    return invalid("confidence_ppm is from 0 to 1000000");
  const auto args = parse_json(command.args_json);
  if (!args || !args->is_object()) return invalid("args is a JSON object");
  const ActionType* type = find_action_type(command.type);
  RECOURSE_TRY(check_expected(draft.ticket, command, type));
  if (command.run) draft.correlation = command.run->value();

  if (command.agent_version && !is_code(*command.agent_version))
    return invalid("agent_version: 1 to 128 of A-Za-z0-9_.:/-");

  const PolicyInForce in_force = policy_in_force(state);
  const Policy& policy = *in_force.policy;
  CheckedArgs checked;
  if (type != nullptr) checked = check_args(*type, *args, policy.currency.text);
  ActionProposed proposed = proposal(draft, command, type, checked);
  if (superseded) proposed.amends = superseded->action.action;
  const ActionState action = proposed_state(state, proposed, context.principal);
  Facts facts = facts_of(state, action, nullptr, policy, context);
  facts.schema_faults = std::move(checked.faults);
  facts.same_as_rejected = same_as_rejected(context, command.args_json);
  const Verdict verdict = judge(policy, facts);

  RECOURSE_LET(const auto based_on, based_on_what(draft, command, action.action));
  const std::string stream = action.action.value();
  note_breaker_time(draft, action, policy);
  note_arm(draft, action, facts);
  draft.add(stream, std::move(proposed));
  if (based_on) draft.add(stream, *based_on);
  // What the policy refuses takes nothing's place.
  if (superseded && verdict.outcome != PolicyOutcome::deny)
    supersede(draft, *superseded, action.action);
  draft.add(stream, policy_decided(verdict, action, in_force.name, "propose",
                                   make_ulid("dec_", context.now, context.random)));
  judge_in_shadow(draft, action, facts);
  note_reached_limits(draft, action, policy, facts, verdict);
  note_assignments(draft, action, facts);
  if (verdict.outcome == PolicyOutcome::require_approval) {
    request_approval(draft, action, verdict, policy,
                     superseded ? superseded->shaped_by : std::vector<PrincipalId>());
  } else if (verdict.outcome == PolicyOutcome::allow && type->executor == Executor::internal) {
    execute_internally(draft, action, *type, *args, policy);
  } else if (verdict.outcome == PolicyOutcome::allow) {
    put_in_outbox(draft, action, policy);
  }
  if (superseded && verdict.outcome != PolicyOutcome::require_approval)
    settle_automation(draft, "amended");
  return std::move(draft.events);
}

void request_approval(Draft& draft, const ActionState& action, const Verdict& verdict,
                      const Policy& policy, const std::vector<PrincipalId>& shaped_by) {
  ApprovalRequested requested;
  requested.approval = draft.make<ApprovalId>("apr_");
  requested.action = action.action;
  requested.ticket = action.ticket;
  requested.quorum = verdict.quorum;
  for (const Role role : verdict.roles) requested.roles.emplace_back(word(role));
  requested.excluded = {action.proposer};
  for (const PrincipalId& one : shaped_by)
    if (std::find(requested.excluded.begin(), requested.excluded.end(), one) ==
        requested.excluded.end())
      requested.excluded.push_back(one);
  requested.expires_at = draft.context.now + std::chrono::seconds(policy.approval_ttl_s);
  requested.escalate_at = half_time(draft.context.now, requested.expires_at);
  requested.escalate_to.emplace();
  for (const Role role : escalation_roles(policy, find_action_type(action.type.text)))
    requested.escalate_to->emplace_back(word(role));
  requested.args_commitment = action.args_commitment;
  if (action.args_commitment != Hash{})
    requested.render_digest = approval_digest(requested.approval, action.action, action.type.text,
                                              action.type_version, action.args_commitment);
  draft.ticket.open_approvals.push_back(requested.approval);
  draft.add(requested.approval.value(), std::move(requested));
  settle_automation(draft, "approval_requested");
}

Decision withdraw_action(State& state, const WithdrawAction& command,
                         const DecisionContext& context) {
  const ActionState* found = state.actions.find(command.action);
  if (found == nullptr) return not_found("action", command.action.value());
  const ActionState action = *found;
  const Principal& by = context.principal;
  if (by.kind == ActorType::agent && by.id != action.proposer)
    return Error{ErrorCode::forbidden, "a machine withdraws its own actions only"};
  if (!may_be_taken_back(action.status))
    return conflict("an action that is " + std::string(word(action.status)) +
                    " cannot be withdrawn");
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  draft.add(action.action.value(),
            ActionWithdrawn{action.action, action.ticket, draft.seal_given(command.reason)});
  stale_approvals(draft, "withdrawn",
                  [&](const ActionState& other) { return other.action == action.action; });
  settle_automation(draft, "withdrawn");
  return std::move(draft.events);
}

}  // namespace recourse
