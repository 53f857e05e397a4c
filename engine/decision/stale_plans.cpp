#include <algorithm>
#include <set>

#include "engine/decision/decisions.h"

namespace recourse {
namespace {

/// What an event writes that a plan may be about.
struct Touch {
  TicketId ticket;
  std::vector<std::string_view> fields;
  std::vector<ActionId> actions;
};

class Touches {
 public:
  std::optional<Touch> of(const EventData& data) const { return visit(*this, data); }

  template <class Other>
  std::optional<Touch> operator()(const Other&) const {
    return std::nullopt;
  }
  std::optional<Touch> operator()(const TicketStatusChanged& e) const {
    return Touch{e.ticket, {"status"}, {}};
  }
  std::optional<Touch> operator()(const TicketMerged& e) const {
    if (!e.into) return std::nullopt;  // It only took another one over.
    return Touch{e.ticket, {"status", "handler", "assignee", "team"}, {}};
  }
  std::optional<Touch> operator()(const TicketHandlerChanged& e) const {
    return Touch{e.ticket, {"handler"}, {}};
  }
  std::optional<Touch> operator()(const TicketEscalated& e) const {
    return Touch{e.ticket, {"handler", "team"}, {}};
  }
  std::optional<Touch> operator()(const TicketAssigned& e) const {
    Touch touch{e.ticket, {}, {}};
    if (e.assignee != e.prev_assignee) touch.fields.push_back("assignee");
    if (e.team != e.prev_team) touch.fields.push_back("team");
    return touch;
  }
  std::optional<Touch> operator()(const ActionWithdrawn& e) const { return about(e); }
  std::optional<Touch> operator()(const ActionAmended& e) const { return about(e); }
  std::optional<Touch> operator()(const EffectDispatched& e) const { return about(e); }
  std::optional<Touch> operator()(const EffectReconciled& e) const { return about(e); }
  std::optional<Touch> operator()(const CompensationStarted& e) const { return about(e); }
  std::optional<Touch> operator()(const ActionBasedOn& e) const {
    Touch touch{e.ticket, {}, {}};
    if (e.caused_by) touch.actions.push_back(*e.caused_by);
    for (const FieldRead& read : e.reads)
      if (read.writer) touch.actions.push_back(*read.writer);
    return touch;
  }

 private:
  template <class Event>
  static std::optional<Touch> about(const Event& event) {
    return Touch{event.ticket, {}, {event.action}};
  }
};

bool overtakes(State& state, const RollbackState& rollback, const Touch& touch) {
  const auto listed = [](const auto& list, const auto& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  for (std::int64_t i = 0; i < rollback.steps; ++i) {
    const StepState* step = state.steps.find(step_key(rollback.rollback, i));
    if (step == nullptr) continue;
    if (listed(touch.actions, step->plan.action)) return true;
    if (step->plan.ticket != touch.ticket) continue;
    for (const FieldWrite& write : step->plan.writes)
      if (listed(touch.fields, write.field.text)) return true;
  }
  return false;
}

}  // namespace

void stale_overtaken_plans(State& state, const DecisionContext& context, Events& events) {
  std::set<std::string> busy;  // Streams that this decision is about, or that it has ended.
  for (const NewEvent& event : events)
    if (event.stream.starts_with("rbk_")) busy.insert(event.stream);
  const std::size_t given = events.size();
  for (std::size_t i = 0; i < given; ++i) {
    const auto touch = Touches().of(events[i].data);
    if (!touch) continue;
    std::set<RollbackId> open;
    const auto add_plans_of = [&](const TicketId& id) {
      const TicketState* ticket = state.tickets.find(id);
      if (ticket != nullptr) open.insert(ticket->open_plans.begin(), ticket->open_plans.end());
    };
    add_plans_of(touch->ticket);
    for (const ActionId& id : touch->actions)
      if (const ActionState* action = state.actions.find(id))
        add_plans_of(TicketId(action->ticket));
    for (const RollbackId& id : open) {
      if (busy.contains(id.value())) continue;
      const RollbackState* found = state.rollbacks.find(id);
      if (found == nullptr) continue;
      const RollbackState rollback = *found;
      if (!overtakes(state, rollback, *touch)) continue;
      busy.insert(id.value());
      const std::string cause(type_of(events[i].data));
      Draft draft{state, context, {}};
      if (rollback.ticket) draft.ticket.ticket = *rollback.ticket;
      if (rollback.status == RollbackStatus::awaiting_approval && rollback.approval)
        draft.add(rollback.approval->value(),
                  ApprovalStaled{*rollback.approval, {}, rollback.ticket, "plan_staled", id});
      draft.add(id.value(), RollbackStaled{id, rollback.action, rollback.ticket, cause});
      std::move(draft.events.begin(), draft.events.end(), std::back_inserter(events));
    }
  }
}

}  // namespace recourse
