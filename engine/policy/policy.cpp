#include "engine/policy/policy.h"

#include <simdjson.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "engine/event/clear_names.h"
#include "engine/event/describe.h"
#include "engine/event/parse_json.h"
#include "engine/policy/action_types.h"
#include "engine/policy/money.h"

namespace recourse {
namespace {

Error wrong(const Clear& rule, std::string_view what) {
  return {ErrorCode::invalid, "policy rule " + rule.text + ": " + std::string(what)};
}

bool is_rule_name(std::string_view name) {
  return !name.empty() && name.size() <= 48 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Status check_name(const Clear& rule, std::set<std::string>& names) {
  if (!is_rule_name(rule.text))
    return Error{ErrorCode::invalid, "a policy rule is named by 1 to 48 of a-z, 0-9 and _"};
  if (!names.insert(rule.text).second) return wrong(rule, "its name is used twice");
  return {};
}

Status check_window(const Clear& rule, const HistoryWindow& window) {
  if (window.window_s < 1 || window.window_s > 30 * 86'400)
    return wrong(rule, "window_s is from 1 to 2592000");
  if ((window.what == LimitWhat::money) != window.currency.has_value())
    return wrong(rule, "money has a currency, and nothing else has");
  if (window.currency && !minor_digits(window.currency->text))
    return wrong(rule, "the currency is not one of ISO 4217");
  if (window.types)
    for (const Clear& type : *window.types)
      if (find_action_type(type.text) == nullptr)
        return wrong(rule, "there is no action type " + type.text);
  return {};
}

template <class Rule>
Status check_selector(const Rule& rule, std::set<std::string>& names) {
  RECOURSE_TRY(check_name(rule.rule, names));
  if (rule.type && find_action_type(rule.type->text) == nullptr)
    return wrong(rule.rule, "there is no action type of that name");
  const auto types = action_types();
  if (rule.category && std::none_of(types.begin(), types.end(), [&](const ActionType& type) {
        return type.category == rule.category->text;
      }))
    return wrong(rule.rule, "no action type has that category");
  return {};
}

Status check_voters(const Clear& rule, std::int64_t quorum, const std::vector<Role>& roles) {
  if (quorum < 1 || quorum > 10) return wrong(rule, "a quorum is from 1 to 10");
  if (roles.empty()) return wrong(rule, "an approval needs roles that may vote");
  for (const Role role : roles)
    if (role != Role::operator_ && role != Role::manager && role != Role::admin)
      return wrong(rule, "operators, managers and admins may vote, nobody else");
  return {};
}

Status check(const ThresholdRule& rule, std::set<std::string>& names) {
  RECOURSE_TRY(check_selector(rule, names));
  if (rule.at_least_ppm && (*rule.at_least_ppm < 0 || *rule.at_least_ppm > 1'000'000))
    return wrong(rule.rule, "at_least_ppm is from 0 to 1000000");
  if (rule.below != PolicyOutcome::require_approval && rule.below != PolicyOutcome::deny)
    return wrong(rule.rule, "below is require_approval or deny");
  return {};
}

Status check(const MatrixRule& rule, std::set<std::string>& names) {
  RECOURSE_TRY(check_selector(rule, names));
  for (const Clear& type : rule.except_types)
    if (find_action_type(type.text) == nullptr)
      return wrong(rule.rule, "there is no action type " + type.text);
  const bool bounded = rule.above_minor || rule.up_to_minor;
  if (bounded && !rule.currency) return wrong(rule.rule, "a bound on the amount needs a currency");
  if (rule.currency && !minor_digits(rule.currency->text))
    return wrong(rule.rule, "the currency is not one of ISO 4217");
  for (const Clear& currency : rule.except_currencies)
    if (!minor_digits(currency.text)) return wrong(rule.rule, "no currency " + currency.text);
  if (rule.above_minor.value_or(0) < 0 || rule.up_to_minor.value_or(0) < 0)
    return wrong(rule.rule, "an amount is not negative");
  if (rule.history) {
    RECOURSE_TRY(check_window(rule.rule, *rule.history));
    if (rule.history->above < 0) return wrong(rule.rule, "above is not negative");
  }
  if (rule.effect == MatrixEffect::require_approval)
    RECOURSE_TRY(check_voters(rule.rule, rule.quorum, rule.roles));
  return {};
}

Status check(const LimitRule& rule, std::set<std::string>& names) {
  RECOURSE_TRY(check_name(rule.rule, names));
  RECOURSE_TRY(check_window(rule.rule, rule));
  if (rule.max < 0) return wrong(rule.rule, "max is not negative");
  // One more than are kept, so that a full list is always past the limit.
  if (rule.what == LimitWhat::customers && rule.max > 1'000)
    return wrong(rule.rule, "at most 1000 customers can be told apart");
  return {};
}

Status check(const BreakerRule& rule) {
  const auto wrong_breaker = [](std::string_view what) {
    return Error{ErrorCode::invalid, "policy breaker: " + std::string(what)};
  };
  constexpr std::int64_t kMonth = 30 * 86'400;
  if (rule.window_s < 1 || rule.window_s > kMonth)
    return wrong_breaker("window_s is from 1 to 2592000");
  if (rule.least < 1 || rule.least > 1'000'000) return wrong_breaker("least is from 1 to 1000000");
  if (rule.bad_ppm < 1 || rule.bad_ppm > 1'000'000)
    return wrong_breaker("bad_ppm is from 1 to 1000000");
  if (rule.open_s < 1 || rule.open_s > kMonth) return wrong_breaker("open_s is from 1 to 2592000");
  if (rule.probes < 1 || rule.probes > 10) return wrong_breaker("probes is from 1 to 10");
  if (rule.half_open_s < 1 || rule.half_open_s > kMonth)
    return wrong_breaker("half_open_s is from 1 to 2592000");
  if (rule.stuck_rollbacks && (*rule.stuck_rollbacks < 1 || *rule.stuck_rollbacks > 1'000))
    return wrong_breaker("stuck_rollbacks is from 1 to 1000");
  return {};
}

Status check(const AutonomyRule& rule, std::set<std::string>& names) {
  RECOURSE_TRY(check_selector(rule, names));
  if (rule.agent && (!rule.agent->text.starts_with("agt_") || !is_code(rule.agent->text)))
    return wrong(rule.rule, "an agent is named by its id, agt_...");
  return {};
}

Status check(const EscalationRule& rule, std::set<std::string>& names) {
  RECOURSE_TRY(check_selector(rule, names));
  return check_voters(rule.rule, 1, rule.escalate_to);
}

Status check(const HoldRule& rule, std::set<std::string>& names) {
  RECOURSE_TRY(check_selector(rule, names));
  if (rule.hold_s < 0 || rule.hold_s > 86'400) return wrong(rule.rule, "hold_s is from 0 to 86400");
  return {};
}

Status check_holds(const Policy& policy) {
  if (!policy.holds) return {};
  if (policy.holds->size() > 200)
    return Error{ErrorCode::invalid, "policy: a list has at most 200 rules"};
  std::set<std::string> names;
  for (const HoldRule& rule : *policy.holds) RECOURSE_TRY(check(rule, names));
  return {};
}

Status check_service(const Policy& policy) {
  if (policy.followup) RECOURSE_TRY(check(*policy.followup));
  if (policy.closing) RECOURSE_TRY(check(*policy.closing));
  std::set<std::string> calendars, names;
  if (policy.calendars) {
    if (policy.calendars->size() > 32)
      return Error{ErrorCode::invalid, "policy: there are at most 32 calendars"};
    for (const CalendarRule& rule : *policy.calendars) {
      RECOURSE_TRY(check_name(rule.rule, calendars));
      RECOURSE_TRY(check(rule));
    }
  }
  if (!policy.sla) return {};
  if (policy.sla->size() > 100)
    return Error{ErrorCode::invalid, "policy: there are at most 100 rules about clocks"};
  for (const SlaRule& rule : *policy.sla) {
    RECOURSE_TRY(check_name(rule.rule, names));
    RECOURSE_TRY(check(rule));
    if (rule.calendar && !calendars.contains(rule.calendar->text))
      return wrong(rule.rule, "there is no calendar " + rule.calendar->text);
  }
  return {};
}

Status check(const Policy& policy) {
  if (policy.breaker) RECOURSE_TRY(check(*policy.breaker));
  if (!minor_digits(policy.currency.text))
    return Error{ErrorCode::invalid, "policy: the currency is not one of ISO 4217"};
  if (policy.approval_ttl_s < 60 || policy.approval_ttl_s > 30 * 86'400)
    return Error{ErrorCode::invalid, "policy: approval_ttl_s is from 60 to 2592000"};
  if (policy.followup_after_s < 0 || policy.followup_after_s > 90 * 86'400)
    return Error{ErrorCode::invalid, "policy: followup_after_s is from 0 to 7776000"};
  RECOURSE_TRY(
      check_voters("low_confidence", policy.low_confidence_quorum, policy.low_confidence_roles));
  if (policy.thresholds.size() > 200 || policy.matrix.size() > 200)
    return Error{ErrorCode::invalid, "policy: a list has at most 200 rules"};
  std::set<std::string> names;
  for (const ThresholdRule& rule : policy.thresholds) RECOURSE_TRY(check(rule, names));
  names.clear();
  for (const MatrixRule& rule : policy.matrix) RECOURSE_TRY(check(rule, names));
  names.clear();
  if (policy.all_limits().size() > 32)
    return Error{ErrorCode::invalid, "policy: there are at most 32 limits"};
  for (const LimitRule& rule : policy.all_limits()) RECOURSE_TRY(check(rule, names));
  names.clear();
  if (policy.autonomy && policy.autonomy->size() > 200)
    return Error{ErrorCode::invalid, "policy: a list has at most 200 rules"};
  if (policy.autonomy)
    for (const AutonomyRule& rule : *policy.autonomy) RECOURSE_TRY(check(rule, names));
  names.clear();
  if (policy.escalations && policy.escalations->size() > 200)
    return Error{ErrorCode::invalid, "policy: a list has at most 200 rules"};
  if (policy.escalations)
    for (const EscalationRule& rule : *policy.escalations) RECOURSE_TRY(check(rule, names));
  RECOURSE_TRY(check_holds(policy));
  return check_service(policy);
}

}  // namespace

std::string policy_json(const Policy& policy) { return to_json(policy); }

Result<Policy> parse_policy(std::string_view text) {
  RECOURSE_LET(const std::string canonical, canonicalise(text));
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  if (parser.parse(canonical).get(json))
    return Error{ErrorCode::invalid, "a policy is one JSON object"};
  Policy policy;
  std::string_view where;
  if (!read_json(json, policy, where))
    return Error{ErrorCode::invalid, "policy: missing, unknown or ill-typed: " +
                                         std::string(where.empty() ? "an object" : where)};
  RECOURSE_TRY(check(policy));
  return policy;
}

Status check_zones(const Policy& policy) {
  if (policy.followup) RECOURSE_TRY(check_zone("followup", policy.followup->zone));
  if (policy.calendars)
    for (const CalendarRule& rule : *policy.calendars)
      RECOURSE_TRY(check_zone("rule " + rule.rule.text, rule.zone));
  return {};
}

std::shared_ptr<const Policy> remembered_policy(std::string_view text) {
  constexpr std::size_t kRemembered = 64;
  thread_local std::unordered_map<std::string, std::shared_ptr<const Policy>> remembered;
  // Comparing a text is much cheaper than hashing it, and one tenant's is often asked for in a row.
  thread_local std::pair<std::string, std::shared_ptr<const Policy>> latest;
  if (latest.second != nullptr && latest.first == text) return latest.second;
  const std::string key(text);
  if (const auto found = remembered.find(key); found != remembered.end()) {
    latest = *found;
    return found->second;
  }
  auto parsed = parse_policy(text);
  if (!parsed) return nullptr;
  if (remembered.size() >= kRemembered) remembered.clear();
  return remembered[key] = std::make_shared<const Policy>(std::move(*parsed));
}

}  // namespace recourse
