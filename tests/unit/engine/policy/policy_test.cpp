#include "engine/policy/policy.h"

#include <doctest/doctest.h>

#include "engine/event/canonical_json.h"

namespace recourse {
namespace {

/// The message of the error, or nothing when the text is accepted.
std::string fault(const Policy& policy) {
  const auto parsed = parse_policy(policy_json(policy));
  return parsed ? "" : parsed.error().message;
}

bool mentions(const std::string& message, std::string_view what) {
  return message.find(what) != std::string::npos;
}

TEST_CASE("the default policy is canonical, and reads back as itself") {
  const std::string text = policy_json(default_policy());
  CHECK(is_canonical(text));
  const auto parsed = parse_policy(text);
  REQUIRE(parsed);
  CHECK(policy_json(*parsed) == text);
}

TEST_CASE("members may stand in any order and white space does not count") {
  const std::string text = policy_json(Policy{});
  const std::string moved = "{ \"thresholds\": [], " + text.substr(1);
  std::string loose = moved.substr(0, moved.rfind(",\"thresholds\":[]")) + " }";
  const auto parsed = parse_policy(loose);
  REQUIRE_MESSAGE(parsed, loose);
  CHECK(policy_json(*parsed) == text);
}

TEST_CASE("a policy that nobody meant is refused with the rule's name") {
  Policy policy = default_policy();
  policy.matrix[0].type = "proces_refund";
  CHECK(mentions(fault(policy), "rule reads: there is no action type"));

  policy = default_policy();
  policy.matrix[1].up_to_minor = 100;
  CHECK(mentions(fault(policy), "rule own_changes: a bound on the amount needs a currency"));

  policy = default_policy();
  policy.matrix[1].rule = policy.matrix[0].rule;
  CHECK(mentions(fault(policy), "used twice"));

  policy = default_policy();
  policy.matrix[4].roles = {Role::agent};
  CHECK(mentions(fault(policy), "may vote, nobody else"));
  policy.matrix[4].roles.clear();
  CHECK(mentions(fault(policy), "needs roles"));

  policy = default_policy();
  policy.thresholds[0].at_least_ppm = 1'000'001;
  CHECK(mentions(fault(policy), "from 0 to 1000000"));

  policy = default_policy();
  policy.thresholds[0].below = PolicyOutcome::allow;
  CHECK(mentions(fault(policy), "below is"));

  policy = default_policy();
  policy.currency = "usd";
  CHECK(mentions(fault(policy), "ISO 4217"));

  policy = default_policy();
  policy.approval_ttl_s = 0;
  CHECK(mentions(fault(policy), "approval_ttl_s"));
}

TEST_CASE("a member that the policy does not have, or lacks, is refused") {
  CHECK_FALSE(parse_policy("{}"));
  CHECK_FALSE(parse_policy("[]"));
  CHECK_FALSE(parse_policy("not json"));
  std::string text = policy_json(Policy{});
  text.insert(text.size() - 1, ",\"unknown\":1");
  const auto parsed = parse_policy(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::invalid);
}

TEST_CASE("a remembered policy is the parsed one, and a bad text has none") {
  const std::string text = policy_json(default_policy());
  const auto first = remembered_policy(text);
  REQUIRE(first != nullptr);
  CHECK(remembered_policy(text) == first);
  CHECK(remembered_policy("{}") == nullptr);
}

TEST_CASE("a limit that nobody meant is refused with its name") {
  const auto fault_of = [](auto&& change) {
    Policy policy = default_policy();
    change(policy.limits->front());
    return fault(policy);
  };
  CHECK(fault_of([](LimitRule&) {}).empty());
  CHECK(mentions(fault_of([](LimitRule& limit) { limit.window_s = 0; }),
                 "rule agent_actions_minute: window_s is from 1 to 2592000"));
  CHECK(mentions(fault_of([](LimitRule& limit) { limit.max = -1; }), "max is not negative"));
  CHECK(mentions(fault_of([](LimitRule& limit) { limit.what = LimitWhat::money; }),
                 "money has a currency"));
  CHECK(
      mentions(fault_of([](LimitRule& limit) { limit.currency = "USD"; }), "money has a currency"));
  CHECK(mentions(fault_of([](LimitRule& limit) { limit.types = {Clear("nothing")}; }),
                 "there is no action type nothing"));
  CHECK(mentions(fault_of([](LimitRule& limit) { limit.rule = "autonomous_actions_day"; }),
                 "used twice"));
  CHECK(mentions(fault_of([](LimitRule& limit) {
                   limit.what = LimitWhat::customers;
                   limit.max = 1'001;
                 }),
                 "at most 1000 customers"));
}

TEST_CASE("a policy of before there were limits has none") {
  Policy policy = default_policy();
  policy.limits.reset();
  const std::string text = policy_json(policy);
  CHECK(text.find("limits") == std::string::npos);
  const auto parsed = parse_policy(text);
  REQUIRE(parsed);
  CHECK(parsed->all_limits().empty());
}

TEST_CASE("a breaker without sense is refused, and the default one is kept as it is") {
  CHECK(default_policy().breaker == BreakerRule{});
  const auto refused = [](auto change) {
    Policy policy = default_policy();
    change(*policy.breaker);
    const auto read = parse_policy(policy_json(policy));
    return !read && read.error().message.find("policy breaker: ") == 0;
  };
  CHECK(refused([](BreakerRule& rule) { rule.window_s = 0; }));
  CHECK(refused([](BreakerRule& rule) { rule.least = 0; }));
  CHECK(refused([](BreakerRule& rule) { rule.bad_ppm = 1'010'000; }));
  CHECK(refused([](BreakerRule& rule) { rule.open_s = 0; }));
  CHECK(refused([](BreakerRule& rule) { rule.probes = 11; }));
  CHECK(refused([](BreakerRule& rule) { rule.half_open_s = 0; }));
  Policy none = default_policy();
  none.breaker.reset();
  CHECK_FALSE(parse_policy(policy_json(none))->breaker);
}

}  // namespace
}  // namespace recourse
