#pragma once

#include "engine/decision/draft.h"
#include "engine/decision/facts.h"

namespace recourse {

/// Breakers, rollouts and experiments: what decisions add about them.

/// Records what time has done to the breaker of `action`. Before its verdict.
void note_breaker_time(Draft& draft, const ActionState& action, const Policy& policy);

/// Records where the action's ticket or tenant stands in each rollout, when that is new.
void note_assignments(Draft& draft, const ActionState& action, const Facts& facts);

/// Records the arm of the action's ticket, when that is new. Before its verdict.
void note_arm(Draft& draft, const ActionState& action, const Facts& facts);

/// Adds the transitions of breakers, the stops of rollouts and the ends of experiments that
/// `events` bring about.
void note_outcomes(State& state, const DecisionContext& context, Events& events);

}  // namespace recourse
