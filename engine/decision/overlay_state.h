#pragma once

#include <map>

#include "engine/decision/state.h"

namespace recourse {

/// A table over another one: it reads through, and keeps changes to itself.
template <class IdType, class Row>
class OverlayTable final : public StateTable<IdType, Row> {
 public:
  explicit OverlayTable(StateTable<IdType, Row>& below) : below_(below) {}

  const Row* find(const IdType& id) override {
    const auto found = changed_.find(id);
    if (found == changed_.end()) return below_.find(id);
    return found->second ? &*found->second : nullptr;
  }
  Row& change(const IdType& id) override {
    const auto [found, made] = changed_.try_emplace(id);
    if (const Row* const row = made ? below_.find(id) : nullptr) found->second = *row;
    if (!found->second) found->second.emplace();
    return *found->second;
  }
  void erase(const IdType& id) override { changed_[id].reset(); }

 private:
  StateTable<IdType, Row>& below_;
  std::map<IdType, std::optional<Row>> changed_;  ///< Nothing: erased.
};

/// What fold_control() makes of events that are not recorded yet: the tables that it changes are
/// laid over those below, which stay as they are and outlive it.
class OverlayState {
 public:
  explicit OverlayState(State& below)
      : actions_(below.actions),
        breakers_(below.breakers),
        rollouts_(below.rollouts),
        assignments_(below.assignments),
        tenant_(below.tenant),
        experiments_(below.experiments),
        participants_(below.participants),
        state_{.tickets = below.tickets,
               .actions = actions_,
               .approvals = below.approvals,
               .resolutions = below.resolutions,
               .streams = below.streams,
               .ticket_numbers = below.ticket_numbers,
               .tenant = tenant_,
               .windows = below.windows,
               .rollbacks = below.rollbacks,
               .steps = below.steps,
               .incidents = below.incidents,
               .runs = below.runs,
               .breakers = breakers_,
               .rollouts = rollouts_,
               .assignments = assignments_,
               .policies = below.policies,
               .timers = below.timers,
               .due = below.due,
               .followups = below.followups,
               .feedback = below.feedback,
               .slas = below.slas,
               .connectors = below.connectors,
               .experiments = experiments_,
               .participants = participants_} {}
  OverlayState(const OverlayState&) = delete;
  OverlayState& operator=(const OverlayState&) = delete;

  State& state() { return state_; }

 private:
  OverlayTable<ActionId, ActionState> actions_;
  OverlayTable<std::string, BreakerState> breakers_;
  OverlayTable<std::string, RolloutState> rollouts_;
  OverlayTable<std::string, AssignmentState> assignments_;
  OverlayTable<TenantId, TenantState> tenant_;
  OverlayTable<std::string, ExperimentState> experiments_;
  OverlayTable<std::string, ParticipantState> participants_;
  State state_;
};

}  // namespace recourse
