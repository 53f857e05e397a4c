#include "engine/policy/policy.h"

namespace recourse {
namespace {

constexpr std::int64_t kLargeMinor = 50'000;  // 500.00: from here on two people look at it.
const std::vector<Role> kAnyDecider{Role::operator_, Role::manager, Role::admin};
const std::vector<Role> kMoneyDeciders{Role::manager, Role::admin};

ThresholdRule for_type(const char* rule, const char* type, std::optional<std::int64_t> at_least) {
  return {.rule = rule, .type = type, .at_least_ppm = at_least};
}

ThresholdRule for_category(const char* category) {
  return {.rule = category, .category = category};
}

MatrixRule permit(const char* rule, Reversibility reversibility) {
  MatrixRule made;
  made.rule = rule;
  made.reversibility = reversibility;
  made.effect = MatrixEffect::permit;
  made.quorum = 0;
  return made;
}

MatrixRule approve(const char* rule, const std::vector<Role>& roles, std::int64_t quorum) {
  MatrixRule made;
  made.rule = rule;
  made.roles = roles;
  made.quorum = quorum;
  return made;
}

std::vector<ThresholdRule> thresholds() {
  const ThresholdRule reads{.rule = "reads", .reversibility = Reversibility::R0};
  const ThresholdRule others{.rule = "others", .at_least_ppm = 700'000};
  // Asking and handing over are what an unsure agent should do, so they need no confidence. Money
  // and account changes wait for people whatever the confidence.
  return {for_type("resolve", "AUTO_RESOLVE", 800'000),
          for_type("assign", "ASSIGN_TO_TEAM", 600'000),
          for_type("follow_up", "SCHEDULE_FOLLOWUP", 500'000),
          for_type("clarify", "REQUEST_CLARIFICATION", {}),
          for_type("reply", "send_reply", 600'000),
          for_category("account"),
          for_category("escalation"),
          for_category("financial"),
          for_category("information"),
          for_category("technical"),
          reads,
          others};
}

std::vector<MatrixRule> matrix() {
  std::vector<MatrixRule> rules{permit("reads", Reversibility::R0),
                                permit("own_changes", Reversibility::R1),
                                permit("true_inverse", Reversibility::R2)};
  MatrixRule messages = permit("messages", Reversibility::R3);
  messages.category = "communication";
  rules.push_back(messages);
  MatrixRule account = approve("account_changes", kAnyDecider, 1);
  account.category = "account";
  account.except_types = {"reset_password", "revoke_password_reset"};
  rules.push_back(account);
  MatrixRule money = approve("money", kMoneyDeciders, 1);
  money.category = "financial";
  rules.push_back(money);
  const std::vector<Clear> limited{"USD", "EUR", "GBP"};
  const char* const names[] = {"much_money_usd", "much_money_eur", "much_money_gbp"};
  for (std::size_t i = 0; i < limited.size(); ++i) {
    MatrixRule much = approve(names[i], kMoneyDeciders, 2);
    much.category = "financial";
    much.currency = limited[i];
    much.above_minor = kLargeMinor;
    rules.push_back(much);
  }
  // No limit is set for these, so every amount counts as much.
  MatrixRule unlimited = approve("money_without_limit", kMoneyDeciders, 2);
  unlimited.category = "financial";
  unlimited.except_currencies = limited;
  rules.push_back(unlimited);
  MatrixRule irreversible = approve("irreversible", kAnyDecider, 1);
  irreversible.reversibility = Reversibility::R4;
  rules.push_back(irreversible);
  return rules;
}

LimitRule limit(const char* rule, LimitPer per, Counted counts, std::int64_t max,
                std::int64_t window_s) {
  LimitRule made;
  made.rule = rule;
  made.per = per;
  made.counts = counts;
  made.max = max;
  made.window_s = window_s;
  return made;
}

std::vector<LimitRule> limits() {
  return {limit("agent_actions_minute", LimitPer::agent, Counted::asked, 50, 60),
          limit("autonomous_actions_hour", LimitPer::tenant, Counted::autonomous, 100, 3'600),
          limit("autonomous_actions_day", LimitPer::tenant, Counted::autonomous, 500, 86'400)};
}

}  // namespace

const Policy& default_policy() {
  static const Policy policy = [] {
    Policy made;
    made.thresholds = thresholds();
    made.matrix = matrix();
    made.limits = limits();
    made.breaker = BreakerRule{};
    return made;
  }();
  return policy;
}

}  // namespace recourse
