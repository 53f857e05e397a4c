#pragma once

#include <string>
#include <vector>

#include "engine/decision/state.h"
#include "engine/policy/rollout.h"

namespace recourse {

struct DecisionContext;

/// The row that says on which side of a rollout a unit is known to be.
std::string assignment_key(std::string_view rollout, std::string_view unit);

/// The row in which a tenant counts what a rollout over tenants let run there. No rollout has such
/// a key.
std::string tenant_rollout_key(std::string_view rollout);

/// Where `action` stands in the rollouts of its tenant and of the deployment that are about it.
std::vector<RolloutUse> rollout_uses(State& state, const ActionState& action,
                                     const DecisionContext& context);

/// Whether a rollout of this tenant is about the action and let it run without a person.
bool let_run(const RolloutState& rollout, const ActionState& action);

/// The count of a stage that belongs to a mishap.
std::int64_t* mishaps_in(RolloutStage& stage, Mishap mishap);

/// The stop that the counts of the rollout's stage demand.
std::optional<GuardrailBreached> demanded_stop(const RolloutState& rollout);

/// Actions that breakers and rollouts are about: those that change something.
bool is_watched(const ActionState& action);

}  // namespace recourse
