#include "engine/decision/facts.h"

#include "engine/decision/breaker.h"
#include "engine/decision/experiments.h"
#include "engine/decision/rollouts.h"
#include "engine/decision/windows.h"

namespace recourse {
namespace {

Policy everything_denied() {
  Policy policy;
  policy.autonomy_enabled = false;
  return policy;
}

std::int64_t granted_votes(State& state, const ActionState& action, Timestamp now) {
  if (!action.approval) return 0;
  const ApprovalState* approval = state.approvals.find(*action.approval);
  if (approval == nullptr) return 0;
  // What a provider turned away without doing anything is still the one dispatch that was agreed
  // to.
  const bool again = approval->status == ApprovalStatus::consumed &&
                     action.status == ActionStatus::held && action.attempts > 0 &&
                     now < approval->expires_at;
  if (approval->status != ApprovalStatus::granted && !again) return 0;
  if (approval->args_commitment != action.args_commitment) return 0;
  std::int64_t votes = 0;
  for (const VoteState& vote : approval->votes) votes += vote.vote == Vote::approve ? 1 : 0;
  return votes;
}

std::vector<Clear> killed_scopes(State& state, const DecisionContext& context) {
  const TenantState* tenant = state.tenant.find(TenantId());
  std::vector<Clear> scopes = tenant != nullptr ? tenant->killed_scopes : std::vector<Clear>();
  if (context.deployment_stopped) scopes.insert(scopes.begin(), Clear("deployment"));
  return scopes;
}

}  // namespace

PolicyInForce policy_in_force(State& state) {
  static const auto kDefault = std::make_shared<const Policy>(default_policy());
  static const auto kNothing = std::make_shared<const Policy>(everything_denied());
  const TenantState* tenant = state.tenant.find(TenantId());
  if (tenant == nullptr || tenant->policy_text.text.empty())
    return {std::string(kDefaultPolicyName), kDefault};
  auto read = remembered_policy(tenant->policy_text.text);
  return {tenant->policy.text, read != nullptr ? std::move(read) : kNothing};
}

std::optional<PolicyInForce> policy_in_shadow(State& state) {
  const TenantState* tenant = state.tenant.find(TenantId());
  if (tenant == nullptr || !tenant->shadow_text) return std::nullopt;
  auto read = remembered_policy(tenant->shadow_text->text);
  if (read == nullptr) return std::nullopt;
  return PolicyInForce{tenant->shadow_policy->text, std::move(read)};
}

std::optional<std::string> stopped_by(State& state, const ActionState& action,
                                      const DecisionContext& context) {
  const std::vector<Clear> scopes = killed_scopes(state, context);
  const Clear* found = killing_scope(scopes, action.type.text, action.proposer.value());
  return found != nullptr ? std::optional(found->text) : std::nullopt;
}

Facts facts_of(State& state, const ActionState& action, const Json* args, const Policy& policy,
               const DecisionContext& context) {
  Facts facts;
  facts.type = find_action_type(action.type.text);
  facts.confidence_ppm = action.confidence_ppm;
  facts.amount_minor = action.amount_minor;
  if (action.currency) facts.currency = action.currency->text;
  if (facts.type != nullptr && args != nullptr)
    facts.schema_faults = check_args(*facts.type, *args, policy.currency.text).faults;
  facts.killed_scopes = killed_scopes(state, context);
  facts.proposer = action.proposer.value();
  facts.machine = action.proposer_type == ActorType::agent;
  if (const TicketState* ticket = state.tickets.find(action.ticket)) {
    facts.ticket_status = ticket->status;
    facts.automation = ticket->automation;
    facts.customer_wrote_since =
        action.proposed_at >= 0 && ticket->last_customer_message > action.proposed_at;
  }
  facts.approvals = granted_votes(state, action, context.now);
  facts.imported = action.imported;
  add_window_facts(state, action, policy, context.now, facts);
  facts.breaker = breaker_use(state, action, policy, context.now);
  facts.rollouts = rollout_uses(state, action, context);
  if (!action.imported) facts.experiment = experiment_use(state, action, policy, facts.rollouts);
  return facts;
}

namespace {

std::optional<std::vector<Clear>> exhausted_limits(const std::vector<RuleResult>& rules) {
  std::optional<std::vector<Clear>> names;
  for (const RuleResult& rule : rules) {
    if (rule.effect.text != "forbid" || rule.result.text == "not_matched") continue;
    if (!rule.rule.text.starts_with(kLimitPrefix)) continue;
    if (!names) names.emplace();
    names->emplace_back(rule.rule.text.substr(kLimitPrefix.size()));
  }
  return names;
}

}  // namespace

PolicyDecided policy_decided(const Verdict& verdict, const ActionState& action,
                             std::string_view policy, std::string_view at, std::string decision) {
  PolicyDecided decided;
  decided.action = action.action;
  decided.ticket = action.ticket;
  decided.decision = std::move(decision);
  decided.outcome = verdict.outcome;
  if (verdict.problem) decided.problem = *verdict.problem;
  decided.policy = policy;
  decided.at = at;
  decided.rules = verdict.rules;
  decided.exhausted_limits = exhausted_limits(verdict.rules);
  decided.required_approvals = verdict.quorum;
  for (const Role role : verdict.roles) decided.approver_roles.emplace_back(word(role));
  decided.shadow = action.imported;
  return decided;
}

}  // namespace recourse
