#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

constexpr std::size_t kEarlierWriters = 8;
constexpr std::size_t kRejectedActions = 256;

template <class T>
void add_once(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

/// One write of one field.
struct Write {
  std::string_view field;
  std::optional<Clear> before, after;
  std::optional<ActionId> action;
  bool restores = false;  ///< By a rollback.
};

class TicketFold {
 public:
  TicketFold(State& state, const RecordedEvent& event) : state_(state), event_(event) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const TicketOpened& opened) {
    TicketState& ticket = row(opened.ticket);
    ticket.number = opened.number;
    ticket.status = opened.status;
    ticket.requester = opened.requester;
    ticket.channel = opened.channel;
    ticket.category = opened.category;
    ticket.priority = opened.priority;
    const TicketState* const before =
        opened.follows ? state_.tickets.find(*opened.follows) : nullptr;
    ticket.has_email = opened.customer_email || (before != nullptr && before->has_email);
    write(ticket, {"status", {}, Clear(word(opened.status)), {}});
    if (opened.number > 0) state_.ticket_numbers.change(opened.number) = opened.ticket;
    if (opened.follows) row(*opened.follows).followed_by = opened.ticket;
  }

  void operator()(const TicketTriaged& triaged) {
    TicketState& ticket = row(triaged.ticket);
    if (triaged.category) ticket.category = triaged.category;
    if (triaged.priority) ticket.priority = triaged.priority;
  }

  void operator()(const TicketAssigned& assigned) {
    TicketState& ticket = row(assigned.ticket);
    const bool restores = assigned.rollback.has_value();
    if (assigned.assignee != assigned.prev_assignee) {
      ticket.assignee = assigned.assignee;
      write(ticket, {"assignee", clear(assigned.prev_assignee), clear(assigned.assignee),
                     assigned.action, restores});
    }
    if (assigned.team != assigned.prev_team) {
      ticket.team = assigned.team;
      write(ticket, {"team", assigned.prev_team, assigned.team, assigned.action, restores});
    }
  }

  void operator()(const TicketStatusChanged& changed) {
    TicketState& ticket = row(changed.ticket);
    ticket.status = changed.to;
    ticket.closed_at.reset();
    if (changed.to == TicketStatus::closed) ticket.closed_at = event_.time;
    write(ticket, {"status", Clear(word(changed.from)), Clear(word(changed.to)), changed.action,
                   changed.rollback.has_value()});
  }

  void operator()(const TicketEscalated& escalated) {
    TicketState& ticket = row(escalated.ticket);
    if (escalated.prev_handler != TicketHandler::human)
      write(ticket, {"handler", Clear(word(escalated.prev_handler)),
                     Clear(word(TicketHandler::human)), escalated.action});
    ticket.handler = TicketHandler::human;
    if (escalated.to_team && escalated.to_team != escalated.prev_team) {
      ticket.team = escalated.to_team;
      write(ticket, {"team", escalated.prev_team, escalated.to_team, escalated.action});
    }
  }

  void operator()(const TicketHandlerChanged& changed) {
    TicketState& ticket = row(changed.ticket);
    ticket.handler = changed.to;
    write(ticket, {"handler",
                   Clear(word(changed.from)),
                   Clear(word(changed.to)),
                   {},
                   changed.rollback.has_value()});
  }

  void operator()(const TicketAutomationChanged& changed) {
    row(changed.ticket).automation = changed.to;
  }

  void operator()(const TicketMerged& merged) {
    if (merged.into) row(merged.ticket).merged_into = merged.into;
  }

  void operator()(const MessageReceived& received) {
    row(received.ticket).last_customer_message = position();
  }

  // An approval of a rollback does not make the agent wait.
  void operator()(const ApprovalRequested& requested) {
    if (requested.action && requested.ticket)
      add_once(row(*requested.ticket).open_approvals, requested.approval);
  }
  void operator()(const ApprovalConsumed& e) { close(e); }
  void operator()(const ApprovalExpired& e) { close(e); }
  void operator()(const ApprovalStaled& e) { close(e); }
  void operator()(const ApprovalRevoked& e) { close(e); }
  void operator()(const ApprovalRejected& rejected) {
    close(rejected);
    if (!rejected.action || !rejected.ticket) return;
    if (rejected.retry.value_or(RetryAdvice::forbid) != RetryAdvice::forbid) return;
    std::vector<ActionId>& actions = row(*rejected.ticket).rejected_actions;
    actions.push_back(*rejected.action);
    if (actions.size() > kRejectedActions) actions.erase(actions.begin());
  }

  void operator()(const ResolutionAsserted& asserted) {
    TicketState& ticket = row(asserted.ticket);
    ticket.last_resolution = asserted.resolution;
    add_once(ticket.open_resolutions, asserted.resolution);
  }
  void operator()(const ResolutionConfirmed& confirmed) {
    const ResolutionState* known = state_.resolutions.find(confirmed.resolution);
    const bool is_void = known != nullptr && known->voided;
    if (!is_void) add_once(row(confirmed.ticket).open_resolutions, confirmed.resolution);
  }
  void operator()(const ResolutionContradicted& e) { drop(e.ticket, e.resolution); }
  void operator()(const ResolutionVoided& e) { drop(e.ticket, e.resolution); }

  void operator()(const IncidentOpened& opened) {
    if (opened.ticket && opened.kind == IncidentKind::rollback_stuck)
      add_once(row(*opened.ticket).stuck, opened.incident);
  }
  void operator()(const IncidentClosed& closed) {
    if (closed.ticket) std::erase(row(*closed.ticket).stuck, closed.incident);
  }

  void operator()(const FollowUpScheduled& scheduled) {
    add_once(row(scheduled.ticket).pending_followups, scheduled.followup);
  }
  void operator()(const FollowUpCancelled& e) { end_followup(e); }
  void operator()(const FollowUpSent& e) { end_followup(e); }
  void operator()(const FollowUpSkipped& e) { end_followup(e); }
  void operator()(const FollowUpMissed& e) { end_followup(e); }

 private:
  TicketState& row(const TicketId& id) {
    TicketState& ticket = state_.tickets.change(id);
    ticket.ticket = id;
    return ticket;
  }

  std::int64_t position() const { return static_cast<std::int64_t>(event_.position.value()); }

  static std::optional<Clear> clear(const std::optional<PrincipalId>& id) {
    return id ? std::optional<Clear>(id->value()) : std::nullopt;
  }

  template <class Event>
  void close(const Event& event) {
    if (event.action && event.ticket) std::erase(row(*event.ticket).open_approvals, event.approval);
  }

  template <class Event>
  void end_followup(const Event& event) {
    std::erase(row(event.ticket).pending_followups, event.followup);
  }

  void drop(const TicketId& ticket, const ResolutionId& resolution) {
    std::erase(row(ticket).open_resolutions, resolution);
  }

  /// The field's row. A new one says that nobody wrote it yet, so that restoring its first write
  /// leads back to nobody.
  static FieldState& field_of(TicketState& ticket, const Write& write) {
    for (FieldState& field : ticket.fields)
      if (field.field.text == write.field) return field;
    FieldState& field = ticket.fields.emplace_back();
    field.field = write.field;
    field.last.value = write.before;
    field.last.position = -1;
    return field;
  }

  void write(TicketState& ticket, const Write& write) {
    FieldState& field = field_of(ticket, write);
    if (write.restores && take_last_writer_off(field, write.after)) return;
    field.earlier.push_back(std::move(field.last));
    if (field.earlier.size() > kEarlierWriters) field.earlier.erase(field.earlier.begin());
    field.last = {write.after,       position(),           event_.actor.id,
                  event_.actor.type, type_of(event_.data), write.action};
  }

  State& state_;
  const RecordedEvent& event_;
};

}  // namespace

void fold_ticket(State& state, const RecordedEvent& event) {
  visit(TicketFold(state, event), event.data);
}

}  // namespace recourse
