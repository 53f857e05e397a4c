#pragma once

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"

namespace recourse {

/// The breaker of one agent, agent version and action type has another state from here on.
struct BreakerTransitioned {
  static constexpr std::string_view kType = "recourse.breaker.transitioned.v1";
  PrincipalId agent;  ///< `all`: the type is held open for every agent.
  std::optional<Clear> agent_version;
  Clear action_type;
  BreakerStatus from = BreakerStatus::closed;
  BreakerStatus to = BreakerStatus::open;
  /// error, rollback, reopening, low_satisfaction: what made it open; time: it may be probed;
  /// no_outcome: probes did not end in time; probes_passed; probe_failed; forced: a person said so;
  /// stuck_rollbacks: too many rollbacks of the type did not get on.
  Clear cause;
  std::int64_t executed = 0, bad = 0;  ///< Actions in the window of a closed one.
  std::int64_t window_s = 0;
  /// Open: until it is probed, none while it is held open. Half-open: until it opens again; none
  /// while nothing probes it, since the time begins with the first probe.
  std::optional<Timestamp> until;
  std::optional<ActionId> action;  ///< Whose outcome it was.
  std::optional<TicketId> ticket;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(BreakerTransitioned, (),
                      (agent, agent_version, action_type, from, to, cause, executed, bad, window_s,
                       until, action, ticket, reason))

/// A rollout stops when more than `max_ppm` of the actions that it let run came to this.
struct Guardrail {
  Mishap metric = Mishap::error;
  std::int64_t max_ppm = 0;
  bool operator==(const Guardrail&) const = default;
};
BOOST_DESCRIBE_STRUCT(Guardrail, (), (metric, max_ppm))

/// Which share of tickets or tenants agents work on without a person.
struct RolloutRamped {
  static constexpr std::string_view kType = "recourse.rollout.ramped.v1";
  Clear key;
  RolloutUnit unit = RolloutUnit::ticket;
  Clear salt;
  std::int64_t percent_bp = 0;  ///< 0 to 10000: units in a lower bucket are in.
  std::int64_t prev_percent_bp = 0;
  std::vector<Clear> include;  ///< Units that are in whatever their bucket.
  std::vector<Clear> types;    ///< Of actions; none: all that write.
  std::vector<Clear> except_types;
  std::vector<Guardrail> guardrails;
  std::int64_t least = 0;  ///< Executed actions before a guardrail says anything.
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(RolloutRamped, (),
                      (key, unit, salt, percent_bp, prev_percent_bp, include, types, except_types,
                       guardrails, least, reason))

/// On which side of a rollout a ticket or tenant is, when that is first known and when it changes.
struct RolloutAssigned {
  static constexpr std::string_view kType = "recourse.rollout.assigned.v1";
  Clear key;
  RolloutUnit unit = RolloutUnit::ticket;
  Clear unit_id;
  std::int64_t bucket = 0;  ///< 0 to 9999
  std::int64_t percent_bp = 0;
  bool in = false;
  Clear reason;  ///< bucket, or included
  ActionId action;
  TicketId ticket;
};
BOOST_DESCRIBE_STRUCT(RolloutAssigned, (),
                      (key, unit, unit_id, bucket, percent_bp, in, reason, action, ticket))

/// A rollout stopped itself: nothing is in it until somebody ramps it again.
struct GuardrailBreached {
  static constexpr std::string_view kType = "recourse.rollout.guardrail_breached.v1";
  Clear key;
  Mishap metric = Mishap::error;
  std::int64_t count = 0, executed = 0;  ///< Since the latest ramp.
  std::int64_t max_ppm = 0;
  std::int64_t percent_bp = 0;  ///< That it stood at.
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
};
BOOST_DESCRIBE_STRUCT(GuardrailBreached, (),
                      (key, metric, count, executed, max_ppm, percent_bp, action, ticket))

}  // namespace recourse
