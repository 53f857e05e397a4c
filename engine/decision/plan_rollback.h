#pragma once

#include <vector>

#include "engine/decision/state.h"

namespace recourse {

/// What a rollback would do, newest first, and who has to agree to it.
struct RollbackPlan {
  PlanLists lists;
  Hash digest{};
  std::vector<MoneyDelta> money_delta;
  std::int64_t customers = 0;
  std::int64_t required_approvals = 0;
  std::int64_t base_position = 0;
  std::vector<PrincipalId> approved_before;  ///< Who agreed to what is to be undone; at most 64.
};

/// What the plan is about.
struct PlanTarget {
  std::vector<ActionId> actions;
  RollbackMode mode = RollbackMode::restrict_;
  bool one_action = false;  ///< Then an action that has not run is no target.
  bool bulk = false;        ///< Actions with later writers or dependents get no step (restrict).
};

/// Plans from the state alone. A field is put back only when the action is its last writer, or
/// those after it go back by the same plan; a field that others wrote later is kept and listed in
/// `conflicts`. The closure of dependents gets steps in the mode cascade and is only listed in the
/// others. forward_fix has no steps.
RollbackPlan plan_rollback(State& state, const PlanTarget& target, Timestamp now);

/// What people agree to: SHA-256 of the mode's word, a line feed and the lists as canonical JSON.
Hash plan_digest(RollbackMode mode, const PlanLists& lists);

/// The value of one of the fields that actions change: status, handler, assignee, team.
std::optional<Clear> field_value(const TicketState& ticket, std::string_view field);
void set_field_value(TicketState& ticket, std::string_view field,
                     const std::optional<Clear>& value);

/// Whether `action` may put `field` back: nobody has written it since.
bool is_last_writer(const TicketState& ticket, const ActionState& action, std::string_view field);

/// Puts a field of a working copy back as a rollback's event will when it is folded.
void put_field_back(TicketState& ticket, const FieldWrite& write);

}  // namespace recourse
