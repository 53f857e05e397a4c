#include <algorithm>

#include "engine/decision/decisions.h"
#include "engine/decision/facts.h"
#include "engine/decision/followups.h"
#include "engine/event/clear_names.h"
#include "engine/policy/action_types.h"

namespace recourse {
namespace {

/// A name that will stand in clear, or the error that says it may not.
Result<std::optional<Clear>> label(std::string_view field, const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::optional<Clear>();
  if (is_label(*text)) return std::optional<Clear>(*text);
  return invalid(std::string(field) +
                 ": at most 64 bytes, without control characters and without @");
}

Status check_label(std::string_view field, std::string_view text) {
  if (is_label(text)) return {};
  return invalid(std::string(field) + ": 1 to 64 bytes, without control characters and without @");
}

Status check_not_ended(const Draft& draft) {
  if (draft.ticket.status == TicketStatus::closed) return conflict("the ticket is closed");
  return check_not_merged(draft.state, draft.ticket);
}

void add_customer_message(Draft& draft, const AddMessage& command) {
  if (draft.ticket.status == TicketStatus::closed)
    reopen(draft, draft.ticket.last_resolution, "customer_replied", {});
  MessageReceived received;
  received.ticket = draft.ticket.ticket;
  received.message = draft.make<MessageId>("msg_");
  received.channel = command.channel;
  received.from = draft.ticket.requester;
  received.body = draft.seal(command.body);
  draft.add(draft.ticket.ticket.value(), std::move(received));
  if (draft.ticket.status == TicketStatus::pending)
    change_status(draft, TicketStatus::open, "customer_replied");
  stale_approvals(draft, "new_message", [](const ActionState& action) {
    const ActionType* type = find_action_type(action.type.text);
    return type == nullptr || type->on_new_message() == OnNewMessage::invalidate;
  });
  settle_automation(draft, "new_message");
}

void add_agent_message(Draft& draft, const AddMessage& command) {
  MessageSent sent;
  sent.ticket = command.ticket;
  sent.message = draft.make<MessageId>("msg_");
  sent.channel = command.channel;
  sent.kind = MessageKind::reply;
  sent.body = draft.seal(command.body);
  draft.add(command.ticket.value(), std::move(sent));
  if (draft.ticket.status == TicketStatus::new_)
    change_status(draft, TicketStatus::open, "first_reply");
}

/// The ticket in which a customer's message belongs: where one that is closed for too long goes on,
/// or the one that follows it from now on.
Status turn_to_open_ticket(Draft& draft) {
  const PolicyInForce in_force = policy_in_force(draft.state);
  while (!may_reopen(*in_force.policy, draft.ticket, draft.context.now)) {
    if (!draft.ticket.followed_by) {
      open_following(draft);
      return {};
    }
    RECOURSE_LET(Draft next, draft_for(draft.state, *draft.ticket.followed_by, draft.context));
    draft.ticket = std::move(next.ticket);
  }
  return check_not_merged(draft.state, draft.ticket);
}

/// Whether a person may set `to` on a ticket that is `from`. Reopening is a command of its own.
bool may_follow(TicketStatus from, TicketStatus to) {
  if (to == TicketStatus::new_ || to == TicketStatus::merged || from == to) return false;
  if (from == TicketStatus::closed) return false;
  return from != TicketStatus::resolved || to == TicketStatus::closed;
}

}  // namespace

Decision open_ticket(State& state, const OpenTicket& command, const DecisionContext& context) {
  if (command.requester.value().empty()) return invalid("a ticket needs a requester");
  if (is_erased(state, command.requester))
    return conflict("this requester was erased: name the person by an address, as somebody new");
  RECOURSE_TRY(check_label("channel", command.channel));
  const TenantState* tenant = state.tenant.find(TenantId());
  Draft draft{state, context, {}};
  draft.ticket.ticket = draft.make<TicketId>("tkt_");
  draft.ticket.requester = command.requester;
  TicketOpened opened;
  opened.ticket = draft.ticket.ticket;
  opened.number = tenant != nullptr ? tenant->next_ticket_number : 1;
  opened.channel = command.channel;
  opened.requester = command.requester;
  opened.title = draft.seal_given(command.title);
  opened.description = draft.seal_given(command.description);
  opened.customer_email = draft.seal_given(command.customer_email);
  if (command.metadata_json) opened.metadata = seal_json(*command.metadata_json, draft.subjects());
  RECOURSE_LET(opened.issue_type, label("issue_type", command.issue_type));
  RECOURSE_LET(opened.category, label("category", command.category));
  RECOURSE_LET(opened.priority, label("priority", command.priority));
  draft.add(opened.ticket.value(), std::move(opened));
  return std::move(draft.events);
}

Decision add_message(State& state, const AddMessage& command, const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_not_merged(state, draft.ticket));
  if (command.body.empty()) return invalid("a message has a body");
  RECOURSE_TRY(check_label("channel", command.channel));
  switch (command.from) {
    case MessageFrom::customer:
      if (is_erased(state, draft.ticket.requester))
        return conflict("the requester of this ticket was erased: open a new ticket");
      RECOURSE_TRY(turn_to_open_ticket(draft));
      add_customer_message(draft, command);
      break;
    case MessageFrom::agent:
      add_agent_message(draft, command);
      break;
    case MessageFrom::note: {
      TicketNoted noted;
      noted.ticket = command.ticket;
      noted.message = draft.make<MessageId>("msg_");
      noted.reason_code = "manual";
      noted.body = draft.seal(command.body);
      draft.add(command.ticket.value(), std::move(noted));
      break;
    }
  }
  return std::move(draft.events);
}

