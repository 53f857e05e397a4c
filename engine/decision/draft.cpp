#include "engine/decision/draft.h"

#include <algorithm>

namespace recourse {

Error conflict(std::string message) { return {ErrorCode::conflict, std::move(message)}; }
Error invalid(std::string message) { return {ErrorCode::invalid, std::move(message)}; }
Error not_found(std::string_view what, std::string_view id) {
  return {ErrorCode::not_found, "no " + std::string(what) + " " + std::string(id)};
}

Result<Draft> draft_for(State& state, const TicketId& ticket, const DecisionContext& context) {
  const TicketState* found = state.tickets.find(ticket);
  // A row without events is what imports leave that name a ticket before they open it.
  if (found == nullptr || found->next_version == 0) return not_found("ticket", ticket.value());
  return Draft{state, context, *found};
}

bool is_restricted(const Draft& draft) {
  if (draft.ticket.requester.value().empty()) return false;
  const SubjectState* const requester = draft.state.subjects.find(draft.ticket.requester);
  return requester != nullptr && requester->restricted;
}

Status check_version(const TicketState& ticket, const std::optional<std::int64_t>& expected) {
  if (!expected || *expected == ticket.next_version - 1) return {};
  return Error{ErrorCode::version_conflict, "the ticket is at version " +
                                                std::to_string(ticket.next_version - 1) + ", not " +
                                                std::to_string(*expected)};
}

Status check_not_merged(State& state, const TicketState& ticket) {
  if (ticket.status != TicketStatus::merged) return {};
  std::optional<TicketId> goes_on = ticket.merged_into;
  // Nothing is merged into what was merged already, so this ends.
  while (const TicketState* const next = goes_on ? state.tickets.find(*goes_on) : nullptr) {
    if (!next->merged_into) break;
    goes_on = next->merged_into;
  }
  return conflict("the ticket was merged into " + (goes_on ? goes_on->value() : "another"));
}

void change_status(Draft& draft, TicketStatus to, std::string_view reason_code, Cause cause) {
  TicketStatusChanged changed;
  changed.ticket = draft.ticket.ticket;
  changed.from = draft.ticket.status;
  changed.to = to;
  changed.reason_code = reason_code;
  changed.action = cause.action;
  changed.rollback = cause.rollback;
  draft.add(changed.ticket.value(), std::move(changed));
  draft.ticket.status = to;
}

void assign(Draft& draft, std::optional<PrincipalId> assignee, std::optional<Clear> team,
            Cause cause) {
  TicketAssigned assigned;
  assigned.ticket = draft.ticket.ticket;
  assigned.prev_assignee = draft.ticket.assignee;
  assigned.prev_team = draft.ticket.team;
  assigned.assignee = assignee;
  assigned.team = team;
  assigned.action = cause.action;
  assigned.rollback = cause.rollback;
  draft.add(assigned.ticket.value(), std::move(assigned));
  draft.ticket.assignee = std::move(assignee);
  draft.ticket.team = std::move(team);
}

void reopen(Draft& draft, std::optional<ResolutionId> resolution, std::string_view reason_code,
            std::optional<Sealed> reason) {
  TicketReopened reopened;
  reopened.ticket = draft.ticket.ticket;
  reopened.resolution = std::move(resolution);
  reopened.reason_code = reason_code;
  reopened.reason = std::move(reason);
  draft.add(reopened.ticket.value(), std::move(reopened));
  change_status(draft, TicketStatus::open, "reopened");
  cancel_followups(draft, std::vector(draft.ticket.pending_followups), "reopened");
}

void close(Draft& draft, std::string_view reason_code) {
  change_status(draft, TicketStatus::closed, reason_code);
  cancel_followups(draft, std::vector(draft.ticket.pending_followups), "closed");
  stale_approvals(draft, "ticket_closed", [](const ActionState&) { return true; });
  settle_automation(draft, "ticket_closed");
}

void cancel_followups(Draft& draft, const std::vector<FollowUpId>& followups,
                      std::string_view cause) {
  std::vector<FollowUpId>& pending = draft.ticket.pending_followups;
  for (const FollowUpId& followup : followups) {
    if (std::erase(pending, followup) == 0) continue;
    draft.add(followup.value(), FollowUpCancelled{followup, draft.ticket.ticket, cause});
  }
}

void stale_approval(Draft& draft, const ApprovalState& approval, std::string_view cause,
                    std::vector<ChangedFact> changed) {
  const ApprovalId id = approval.approval;
  ApprovalStaled staled{id, approval.action, approval.ticket, cause};
  if (!changed.empty()) staled.changed = std::move(changed);
  draft.add(id.value(), std::move(staled));
  std::erase(draft.ticket.open_approvals, id);
}

void stale_approvals(Draft& draft, std::string_view cause,
                     const std::function<bool(const ActionState&)>& applies) {
  for (const ApprovalId& id : std::vector(draft.ticket.open_approvals)) {
    const ApprovalState* approval = draft.state.approvals.find(id);
    if (approval == nullptr) continue;
    const ActionState* action = draft.state.actions.find(approval->action);
    if (action != nullptr && applies(*action)) stale_approval(draft, *approval, cause);
  }
}

namespace {

bool waits_for_people(const Draft& draft) {
  const auto& open = draft.ticket.open_approvals;
  return std::any_of(open.begin(), open.end(), [&](const ApprovalId& id) {
    // One that is not in the state yet is asked for by this very draft.
    const ApprovalState* approval = draft.state.approvals.find(id);
    return approval == nullptr || approval->status == ApprovalStatus::pending;
  });
}

}  // namespace

Automation unless_switched_off(const Draft& draft) {
  if (!draft.ticket.stuck.empty()) return Automation::suspended;
  return waits_for_people(draft) ? Automation::awaiting_approval : Automation::active;
}

void settle_automation(Draft& draft, std::string_view reason_code) {
  const Automation from = draft.ticket.automation;
  const bool ours = from == Automation::active || from == Automation::awaiting_approval;
  const Automation to =
      waits_for_people(draft) ? Automation::awaiting_approval : Automation::active;
  if (!ours || from == to) return;  // Off and suspended outrank waiting.
  draft.add(draft.ticket.ticket.value(),
            TicketAutomationChanged{draft.ticket.ticket, from, to, reason_code});
  draft.ticket.automation = to;
}

}  // namespace recourse
