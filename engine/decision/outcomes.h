#pragma once

#include <optional>
#include <vector>

#include "engine/decision/state.h"

namespace recourse {

/// What an event says about how an action went. Breakers and rollouts count nothing else.
struct ActionOutcome {
  ActionId action;
  bool executed = false;
  std::optional<Mishap> mishap;
  std::optional<std::int64_t> score;  ///< 1 to 5, given to the resolution that the action asserted.
};

/// None for almost every event.
std::optional<ActionOutcome> outcome_in(State& state, const EventData& data);

}  // namespace recourse
