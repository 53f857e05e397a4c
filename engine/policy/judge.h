#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/event/action_events.h"
#include "engine/policy/action_types.h"
#include "engine/policy/check_args.h"
#include "engine/policy/experiment.h"
#include "engine/policy/policy.h"
#include "engine/policy/rollout.h"

namespace recourse {

/// All that a verdict depends on, besides the policy.
struct Facts {
  const ActionType* type = nullptr;  ///< Null: the manifest does not have it.
  std::optional<std::int64_t> confidence_ppm;
  std::optional<std::int64_t> amount_minor;
  std::optional<std::string> currency;
  std::vector<ArgFault> schema_faults;
  std::vector<Clear> killed_scopes;  ///< deployment, tenant, principals, names of action types
  std::string proposer;              ///< The principal whose action it is.
  bool machine = false;              ///< The proposer is one.
  TicketStatus ticket_status = TicketStatus::open;
  Automation automation = Automation::active;
  bool customer_wrote_since = false;  ///< After the proposal.
  bool same_as_rejected = false;      ///< Same type and arguments as an action that was rejected.
  std::int64_t approvals = 0;         ///< Votes of a granted, unused approval of this very action.
  bool imported = false;              ///< Recorded elsewhere: judged in shadow, nothing runs here.
  /// What the windows of the policy hold, in the order of its limits, and of its matrix for rows
  /// with a condition over history. One that is missing is about other actions.
  std::vector<WindowUse> limits, history;
  BreakerUse breaker;
  std::vector<RolloutUse> rollouts;
  /// Its threshold takes the place of the policy's where the policy has one; nothing else changes.
  std::optional<ExperimentUse> experiment;
};

struct Verdict {
  PolicyOutcome outcome = PolicyOutcome::deny;
  std::optional<std::string> problem;  ///< The first rule that denied.
  std::vector<RuleResult> rules;
  std::int64_t quorum = 0;  ///< For require_approval, and what an approval satisfied.
  std::vector<Role> roles;
  std::vector<std::size_t> reached;  ///< Indices of limits that the action met.
};

/// The scope of an engaged kill switch that is about such an action, or null.
const Clear* killing_scope(const std::vector<Clear>& scopes, std::string_view type,
                           std::string_view proposer);

/// Rules that limits and rollouts are recorded under: this and their name.
inline constexpr std::string_view kLimitPrefix = "limit.";
inline constexpr std::string_view kRolloutPrefix = "rollout.";
inline constexpr std::string_view kBreakerRule = "breaker";

/// Whether what a rule with this name refused may run later as it is: the kill switch, a limit and
/// a breaker hold an action back, they do not end it.
bool holds_back(std::string_view rule);

/// The verdict of `policy`. Fixed order: kill_switch, autonomy, autonomy_level, unknown_type,
/// schema, ticket_state, no_executor, new_message, duplicate_of_rejected, forbids of the matrix,
/// limits, breaker, rollouts, confidence_threshold, the rest of the matrix, floors, approval. Each
/// rule is evaluated and recorded with its inputs, whatever the others said. Deny unless something
/// permits; a forbid wins over everything; an error in a forbid or in a demand for approval counts
/// as matched, an error in a permit as not matched. Floors that no policy can lower: what cannot be
/// undone (R4) waits for a person, and so does money that can only be compensated (R3), unless a
/// rule with an upper bound on the amount permits it. Enough approvals turn require_approval into
/// allow, never deny. Pure.
Verdict judge(const Policy& policy, const Facts& facts);

/// The threshold that counts for `type`, which may be null as above; null when none fits.
const ThresholdRule* threshold_for(const Policy& policy, const ActionType* type);

/// Who is asked in place of the first ones when half of an approval's time is over. `type` may be
/// null: the manifest does not have it. Never empty.
std::vector<Role> escalation_roles(const Policy& policy, const ActionType* type);

/// How long an action of this type is held back before it is sent. Seconds.
std::int64_t hold_seconds(const Policy& policy, const ActionType& type);

}  // namespace recourse
