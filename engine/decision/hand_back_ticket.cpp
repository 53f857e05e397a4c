#include "engine/decision/decisions.h"

namespace recourse {
namespace {

void switch_to(Draft& draft, Automation to, std::string_view reason_code,
               std::optional<Sealed> reason) {
  const Automation from = std::exchange(draft.ticket.automation, to);
  draft.add(draft.ticket.ticket.value(),
            TicketAutomationChanged{draft.ticket.ticket, from, to, reason_code, std::move(reason)});
}

Status check_open(const Draft& draft) {
  RECOURSE_TRY(check_not_merged(draft.state, draft.ticket));
  if (draft.ticket.status == TicketStatus::closed) return conflict("the ticket is closed");
  return {};
}

}  // namespace

Decision hand_back_ticket(State& state, const HandBackTicket& command,
                          const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_open(draft));
  RECOURSE_TRY(check_version(draft.ticket, command.expected_version));
  if (command.to == TicketHandler::human) return invalid("to: agent or none");
  if (draft.ticket.handler != TicketHandler::human)
    return conflict("no person handles the ticket: there is nothing to hand back");
  TicketHandlerChanged changed{command.ticket, TicketHandler::human, command.to, {}};
  changed.reason = draft.seal_given(command.reason);
  draft.add(command.ticket.value(), std::move(changed));
  // Whoever hands it back means that agents work on it again.
  if (draft.ticket.automation == Automation::off)
    switch_to(draft, unless_switched_off(draft), "handed_back", {});
  return std::move(draft.events);
}

Decision switch_automation(State& state, const SwitchAutomation& command,
                           const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_open(draft));
  RECOURSE_TRY(check_version(draft.ticket, command.expected_version));
  if (command.reason.value_or("").empty())
    return invalid("reason: say why automation is switched off or on");
  const bool is_off = draft.ticket.automation == Automation::off;
  if (is_off != command.on)
    return conflict(is_off ? "automation is off already" : "automation is not switched off");
  if (command.on) {
    switch_to(draft, unless_switched_off(draft), "switched_on", draft.seal_given(command.reason));
    return std::move(draft.events);
  }
  switch_to(draft, Automation::off, "switched_off", draft.seal_given(command.reason));
  take_back_waiting(draft, "automation_off", [](const ActionState& action) {
    return action.proposer_type == ActorType::agent;
  });
  return std::move(draft.events);
}

}  // namespace recourse