Decision assign_ticket(State& state, const AssignTicket& command, const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_not_ended(draft));
  RECOURSE_TRY(check_version(draft.ticket, command.expected_version));
  if (!command.assignee && !command.team) return invalid("assign to a person, a team or both");
  if (command.assignee && !is_code(command.assignee->value()))
    return invalid("assignee: the id of a person");
  RECOURSE_LET(auto team, label("team", command.team));
  if (!team) team = draft.ticket.team;
  const auto assignee = command.assignee ? command.assignee : draft.ticket.assignee;
  if (team == draft.ticket.team && assignee == draft.ticket.assignee)
    return conflict("the ticket is assigned so already");
  assign(draft, assignee, team);
  return std::move(draft.events);
}

Decision escalate_ticket(State& state, const EscalateTicket& command,
                         const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_not_ended(draft));
  RECOURSE_TRY(check_version(draft.ticket, command.expected_version));
  if (!is_code(command.reason_code)) return invalid("reason_code: 1 to 128 of A-Za-z0-9_.:/-");
  TicketEscalated escalated;
  RECOURSE_LET(escalated.to_team, label("to_team", command.to_team));
  const bool other_team = escalated.to_team && escalated.to_team != draft.ticket.team;
  if (draft.ticket.handler == TicketHandler::human && !other_team)
    return conflict("a person handles the ticket already");
  escalated.ticket = command.ticket;
  escalated.reason_code = command.reason_code;
  escalated.prev_team = draft.ticket.team;
  escalated.prev_handler = draft.ticket.handler;
  escalated.suggested_action = draft.seal_given(command.suggested_action);
  escalated.handoff_summary = draft.seal_given(command.handoff_summary);
  draft.add(command.ticket.value(), std::move(escalated));
  return std::move(draft.events);
}

Decision set_ticket_status(State& state, const SetTicketStatus& command,
                           const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_version(draft.ticket, command.expected_version));
  RECOURSE_TRY(check_not_merged(state, draft.ticket));
  const std::string from(word(draft.ticket.status)), to(word(command.status));
  if (command.status == TicketStatus::new_ || command.status == TicketStatus::merged)
    return invalid("nobody sets a ticket to " + to);
  if (!may_follow(draft.ticket.status, command.status))
    return conflict("a ticket that is " + from + " does not become " + to);
  if (command.status == TicketStatus::closed) {
    close(draft, "manual");
    return std::move(draft.events);
  }
  change_status(draft, command.status, "manual");
  if (command.status == TicketStatus::resolved) {
    const PolicyInForce in_force = policy_in_force(state);
    ResolutionAsserted asserted;
    asserted.resolution = draft.make<ResolutionId>("res_");
    asserted.ticket = command.ticket;
    asserted.steps = draft.seal_given(command.resolution_steps);
    asserted.close_at = closing_time(*in_force.policy, context.now);
    const ResolutionId resolution = asserted.resolution;
    draft.add(resolution.value(), std::move(asserted));
    follow_up_by_rule(draft, *in_force.policy, resolution, {});
  }
  return std::move(draft.events);
}

Decision reopen_ticket(State& state, const ReopenTicket& command, const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_version(draft.ticket, command.expected_version));
  if (!is_code(command.reason_code)) return invalid("reason_code: 1 to 128 of A-Za-z0-9_.:/-");
  RECOURSE_TRY(check_not_merged(state, draft.ticket));
  if (!is_resolved(draft.ticket.status))
    return conflict("only a resolved or closed ticket is reopened");
  if (!may_reopen(*policy_in_force(state).policy, draft.ticket, context.now))
    return conflict("the ticket is closed for too long: open a new one");
  reopen(draft, draft.ticket.last_resolution, command.reason_code,
         draft.seal_given(command.reason));
  return std::move(draft.events);
}

}  // namespace recourse
