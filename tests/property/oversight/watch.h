#pragma once

#include <algorithm>

#include "tests/property/oversight/model.h"

namespace recourse::model {

/// What every event means, and from where it may come.
struct Watch {
  Model& m;
  const RecordedEvent& event;

  void must(bool holds, std::string_view rule) { m.must(holds, rule, event.stream); }
  static std::string timer(std::string_view kind, const std::string& id) {
    return std::string(kind) + "/" + id;
  }
  bool by_person() const { return event.actor.type == ActorType::human; }
  void set(std::string_view kind, const std::string& id, Timestamp at) {
    clear(kind, id);
    m.timers[timer(kind, id)] = at;
    m.due.emplace(at, timer(kind, id));
  }
  void clear(std::string_view kind, const std::string& id) {
    const auto found = m.timers.find(timer(kind, id));
    if (found == m.timers.end()) return;
    m.due.erase({found->second, found->first});
    m.timers.erase(found);
  }

  Action& action(const ActionId& id) {
    must(m.actions.contains(id), "what happens to an action was proposed before");
    return m.actions[id];
  }
  static bool waits(const Action& a) {
    return a.status == ActionStatus::awaiting_approval || a.status == ActionStatus::authorized ||
           a.status == ActionStatus::held;
  }
};

/// The key of the breaker of an agent, its version and a type of actions.
std::string breaker_name(const PrincipalId& agent, const std::optional<Clear>& version,
                         const std::string& type);

void watch_actions(Model& model, const RecordedEvent& event);
void watch_approvals(Model& model, const RecordedEvent& event);
void watch_rollbacks(Model& model, const RecordedEvent& event);
void watch_tickets(Model& model, const RecordedEvent& event);
void watch_clocks(Model& model, const RecordedEvent& event);

}  // namespace recourse::model
