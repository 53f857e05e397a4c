#include "engine/decision/drift.h"

#include <algorithm>

#include "engine/policy/action_types.h"

namespace recourse {
namespace {

ChangedFact moved(const FieldState& field, std::int64_t seen) {
  ChangedFact fact{field.field, seen, field.last.position, {}};
  // After a rollback nobody has written it, as before the action that is undone.
  if (!field.last.actor.value().empty()) fact.by = field.last.actor;
  return fact;
}

bool is_listed(const std::vector<ChangedFact>& changed, const Clear& fact) {
  return std::any_of(changed.begin(), changed.end(),
                     [&](const ChangedFact& one) { return one.fact == fact; });
}

void add_reads(const TicketState& ticket, const ActionState& action,
               std::vector<ChangedFact>& changed) {
  for (const FieldRead& read : action.reads)
    for (const FieldState& field : ticket.fields)
      if (field.field == read.field && field.last.position != read.position)
        changed.push_back(moved(field, read.position));
}

/// With what made the version move, where it was a field.
void add_version(const TicketState& ticket, const ActionState& action,
                 std::vector<ChangedFact>& changed) {
  if (!action.expected_ticket_version) return;
  if (ticket.changed_version <= *action.expected_ticket_version) return;
  changed.push_back({"ticket", *action.expected_ticket_version, ticket.changed_version, {}});
  for (const FieldState& field : ticket.fields)
    if (field.last.position > action.proposed_at && !is_listed(changed, field.field))
      changed.push_back(moved(field, action.proposed_at));
}

}  // namespace

std::vector<ChangedFact> drift_of(const TicketState& ticket, const ActionState& action) {
  std::vector<ChangedFact> changed;
  const ActionType* type = find_action_type(action.type.text);
  const OnNewMessage rule = type != nullptr ? type->on_new_message() : OnNewMessage::invalidate;
  if (rule == OnNewMessage::continue_) return changed;
  add_reads(ticket, action, changed);
  if (rule != OnNewMessage::invalidate) return changed;
  add_version(ticket, action, changed);
  if (action.proposed_at >= 0 && ticket.last_customer_message > action.proposed_at)
    changed.push_back({"message", action.proposed_at, ticket.last_customer_message, {}});
  return changed;
}

}  // namespace recourse
