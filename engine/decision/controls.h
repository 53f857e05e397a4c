#pragma once

#include "engine/decision/draft.h"
#include "engine/decision/facts.h"

namespace recourse {

/// Breakers and rollouts: what decisions add about them.

/// Records what time has done to the breaker of `action`. Before its verdict.
void note_breaker_time(Draft& draft, const ActionState& action, const Policy& policy);

/// Records where the action's ticket or tenant stands in each rollout, when that is new.
void note_assignments(Draft& draft, const ActionState& action, const Facts& facts);

/// Adds the transitions of breakers and the stops of rollouts that `events` bring about.
void note_outcomes(State& state, const DecisionContext& context, Events& events);

}  // namespace recourse
