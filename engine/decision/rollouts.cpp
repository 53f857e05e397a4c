#include "engine/decision/rollouts.h"

#include <algorithm>

#include "engine/decision/decide.h"
#include "engine/policy/action_types.h"

namespace recourse {
namespace {

bool names(const std::vector<Clear>& list, std::string_view text) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Clear& clear) { return clear.text == text; });
}

bool concerns(const RolloutState& rollout, const ActionState& action) {
  if (!is_watched(action) || names(rollout.except_types, action.type.text)) return false;
  return rollout.types.empty() || names(rollout.types, action.type.text);
}

RolloutUse use_of(State& state, const RolloutState& rollout, const std::string& unit) {
  RolloutUse use;
  use.key = rollout.key.text;
  use.unit = rollout.unit;
  use.unit_id = unit;
  use.bucket = rollout_bucket(rollout.key.text, rollout.salt.text, unit);
  use.percent_bp = rollout.percent_bp;
  use.included = names(rollout.include, unit);
  use.in = use.included || use.bucket < rollout.percent_bp;
  const AssignmentState* const known =
      state.assignments.find(assignment_key(rollout.key.text, unit));
  // A tenant counts anew from each ramp on, which it learns by this.
  const bool outdated = rollout.unit == RolloutUnit::tenant && known != nullptr &&
                        !rollout.stages.empty() && known->at < rollout.stages.back().since;
  use.known = known != nullptr && known->in == use.in && !outdated;
  return use;
}

}  // namespace

std::string assignment_key(std::string_view rollout, std::string_view unit) {
  return std::string(rollout).append("/").append(unit);
}

std::string tenant_rollout_key(std::string_view rollout) {
  return std::string("tenant@").append(rollout);
}

bool is_watched(const ActionState& action) {
  const ActionType* const type = find_action_type(action.type.text);
  return !action.imported && type != nullptr && type->effect == ActionEffect::write;
}

std::vector<RolloutUse> rollout_uses(State& state, const ActionState& action,
                                     const DecisionContext& context) {
  std::vector<RolloutUse> uses;
  for (const RolloutState& rollout : context.deployment_rollouts)
    if (concerns(rollout, action)) uses.push_back(use_of(state, rollout, context.tenant));
  const TenantState* const tenant = state.tenant.find(TenantId());
  if (tenant == nullptr || tenant->rollouts.empty()) return uses;
  for (const Clear& name : std::vector(tenant->rollouts)) {
    const RolloutState* const found = state.rollouts.find(name.text);
    if (found == nullptr || !concerns(*found, action)) continue;
    const RolloutState rollout = *found;
    uses.push_back(use_of(state, rollout, action.ticket.value()));
  }
  return uses;
}

bool let_run(const RolloutState& rollout, const ActionState& action) {
  // What a person agreed to says nothing about what runs alone.
  if (!concerns(rollout, action) || action.approval) return false;
  return rollout.percent_bp > 0 || !rollout.include.empty();
}

std::int64_t* mishaps_in(RolloutStage& stage, Mishap mishap) {
  switch (mishap) {
    case Mishap::error:
      return &stage.errors;
    case Mishap::rollback:
      return &stage.rollbacks;
    case Mishap::reopening:
      return &stage.reopenings;
    case Mishap::low_satisfaction:
      return &stage.low_satisfaction;
  }
  return &stage.errors;
}

std::optional<GuardrailBreached> demanded_stop(const RolloutState& rollout) {
  if (rollout.breached || rollout.stages.empty()) return std::nullopt;
  RolloutStage stage = rollout.stages.back();
  if (rollout.percent_bp == 0 && rollout.include.empty()) return std::nullopt;
  for (const Guardrail& guardrail : rollout.guardrails) {
    const std::int64_t count = *mishaps_in(stage, guardrail.metric);
    // What goes wrong late may have been executed before the stage.
    const std::int64_t executed = std::max(stage.executed, count);
    if (executed < rollout.least || count * 1'000'000 <= guardrail.max_ppm * executed) continue;
    GuardrailBreached breached;
    breached.key = rollout.key;
    breached.metric = guardrail.metric;
    breached.count = count;
    breached.executed = executed;
    breached.max_ppm = guardrail.max_ppm;
    breached.percent_bp = rollout.percent_bp;
    return breached;
  }
  return std::nullopt;
}

}  // namespace recourse
