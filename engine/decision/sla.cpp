#include "engine/decision/sla.h"

#include <algorithm>
#include <map>

#include "engine/decision/decisions.h"
#include "engine/decision/facts.h"
#include "engine/decision/fold.h"

namespace recourse {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kStream = "sla_";

bool stands_still(TicketStatus status) {
  return status == TicketStatus::pending || status == TicketStatus::on_hold;
}

bool answers_customer(MessageKind kind) {
  return kind == MessageKind::reply || kind == MessageKind::agent_response;
}

bool moves_clocks(const EventData& data) {
  return holds_alternative<TicketOpened>(data) || holds_alternative<TicketStatusChanged>(data) ||
         holds_alternative<MessageReceived>(data) || holds_alternative<MessageSent>(data);
}

/// The clocks of the tickets that one decision is about, while it is made.
class Clocks {
 public:
  Clocks(State& state, const DecisionContext& context, const PolicyInForce& in_force,
         Events& events)
      : state_(state), context_(context), in_force_(in_force), events_(events) {}

  void follow(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!moves_clocks(events_[i].data)) continue;
      // Copied, because adding an event moves the others.
      const EventData data = events_[i].data;
      visit([&](const auto& e) { on(e); }, data);
    }
  }

 private:
  struct Ticket {
    std::vector<SlaClock> clocks;
    TicketStatus status = TicketStatus::new_;
    std::optional<Clear> priority, category;
    bool opened_now = false;
  };

  template <class Other>
  void on(const Other&) {}

  void on(const TicketOpened& e) {
    if (e.provenance.imported) return;
    Ticket& ticket = tickets_[e.ticket];
    ticket.status = e.status;
    ticket.priority = e.priority;
    ticket.category = e.category;
    ticket.opened_now = true;
    start(e.ticket, {SlaClockName::first_response, SlaClockName::resolution});
  }

  void on(const MessageReceived& e) {
    if (e.provenance.imported) return;
    Ticket& ticket = this->ticket(e.ticket);
    // The first one belongs to the first response.
    if (ticket.opened_now || is_resolved(ticket.status)) return;
    const SlaClock* const first = find_clock(ticket.clocks, SlaClockName::first_response);
    const SlaClock* const next = find_clock(ticket.clocks, SlaClockName::next_response);
    if (first != nullptr && is_going(*first)) return;
    if (next != nullptr && is_going(*next)) return;
    start(e.ticket, {SlaClockName::next_response});
  }

  void on(const MessageSent& e) {
    if (e.provenance.imported || !answers_customer(e.kind)) return;
    meet(e.ticket, SlaClockName::first_response);
    meet(e.ticket, SlaClockName::next_response);
  }

  void on(const TicketStatusChanged& e) {
    if (e.provenance.imported) return;
    Ticket& ticket = this->ticket(e.ticket);
    ticket.status = e.to;
    if (e.to == TicketStatus::merged) return let_go(e.ticket);
    if (is_resolved(e.to)) {
      // Whoever got the solution got an answer.
      for (const SlaClockName name :
           {SlaClockName::first_response, SlaClockName::next_response, SlaClockName::resolution})
        meet(e.ticket, name);
      return;
    }
    if (is_resolved(e.from)) take_up_again(e.ticket, e.rollback.has_value());
    if (stands_still(e.to)) {
      pause(e.ticket, word(e.to));
    } else if (stands_still(e.from)) {
      resume_paused(e.ticket, word(e.to));
    }
  }

  static bool is_going(const SlaClock& clock) {
    return clock.status == SlaStatus::running || clock.status == SlaStatus::paused;
  }

  Ticket& ticket(const TicketId& id) {
    const auto [found, made] = tickets_.try_emplace(id);
    if (!made) return found->second;
    if (const SlaState* const sla = state_.slas.find(id)) found->second.clocks = sla->clocks;
    if (const TicketState* const row = state_.tickets.find(id)) {
      found->second.status = row->status;
      found->second.priority = row->priority;
      found->second.category = row->category;
    }
    return found->second;
  }

  BusinessCalendar calendar(const std::optional<Clear>& name) const {
    if (name && in_force_.policy->calendars)
      for (const CalendarRule& rule : *in_force_.policy->calendars)
        if (rule.rule == *name) return business_calendar(rule);
    return {};
  }

  template <class Event>
  void add(const TicketId& id, Event event) {
    EventData data(std::move(event));
    fold_clocks(ticket(id).clocks, data, context_.now);
    const Actor actor{context_.principal.kind, context_.principal.id};
    events_.push_back(
        {std::string(kStream) + id.value(), id.value(), actor, "", "", std::move(data)});
  }

  void start(const TicketId& id, std::initializer_list<SlaClockName> names) {
    const Ticket& about = ticket(id);
    const SlaRule* const rule = sla_rule(*in_force_.policy, about.priority, about.category);
    if (rule == nullptr) return;
    SlaApplied applied;
    applied.ticket = id;
    applied.policy = in_force_.name;
    applied.rule = rule->rule;
    applied.calendar = rule->calendar;
    const BusinessCalendar open = calendar(rule->calendar);
    for (const SlaClockName name : names) {
      const auto& target = name == SlaClockName::first_response  ? rule->first_response_s
                           : name == SlaClockName::next_response ? rule->next_response_s
                                                                 : rule->resolution_s;
      if (!target) continue;
      const Timestamp due = open.after(context_.now, seconds(*target));
      applied.clocks.push_back({name, *target, context_.now, due});
    }
    if (applied.clocks.empty()) return;
    add(id, std::move(applied));
    if (stands_still(about.status)) pause(id, word(about.status));
  }

  /// Open time until it is due; negative after that.
  milliseconds left(const SlaClock& clock) const {
    const BusinessCalendar open = calendar(clock.calendar);
    const auto time = context_.now < clock.due_at ? open.open(context_.now, clock.due_at)
                                                  : -open.open(clock.due_at, context_.now);
    return std::chrono::floor<milliseconds>(time);
  }

  /// Its moment passed before the timer came to it.
  void breach_if_due(const TicketId& id, const SlaClock& clock) {
    if (clock.breached || clock.status != SlaStatus::running || context_.now < clock.due_at) return;
    SlaBreached breached;
    breached.ticket = id;
    breached.clock = word(clock.clock);
    breached.due_at = clock.due_at;
    breached.retroactive = context_.now - clock.due_at > std::chrono::minutes(1);
    add(id, std::move(breached));
  }

  void meet(const TicketId& id, SlaClockName name) {
    const SlaClock* const found = find_clock(ticket(id).clocks, name);
    if (found == nullptr || !is_going(*found)) return;
    const SlaClock clock = *found;
    breach_if_due(id, clock);
    const std::int64_t left_ms =
        clock.status == SlaStatus::paused ? clock.left_ms.value_or(0) : left(clock).count();
    add(id, SlaMet{id, name, left_ms});
  }

  /// What was promised is kept in the ticket in which this one goes on, by that one's own clocks.
  void let_go(const TicketId& id) {
    for (const SlaClock& clock : std::vector(ticket(id).clocks)) {
      if (!is_going(clock)) continue;
      breach_if_due(id, clock);
      add(id, SlaWaived{id, clock.clock, {}, "merged"});
    }
  }

  void pause(const TicketId& id, std::string_view cause) {
    for (const SlaClock& clock : std::vector(ticket(id).clocks)) {
      if (clock.status != SlaStatus::running || clock.breached) continue;
      breach_if_due(id, clock);
      if (context_.now < clock.due_at)
        add(id, SlaPaused{id, clock.clock, cause, left(clock).count()});
    }
  }

  void resume_paused(const TicketId& id, std::string_view cause) {
    for (const SlaClock& clock : std::vector(ticket(id).clocks)) {
      if (clock.status != SlaStatus::paused) continue;
      const milliseconds rest(clock.left_ms.value_or(0));
      add(id,
          SlaResumed{id, clock.clock, cause, calendar(clock.calendar).after(context_.now, rest)});
    }
  }

  /// What was undone never stopped the clock. What the customer sent back did for a while.
  void take_up_again(const TicketId& id, bool undone) {
    const SlaClock* const found = find_clock(ticket(id).clocks, SlaClockName::resolution);
    if (found == nullptr || found->status != SlaStatus::met) return;
    const SlaClock clock = *found;
    const milliseconds rest(std::max<std::int64_t>(clock.left_ms.value_or(0), 0));
    const Timestamp due = undone || clock.breached
                              ? clock.due_at
                              : calendar(clock.calendar).after(context_.now, rest);
    add(id, SlaResumed{id, clock.clock, undone ? "rollback" : "reopened", due});
    breach_if_due(id, *find_clock(ticket(id).clocks, SlaClockName::resolution));
  }

  State& state_;
  const DecisionContext& context_;
  const PolicyInForce& in_force_;
  Events& events_;
  std::map<TicketId, Ticket> tickets_;
};

