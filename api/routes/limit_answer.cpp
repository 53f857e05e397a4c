#include "api/routes/limit_answer.h"

#include <algorithm>
#include <charconv>

#include "api/http/throttle.h"
#include "api/routes/write.h"
#include "engine/policy/judge.h"

namespace recourse::routes {
namespace {

/// A limit that the action met, as the decision recorded it.
struct Met {
  std::string name;
  std::int64_t used = 0, max = 0, window_s = 0, retry_after_s = 0;
};

std::int64_t input_of(const RuleResult& rule, std::string_view name) {
  std::int64_t number = 0;
  for (const RuleInput& input : rule.inputs) {
    const std::string& text = input.value.text;
    if (input.name.text == name) std::from_chars(text.data(), text.data() + text.size(), number);
  }
  return number;
}

std::vector<Met> limits_met(const PolicyDecided& decided) {
  std::vector<Met> met;
  for (const RuleResult& rule : decided.rules) {
    const bool denied = rule.effect.text == "forbid" && rule.result.text != "not_matched";
    if (!denied || !rule.rule.text.starts_with(kLimitPrefix)) continue;
    met.push_back({rule.rule.text.substr(kLimitPrefix.size()), input_of(rule, "used"),
                   input_of(rule, "max"), input_of(rule, "window_s"),
                   input_of(rule, "retry_after_s")});
  }
  return met;
}

void describe(const Met& limit, http::Response& response) {
  if (limit.max == 0) return;  // Nothing is ever let through, which is no rate.
  http::Throttle::Verdict verdict;
  verdict.remaining = static_cast<std::uint64_t>(std::max<std::int64_t>(limit.max - limit.used, 0));
  verdict.until_full = std::chrono::seconds(limit.retry_after_s);
  http::describe_limit(
      limit.name, {static_cast<std::uint64_t>(limit.max), std::chrono::seconds(limit.window_s)},
      verdict, response);
}

}  // namespace

std::optional<http::Response> limit_answer(const Committed& committed,
                                           std::vector<http::Member> members) {
  const auto* const decided = find_event<PolicyDecided>(committed);
  if (decided == nullptr || decided->outcome != PolicyOutcome::deny || !decided->problem ||
      !decided->problem->text.starts_with(kLimitPrefix))
    return std::nullopt;
  const std::vector<Met> met = limits_met(*decided);
  std::int64_t wait_s = 0;
  bool never = false;
  std::string names;
  for (const Met& limit : met) {
    wait_s = std::max(wait_s, limit.retry_after_s);
    never = never || limit.retry_after_s == 0;
    names += (names.empty() ? "" : ",") + http::json_string(limit.name);
  }
  members.emplace_back("violated-policies", '[' + names + ']');
  members.emplace_back("action", http::json_string(decided->action.value()));
  members.emplace_back("decision", http::json_string(decided->decision.text));
  members.emplace_back("problem", http::json_string(decided->problem->text));
  members.emplace_back("receipt", receipt_json(committed));
  const std::string detail =
      "past the limit " + decided->problem->text.substr(kLimitPrefix.size()) +
      (never ? "; the limit is too low for this action"
             : "; expected available in " + std::to_string(wait_s) + " seconds");
  http::Response response = http::problem(429, "quota-exceeded", "Too many actions", detail,
                                          http::Outcome::rejected, members);
  for (const Met& limit : met) describe(limit, response);
  if (!never) response.headers.set("Retry-After", std::to_string(wait_s));
  return response;
}

}  // namespace recourse::routes
