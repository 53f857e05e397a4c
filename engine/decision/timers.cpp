#include "engine/decision/timers.h"

namespace recourse {
namespace {

/// <rollback>/<6 digits>, see step_key().
ExpireStepLease step_lease(const std::string& id) {
  const auto slash = id.find('/');
  return {RollbackId(id.substr(0, slash)), std::stoll(id.substr(slash + 1))};
}

/// <ticket>/<clock>
BreachClock breach(const std::string& id) {
  const auto slash = id.find('/');
  return {TicketId(id.substr(0, slash)),
          from_word<SlaClockName>(id.substr(slash + 1)).value_or(SlaClockName::resolution)};
}

}  // namespace

std::string timer_key(TimerKind kind, std::string_view id) {
  std::string key(word(kind));
  return key.append(1, '/').append(id);
}

std::string due_key(const TimerState& timer) {
  const std::string key = timer.connector ? outbox_prefix(timer.connector->text) : "";
  return key + to_rfc3339(timer.due_at) + '/' + timer_key(timer.kind, timer.id.text);
}

std::string outbox_prefix(std::string_view connector) {
  return std::string("outbox/").append(connector) + '/';
}

void set_timer(State& state, const TimerState& timer) {
  const std::string key = timer_key(timer.kind, timer.id.text);
  if (const TimerState* const before = state.timers.find(key)) {
    if (*before == timer) return;
    state.due.erase(due_key(*before));
  }
  state.timers.change(key) = timer;
  state.due.change(due_key(timer)) = timer;
}

void clear_timer(State& state, TimerKind kind, std::string_view id) {
  const std::string key = timer_key(kind, id);
  const TimerState* const timer = state.timers.find(key);
  if (timer == nullptr) return;
  state.due.erase(due_key(*timer));
  state.timers.erase(key);
}

Command command_of(const TimerState& timer) {
  switch (timer.kind) {
    case TimerKind::approval:
      return ExpireApproval{ApprovalId(timer.id.text)};
    case TimerKind::lease:
      return ExpireLease{ActionId(timer.id.text)};
    case TimerKind::claim:
      return ExpireClaim{ApprovalId(timer.id.text)};
    case TimerKind::escalation:
      return EscalateApproval{ApprovalId(timer.id.text), {}};
    case TimerKind::followup:
      return SendFollowUp{FollowUpId(timer.id.text)};
    case TimerKind::closing:
      return CloseResolved{TicketId(timer.id.text)};
    case TimerKind::sla:
      return breach(timer.id.text);
    case TimerKind::breaker:
      return TurnBreaker{timer.id.text};
    case TimerKind::step:
    case TimerKind::dispatch:
    case TimerKind::look_up:
      break;
  }
  return step_lease(timer.id.text);
}

}  // namespace recourse
