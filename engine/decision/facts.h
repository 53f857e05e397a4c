#pragma once

#include <memory>
#include <string>

#include "engine/decision/decide.h"
#include "engine/event/json.h"
#include "engine/policy/judge.h"

namespace recourse {

/// The policy that a tenant's proposals are judged by now.
struct PolicyInForce {
  std::string name;  ///< pol_<name>@<version>
  std::shared_ptr<const Policy> policy;
};

/// Before any policy.activated it is the default one. A text that this program cannot read is not
/// guessed at: everything is denied until one is activated that it can.
PolicyInForce policy_in_force(State& state);

/// The policy that is judged besides and only recorded; none when there is none, or one that this
/// program cannot read.
std::optional<PolicyInForce> policy_in_shadow(State& state);

/// What a verdict on `action` depends on, as the tenant's history has it now. `args` is absent when
/// the arguments are not at hand; they were compared with the manifest when they were proposed.
Facts facts_of(State& state, const ActionState& action, const Json* args, const Policy& policy,
               const DecisionContext& context);

/// The scope of an engaged kill switch that stops `action`; none when nothing does.
std::optional<std::string> stopped_by(State& state, const ActionState& action,
                                      const DecisionContext& context);

/// The event that records a verdict; `at` is propose or dispatch.
PolicyDecided policy_decided(const Verdict& verdict, const ActionState& action,
                             std::string_view policy, std::string_view at, std::string decision);

}  // namespace recourse
