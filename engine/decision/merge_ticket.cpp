#include "engine/decision/decisions.h"

namespace recourse {
namespace {

/// Texts of one customer come before whoever works for the other one: that is nothing to do by the
/// way.
Status check_customers(const TicketState& ticket, const TicketState& into, const Principal& by) {
  const bool may = by.role == Role::manager || by.role == Role::admin;
  if (ticket.requester == into.requester || may) return {};
  return Error{ErrorCode::forbidden,
               "the tickets are of two customers: a manager or an admin merges them"};
}

Status check_pair(const Draft& draft, const MergeTicket& command) {
  const TicketState& ticket = draft.ticket;
  if (command.into == command.ticket) return invalid("into: a ticket is not merged into itself");
  const TicketState* const into = draft.state.tickets.find(command.into);
  if (into == nullptr || into->next_version == 0) return not_found("ticket", command.into.value());
  const TicketState goes_on = *into;
  // Nothing is merged into a merged ticket, so merges never come round to where they began.
  if (goes_on.status == TicketStatus::merged) {
    const Status merged = check_not_merged(draft.state, goes_on);
    return conflict("into: " + merged.error().message);
  }
  if (goes_on.status == TicketStatus::closed) return conflict("into: the ticket is closed");
  RECOURSE_TRY(check_customers(ticket, goes_on, draft.context.principal));
  for (const auto* one : {&ticket, &goes_on})
    if (!one->undoing.empty())
      return conflict(one->undoing.front().value() + " is undoing something of " +
                      one->ticket.value() + ": wait until it has ended");
  return {};
}

}  // namespace

Decision merge_ticket(State& state, const MergeTicket& command, const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_not_merged(state, draft.ticket));
  if (draft.ticket.status == TicketStatus::closed) return conflict("the ticket is closed");
  RECOURSE_TRY(check_version(draft.ticket, command.expected_version));
  RECOURSE_TRY(check_pair(draft, command));
  // What has been sent already is reported, and undone, where it is.
  take_back_waiting(draft, "merged", [](const ActionState&) { return true; });
  cancel_followups(draft, std::vector(draft.ticket.pending_followups), "merged");
  TicketMerged ended{command.ticket, command.into, {}, draft.seal_given(command.reason)};
  draft.add(command.ticket.value(), std::move(ended));
  change_status(draft, TicketStatus::merged, "merged");
  RECOURSE_LET(Draft goes_on, draft_for(state, command.into, context));
  draft.ticket = std::move(goes_on.ticket);
  draft.add(command.into.value(), TicketMerged{command.into, {}, {command.ticket}, {}});
  return std::move(draft.events);
}

}  // namespace recourse
