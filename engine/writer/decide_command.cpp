#include "engine/writer/decide_command.h"

#include "engine/event/parse_json.h"

namespace recourse {
namespace {

/// The arguments as canonical JSON; none when they were erased or are damaged.
std::optional<std::string> open_args(const DecisionStep& step, const ActionState& action) {
  // `args` is the first sealed member of action.proposed in document order.
  auto opened = step.ledger.open_value(step.id, action.ticket.value(),
                                       Position(static_cast<std::uint64_t>(action.proposed_at)), 0);
  if (!opened || opened->commitment != action.args_commitment) return std::nullopt;
  return std::move(opened->json);
}

/// The action whose arguments a vote, a lease or an amendment is about.
ActionId action_of(State& state, const Command& command) {
  if (const auto* vote = std::get_if<CastVote>(&command)) {
    const ApprovalState* const approval = state.approvals.find(vote->approval);
    return approval == nullptr ? ActionId() : approval->action;
  }
  if (const auto* lease = std::get_if<LeaseAction>(&command)) return lease->action;
  if (const auto* amended = std::get_if<AmendAction>(&command)) return amended->action;
  if (const auto* lease = std::get_if<LeaseStep>(&command)) {
    const StepState* const step = state.steps.find(step_key(lease->rollback, lease->step));
    return step == nullptr ? ActionId() : step->plan.action;
  }
  return {};
}

/// The rollback that may carry a step out by this command: its tickets are told why.
RollbackId rollback_of(State& state, const Command& command) {
  if (const auto* vote = std::get_if<CastVote>(&command)) {
    const ApprovalState* const approval = state.approvals.find(vote->approval);
    return approval == nullptr ? RollbackId() : approval->rollback.value_or(RollbackId());
  }
  if (const auto* start = std::get_if<StartRollback>(&command)) return start->rollback;
  if (const auto* next = std::get_if<ContinueRollback>(&command)) return next->rollback;
  if (const auto* report = std::get_if<ReportStep>(&command)) return report->rollback;
  if (const auto* record = std::get_if<RecordStep>(&command)) return record->rollback;
  return {};
}

/// The text that the requester gave; `reason` is the only sealed member of rollback.requested.
std::optional<std::string> open_reason(const DecisionStep& step, const RollbackState& rollback) {
  const std::string subject = rollback.ticket ? rollback.ticket->value() : std::string();
  auto opened = step.ledger.open_value(
      step.id, subject, Position(static_cast<std::uint64_t>(rollback.requested_at)), 0);
  if (!opened) return std::nullopt;
  const auto text = parse_json(opened->json);
  if (!text || text->string() == nullptr) return std::nullopt;
  return *text->string();
}

std::vector<std::string> rejected_args(const DecisionStep& step, const TicketId& about,
                                       const std::string& type) {
  std::vector<std::string> args;
  const TicketState* const ticket = step.state.tickets.find(about);
  if (ticket == nullptr) return args;
  for (const ActionId& id : ticket->rejected_actions) {
    const ActionState* const action = step.state.actions.find(id);
    if (action == nullptr || action->type.text != type) continue;
    if (auto opened = open_args(step, *action)) args.push_back(std::move(*opened));
  }
  return args;
}

}  // namespace

Result<std::vector<NewEvent>> decide_command(DecisionStep& step, Command command,
                                             const std::string& requester_address) {
  if (auto* open = std::get_if<OpenTicket>(&command);
      open != nullptr && !requester_address.empty()) {
    RECOURSE_LET(open->requester, step.ledger.obtain_subject(step.id, requester_address));
  }
  DecisionContext context = step.context;
  if (const auto* proposal = std::get_if<ProposeAction>(&command))
    context.rejected_args = rejected_args(step, proposal->ticket, proposal->type);
  if (const auto* amended = std::get_if<AmendAction>(&command))
    if (const ActionState* const old = step.state.actions.find(amended->action))
      context.rejected_args =
          rejected_args(step, TicketId(old->ticket), std::string(old->type.text));
  if (const ActionId id = action_of(step.state, command); !id.value().empty()) {
    const ActionState* const action = step.state.actions.find(id);
    if (action != nullptr) context.action_args = open_args(step, *action);
  }
  if (const RollbackId id = rollback_of(step.state, command); !id.value().empty()) {
    const RollbackState* const rollback = step.state.rollbacks.find(id);
    if (rollback != nullptr) context.rollback_reason = open_reason(step, *rollback);
  }
  return decide(step.state, command, context);
}

}  // namespace recourse
