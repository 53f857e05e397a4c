#include "engine/decision/breaker.h"
#include "engine/decision/decisions.h"
#include "engine/decision/facts.h"
#include "engine/event/clear_names.h"

namespace recourse {

Decision set_breaker(State& state, const SetBreaker& command, const DecisionContext& context) {
  const ActionType* const type = find_action_type(command.action_type);
  if (type == nullptr) return invalid("there is no action type " + command.action_type);
  if (type->effect != ActionEffect::write)
    return invalid("breakers are about actions that write; " + command.action_type + " does not");
  if (!is_code(command.agent.value())) return invalid("agent: the id of a principal");
  if (command.agent_version && !is_code(*command.agent_version))
    return invalid("agent_version: 1 to 128 of A-Za-z0-9_.:/-");
  BreakerTransitioned transition;
  transition.agent = command.agent;
  if (command.agent_version) transition.agent_version = *command.agent_version;
  transition.action_type = command.action_type;
  const BreakerState* const found = state.breakers.find(
      breaker_key(transition.agent, transition.agent_version, command.action_type));
  if (found != nullptr) transition.from = found->status;
  transition.to = command.open ? BreakerStatus::open : BreakerStatus::closed;
  const bool forced_open =
      found != nullptr && found->status == BreakerStatus::open && !found->until.has_value();
  if (command.open ? forced_open : transition.from == BreakerStatus::closed)
    return conflict(command.open ? "the breaker is held open already"
                                 : "the breaker is closed already");
  transition.cause = "forced";
  Draft draft{state, context, {}};
  transition.reason = draft.seal_given(command.reason);
  draft.add("ctl_breaker", std::move(transition));
  return std::move(draft.events);
}

Decision turn_breaker(State& state, const TurnBreaker& command, const DecisionContext& context) {
  const BreakerState* const found = state.breakers.find(command.breaker);
  if (found == nullptr) return not_found("breaker", command.breaker);
  // Also when the policy has no breaker any more: one that comes back finds it as time has made it.
  const auto in_force = policy_in_force(state);
  auto transition =
      overdue_transition(*found, in_force.policy->breaker.value_or(BreakerRule{}), context.now);
  if (!transition) return conflict("the breaker's time is not over");
  Draft draft{state, context, {}};
  draft.add("ctl_breaker", std::move(*transition));
  return std::move(draft.events);
}

}  // namespace recourse
