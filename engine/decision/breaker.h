#pragma once

#include <optional>

#include "engine/decision/state.h"
#include "engine/policy/breaker.h"

namespace recourse {

struct Policy;

/// Stands for every agent: its breaker of a type is held open when rollbacks of the type get stuck,
/// or by a person.
inline constexpr std::string_view kEveryAgent = "all";

/// The row of the breaker that is about `action`: <agent>[@<version>]/<type>.
std::string breaker_key(const PrincipalId& agent, const std::optional<Clear>& agent_version,
                        std::string_view type);
std::string breaker_key(const ActionState& action);

/// What the breaker says to `action` now. Time that has passed counts although nobody has recorded
/// it yet.
BreakerUse breaker_use(State& state, const ActionState& action, const Policy& policy,
                       Timestamp now);

/// The transition that time has brought about and that nothing records yet.
std::optional<BreakerTransitioned> overdue_transition(const BreakerState& row,
                                                      const BreakerRule& rule, Timestamp now);

/// The transition that the outcomes counted in `row` demand.
std::optional<BreakerTransitioned> demanded_transition(const BreakerState& row,
                                                       const BreakerRule& rule, Timestamp now);

/// That of a type whose rollbacks got stuck, in the row of every agent.
std::optional<BreakerTransitioned> demanded_by_stuck(const BreakerState& row,
                                                     const BreakerRule& rule, Timestamp now);

/// Folds: a probe was let through, and with the first one the time of a half-open breaker begins;
/// a rollback got stuck; an action went well or wrong (`first`: for the first time).
void count_probe(BreakerState& row, const ActionId& action, const BreakerRule& rule, Timestamp now);
void count_stuck(BreakerState& row, const Clear& type, Timestamp now);
void count_outcome(BreakerState& row, const BreakerRule& rule, const ActionId& action,
                   bool executed, bool wrong, Timestamp now);
void apply_transition(BreakerState& row, const BreakerTransitioned& transition, Timestamp now);

}  // namespace recourse