std::string stream_of(const TicketId& ticket) { return std::string(kStream) + ticket.value(); }

/// A clock that still runs or is paused. Errors: not_found, conflict.
Result<SlaClock> going_clock(State& state, const TicketId& ticket, SlaClockName name) {
  const SlaState* const sla = state.slas.find(ticket);
  const SlaClock* const clock = sla != nullptr ? find_clock(sla->clocks, name) : nullptr;
  if (clock == nullptr)
    return Error{ErrorCode::not_found, "the ticket has no clock " + std::string(word(name))};
  if (clock->status == SlaStatus::met || clock->status == SlaStatus::waived)
    return conflict("the clock is " + std::string(word(clock->status)) + " already");
  return *clock;
}

}  // namespace

const SlaRule* sla_rule(const Policy& policy, const std::optional<Clear>& priority,
                        const std::optional<Clear>& category) {
  const SlaRule* best = nullptr;
  int best_named = -1;
  if (!policy.sla) return nullptr;
  for (const SlaRule& rule : *policy.sla) {
    if (rule.priority && rule.priority != priority) continue;
    if (rule.category && rule.category != category) continue;
    const int named = rule.priority.has_value() + rule.category.has_value();
    if (named > best_named) best = &rule;
    best_named = std::max(best_named, named);
  }
  return best;
}

