#include <algorithm>

#include "engine/decision/decisions.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

TenantState tenant_state(State& state) {
  const TenantState* tenant = state.tenant.find(TenantId());
  return tenant != nullptr ? *tenant : TenantState{};
}

Status check_scope(const std::string& scope) {
  const bool principal =
      (scope.starts_with("agt_") || scope.starts_with("usr_") || scope.starts_with("sys_")) &&
      is_code(scope);
  const bool known = scope == "deployment" || scope == "tenant" || principal;
  if (known || find_action_type(scope) != nullptr) return {};
  return invalid("scope is deployment, tenant, a principal's id or the name of an action type");
}

bool engaged(const TenantState& tenant, const std::string& scope) {
  const auto& scopes = tenant.killed_scopes;
  return std::find(scopes.begin(), scopes.end(), Clear(scope)) != scopes.end();
}

}  // namespace

Decision engage_killswitch(State& state, const EngageKillswitch& command,
                           const DecisionContext& context) {
  RECOURSE_TRY(check_scope(command.scope));
  if (engaged(tenant_state(state), command.scope))
    return conflict("the kill switch is engaged already");
  Draft draft{state, context, {}};
  KillswitchEngaged event{command.scope, draft.seal_given(command.reason)};
  // The deployment's own ledger knows of no effect.
  if (command.scope != "deployment") {
    const HeldState* const held = state.held.find(command.scope);
    event.held_effects = held != nullptr ? held->effects : 0;
  }
  draft.add("ctl_killswitch", std::move(event));
  return std::move(draft.events);
}

Decision release_killswitch(State& state, const ReleaseKillswitch& command,
                            const DecisionContext& context) {
  RECOURSE_TRY(check_scope(command.scope));
  if (!engaged(tenant_state(state), command.scope))
    return conflict("the kill switch is not engaged");
  Draft draft{state, context, {}};
  draft.add("ctl_killswitch", KillswitchReleased{command.scope, draft.seal_given(command.reason)});
  return std::move(draft.events);
}

}  // namespace recourse
