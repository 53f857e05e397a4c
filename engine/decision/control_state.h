#pragma once

#include "engine/base/sliding_window.h"
#include "engine/event/control_events.h"

namespace recourse {

/// How the actions of one type by one version of an agent went lately.
struct BreakerState {
  PrincipalId agent;
  std::optional<Clear> agent_version;
  Clear type;
  BreakerStatus status = BreakerStatus::closed;
  Timestamp since;
  std::optional<Timestamp> until;  ///< As in breaker.transitioned; an open one without is forced.
  std::int64_t window_s = 0;       ///< What the buckets are cut for.
  std::vector<WindowBucket> executed, bad;
  std::vector<ActionId> probes;  ///< Let through while half-open.
  std::int64_t passed = 0;       ///< Probes that went well.
  bool probe_failed = false;
  bool operator==(const BreakerState&) const = default;
};
BOOST_DESCRIBE_STRUCT(BreakerState, (),
                      (agent, agent_version, type, status, since, until, window_s, executed, bad,
                       probes, passed, probe_failed))

/// What became of the actions that a rollout let run while it stood at one percentage.
struct RolloutStage {
  std::int64_t percent_bp = 0;
  Timestamp since;
  std::int64_t executed = 0, errors = 0, rollbacks = 0, reopenings = 0, low_satisfaction = 0;
  std::int64_t confidences = 0, confidence_sum_ppm = 0;  ///< Of executed ones that had one.
  std::int64_t ratings = 0, rating_sum = 0;
  bool operator==(const RolloutStage&) const = default;
};
BOOST_DESCRIBE_STRUCT(RolloutStage, (),
                      (percent_bp, since, executed, errors, rollbacks, reopenings, low_satisfaction,
                       confidences, confidence_sum_ppm, ratings, rating_sum))

struct RolloutState {
  Clear key;
  RolloutUnit unit = RolloutUnit::ticket;
  Clear salt;
  std::int64_t percent_bp = 0;
  std::vector<Clear> include, types, except_types;
  std::vector<Guardrail> guardrails;
  std::int64_t least = 0;
  std::optional<Clear> breached;     ///< The guardrail that stopped it.
  std::vector<RolloutStage> stages;  ///< The latest 32; the last one is now.
  bool operator==(const RolloutState&) const = default;
};
BOOST_DESCRIBE_STRUCT(RolloutState, (),
                      (key, unit, salt, percent_bp, include, types, except_types, guardrails, least,
                       breached, stages))

/// On which side of a rollout a unit is known to be.
struct AssignmentState {
  std::int64_t bucket = 0;
  bool in = false;
  Timestamp at;  ///< When it was recorded.
  bool operator==(const AssignmentState&) const = default;
};
BOOST_DESCRIBE_STRUCT(AssignmentState, (), (bucket, in, at))

}  // namespace recourse