void keep_clocks(State& state, const DecisionContext& context, Events& events) {
  const std::size_t count = events.size();
  const bool relevant = std::any_of(events.begin(), events.end(),
                                    [](const NewEvent& e) { return moves_clocks(e.data); });
  if (!relevant) return;
  const PolicyInForce in_force = policy_in_force(state);
  Clocks(state, context, in_force, events).follow(count);
}

Decision breach_clock(State& state, const BreachClock& command, const DecisionContext& context) {
  RECOURSE_LET(const SlaClock clock, going_clock(state, command.ticket, command.clock));
  if (clock.breached) return conflict("the clock is breached already");
  if (clock.status != SlaStatus::running) return conflict("the clock stands still");
  if (context.now < clock.due_at) return conflict("the clock still runs");
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  SlaBreached breached;
  breached.ticket = command.ticket;
  breached.clock = word(command.clock);
  breached.due_at = clock.due_at;
  breached.retroactive = context.now - clock.due_at > std::chrono::minutes(1);
  draft.add(stream_of(command.ticket), std::move(breached));
  return std::move(draft.events);
}

Decision waive_clock(State& state, const WaiveClock& command, const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(going_clock(state, command.ticket, command.clock));
  if (command.reason.value_or("").empty()) return invalid("reason: say why nobody has to keep it");
  draft.add(stream_of(command.ticket),
            SlaWaived{command.ticket, command.clock, draft.seal_given(command.reason)});
  return std::move(draft.events);
}

void fold_clocks(State& state, const RecordedEvent& event) {
  const TicketId* const ticket = ticket_of_clock(event.data);
  if (ticket != nullptr) fold_clocks(state.slas.change(*ticket).clocks, event.data, event.time);
}

}  // namespace recourse
