#pragma once

#include "engine/decision/facts.h"
#include "engine/policy/judge.h"

namespace recourse {

struct Draft;

/// Counting what the policy's limits look at. The rows are folded from policy.decided alone: an
/// action counts as asked for when it is proposed, and as allowed at its latest permission, so one
/// that is dispatched long after its proposal counts at the dispatch and not before.

/// What the windows of `policy` hold for `action` now. Imported actions are not counted.
void add_window_facts(State& state, const ActionState& action, const Policy& policy, Timestamp now,
                      Facts& facts);

/// limit.reached for each limit that `verdict` met for the first time within its window.
void note_reached_limits(Draft& draft, const ActionState& action, const Policy& policy,
                         const Facts& facts, const Verdict& verdict);

/// Whether a verdict's problem is a limit: then the action may be tried again later.
bool is_limit(const std::optional<std::string>& problem);

}  // namespace recourse
