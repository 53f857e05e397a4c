#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/decision/decisions.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxPolicyBytes = 48 * 1024;

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

/// pol_<name>@<version>: a version is never activated with another text.
Result<std::string> policy_stream(const std::string& name) {
  const auto at = name.find('@');
  const bool shaped = name.starts_with("pol_") && at != std::string::npos && at > 4 &&
                      at + 1 < name.size() && name.size() <= 64 && is_code(name.substr(0, at)) &&
                      name.find_first_not_of("0123456789", at + 1) == std::string::npos;
  if (!shaped) return invalid("a policy is named pol_<name>@<version>");
  return name.substr(0, at);
}

}  // namespace

Decision engage_killswitch(State& state, const EngageKillswitch& command,
                           const DecisionContext& context) {
  RECOURSE_TRY(check_scope(command.scope));
  if (engaged(tenant_state(state), command.scope))
    return conflict("the kill switch is engaged already");
  Draft draft{state, context, {}};
  draft.add("ctl_killswitch", KillswitchEngaged{command.scope, draft.seal_given(command.reason)});
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

Decision activate_policy(State& state, const ActivatePolicy& command,
                         const DecisionContext& context) {
  RECOURSE_LET(const std::string stream, policy_stream(command.policy));
  RECOURSE_LET(const Policy policy, parse_policy(command.text));
  const std::string text = policy_json(policy);
  if (text.size() > kMaxPolicyBytes)
    return Error{ErrorCode::too_large, "a policy has at most 48 KiB"};
  const TenantState tenant = tenant_state(state);
  if (tenant.policy.text == command.policy)
    return conflict(tenant.policy_text.text == text
                        ? "this policy is active already"
                        : "this version is active with another text: give it a new version");
  PolicyActivated activated;
  activated.policy = command.policy;
  activated.digest = sha256(text);
  activated.text = text;
  activated.manifest_digest = manifest_digest();
  Draft draft{state, context, {}};
  draft.add(stream, std::move(activated));
  return std::move(draft.events);
}

}  // namespace recourse
