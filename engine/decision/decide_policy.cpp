#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/decision/decisions.h"
#include "engine/decision/facts.h"
#include "engine/decision/windows.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxPolicyBytes = 48 * 1024;

/// pol_<name>@<version>: a version is never given another text.
Result<std::string> policy_stream(const std::string& name) {
  const auto at = name.find('@');
  const bool shaped = name.starts_with("pol_") && at != std::string::npos && at > 4 &&
                      at + 1 < name.size() && name.size() <= 64 && is_code(name.substr(0, at)) &&
                      name.find_first_not_of("0123456789", at + 1) == std::string::npos;
  if (!shaped) return invalid("a policy is named pol_<name>@<version>");
  return name.substr(0, at);
}

/// The canonical text, once it has been understood.
Result<std::string> policy_text(const std::string& text) {
  RECOURSE_LET(const Policy policy, parse_policy(text));
  RECOURSE_TRY(check_zones(policy));
  std::string canonical = policy_json(policy);
  if (canonical.size() > kMaxPolicyBytes)
    return Error{ErrorCode::too_large, "a policy has at most 48 KiB"};
  return canonical;
}

Error other_text() {
  return conflict("this version has another text already: give it a new version");
}

struct Standing {
  Clear in_force;
  std::optional<Clear> in_shadow;
};

Standing standing(State& state) {
  const TenantState* tenant = state.tenant.find(TenantId());
  return tenant != nullptr ? Standing{tenant->policy, tenant->shadow_policy} : Standing{};
}

/// What is to be activated: the draft, or a text that nobody drafted.
Result<PolicyState> candidate(State& state, const ActivatePolicy& command,
                              const DecisionContext& context) {
  const PolicyState* found = state.policies.find(command.policy);
  if (found != nullptr && found->retired)
    return conflict("the policy was retired: draft it as a new version");
  if (command.text.empty()) {
    if (found == nullptr) return not_found("policy", command.policy);
    // The manifest may have changed since.
    RECOURSE_TRY(policy_text(found->text.text));
    return *found;
  }
  RECOURSE_LET(const std::string text, policy_text(command.text));
  if (found != nullptr && found->text.text != text) return other_text();
  if (found != nullptr) return *found;
  PolicyState fresh;
  fresh.policy = command.policy;
  fresh.text = text;
  fresh.digest = sha256(text);
  if (context.principal.kind == ActorType::human) fresh.drafted_by = context.principal.id;
  return fresh;
}

}  // namespace

Decision draft_policy(State& state, const DraftPolicy& command, const DecisionContext& context) {
  RECOURSE_LET(const std::string stream, policy_stream(command.policy));
  RECOURSE_LET(std::string text, policy_text(command.text));
  if (const PolicyState* found = state.policies.find(command.policy))
    return found->text.text == text ? conflict("this version is drafted already") : other_text();
  Draft draft{state, context, {}};
  PolicyDrafted drafted;
  drafted.policy = command.policy;
  drafted.digest = sha256(text);
  drafted.text = std::move(text);
  draft.add(stream, std::move(drafted));
  return std::move(draft.events);
}

Decision activate_policy(State& state, const ActivatePolicy& command,
                         const DecisionContext& context) {
  RECOURSE_LET(const std::string stream, policy_stream(command.policy));
  RECOURSE_LET(const PolicyState policy, candidate(state, command, context));
  const Standing now = standing(state);
  const bool shadow = command.mode == PolicyMode::shadow;
  if (now.in_force.text == command.policy)
    return conflict(shadow ? "this policy is in force: it needs no trial"
                           : "this policy is active already");
  if (shadow && now.in_shadow && now.in_shadow->text == command.policy)
    return conflict("this policy is in shadow already");

  Draft draft{state, context, {}};
  const Principal& by = context.principal;
  // In shadow it decides nothing, so that one person may try it out.
  if (by.kind == ActorType::human && !shadow) {
    const bool own = policy.drafted_by && *policy.drafted_by == by.id;
    if (own && context.admins > 1)
      return Error{ErrorCode::forbidden,
                   "who drafted a policy does not activate it: ask another administrator"};
    if (!own && !policy.backtest)
      return conflict("the policy has no backtest yet: see what it would have changed first");
    if (own) draft.add(stream, BypassGranted{"own_policy", by.id, "single_admin", {}, {}});
  }
  PolicyActivated activated;
  activated.policy = command.policy;
  activated.mode = command.mode;
  activated.digest = policy.digest;
  activated.text = policy.text;
  activated.manifest_digest = manifest_digest();
  activated.drafted_by = policy.drafted_by;
  activated.backtest = policy.backtest;
  draft.add(stream, std::move(activated));
  return std::move(draft.events);
}

Decision retire_policy(State& state, const RetirePolicy& command, const DecisionContext& context) {
  RECOURSE_LET(const std::string stream, policy_stream(command.policy));
  const PolicyState* found = state.policies.find(command.policy);
  if (found == nullptr) return not_found("policy", command.policy);
  if (standing(state).in_force.text == command.policy)
    return conflict("this policy is in force: activate another one instead");
  if (found->retired) return conflict("the policy is retired already");
  Draft draft{state, context, {}};
  draft.add(stream, PolicyRetired{command.policy, draft.seal_given(command.reason)});
  return std::move(draft.events);
}

Decision revert_policy(State& state, const RevertPolicy& command, const DecisionContext& context) {
  RECOURSE_LET(const std::string stream, policy_stream(command.policy));
  if (!command.reason || command.reason->empty()) return invalid("reason: say why");
  const TenantState* const tenant = state.tenant.find(TenantId());
  if (tenant == nullptr || tenant->policy.text != command.policy)
    return conflict("this policy is not in force");
  // Not to one that somebody has taken back since.
  const PolicyState* found = nullptr;
  const std::vector<Clear> earlier = tenant->earlier_policies;
  for (auto name = earlier.rbegin(); name != earlier.rend() && found == nullptr; ++name) {
    found = state.policies.find(name->text);
    if (found != nullptr && found->retired) found = nullptr;
  }
  if (found == nullptr) return conflict("no policy was in force before this one");
  PolicyReverted reverted;
  reverted.from = command.policy;
  reverted.to = found->policy;
  reverted.digest = found->digest;
  // The manifest may have changed since: what nobody can read would deny everything.
  RECOURSE_TRY(policy_text(std::string(found->text.text)));
  reverted.manifest_digest = manifest_digest();
  Draft draft{state, context, {}};
  reverted.reason = draft.seal(*command.reason);
  draft.add(stream, std::move(reverted));
  return std::move(draft.events);
}

void judge_in_shadow(Draft& draft, const ActionState& action, const Facts& facts) {
  const auto shadow = policy_in_shadow(draft.state);
  if (!shadow) return;
  const DecisionContext& context = draft.context;
  Facts own = facts;
  own.experiment.reset();  // It is about the policy in force.
  own.limits.clear();
  own.history.clear();
  add_window_facts(draft.state, action, *shadow->policy, context.now, own);
  PolicyDecided decided = policy_decided(judge(*shadow->policy, own), action, shadow->name,
                                         "propose", make_ulid("dec_", context.now, context.random));
  decided.shadow = true;
  draft.add(action.action.value(), std::move(decided));
}

}  // namespace recourse
