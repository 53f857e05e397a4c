#include "tools/cli/autonomy_limits.h"

#include <charconv>

#include "engine/decision/facts.h"
#include "engine/event/limits.h"
#include "tools/cli/shared_flags.h"

namespace recourse::cli {
namespace {

Result<std::optional<std::int64_t>> count_in(const char* variable) {
  const std::string text = from_environment(variable);
  if (text.empty()) return std::optional<std::int64_t>();
  std::int64_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (fault != std::errc() || end != text.data() + text.size() || count < 0 ||
      count > kMaxSafeInteger)
    return Error{ErrorCode::invalid,
                 std::string(variable) + " is a number of actions, such as 500, not " + text};
  return std::optional(count);
}

bool set(Policy& policy, std::string_view rule, const std::optional<std::int64_t>& max) {
  if (!max || !policy.limits) return false;
  for (LimitRule& limit : *policy.limits) {
    if (limit.rule.text != rule || limit.max == *max) continue;
    limit.max = *max;
    return true;
  }
  return false;
}

/// The next version of the default policy that is free, or one that has this text already.
std::string version_for(State& state, const std::string& text) {
  for (std::int64_t version = 2;; ++version) {
    std::string name = "pol_default@" + std::to_string(version);
    const PolicyState* const taken = state.policies.find(name);
    if (taken == nullptr || (taken->text.text == text && !taken->retired)) return name;
  }
}

}  // namespace

Result<AutonomyLimits> autonomy_limits_in_environment() {
  AutonomyLimits limits;
  RECOURSE_LET(limits.per_hour, count_in("MAX_AUTONOMOUS_ACTIONS_PER_HOUR"));
  RECOURSE_LET(limits.per_day, count_in("MAX_AUTONOMOUS_ACTIONS_PER_DAY"));
  return limits;
}

Status apply_autonomy_limits(Writer& writer, const AutonomyLimits& limits) {
  if (!limits.per_hour && !limits.per_day) return {};
  WriteRequest request;
  request.tenant = TenantId("default");
  request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  request.decide = [&](DecisionStep& step) -> Result<std::vector<NewEvent>> {
    const PolicyInForce in_force = policy_in_force(step.state);
    if (!in_force.name.starts_with("pol_default@")) return std::vector<NewEvent>();
    Policy policy = *in_force.policy;
    const bool hour = set(policy, "autonomous_actions_hour", limits.per_hour);
    const bool day = set(policy, "autonomous_actions_day", limits.per_day);
    if (!hour && !day) return std::vector<NewEvent>();
    const std::string text = policy_json(policy);
    return decide(step.state, ActivatePolicy{version_for(step.state, text), text}, step.context);
  };
  const auto done = writer.handle(std::move(request));
  return done ? Status() : Status(done.error());
}

}  // namespace recourse::cli
