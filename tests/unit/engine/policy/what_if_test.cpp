#include "engine/policy/what_if.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace recourse {
namespace {

const WhatIf* find(const std::vector<WhatIf>& all, std::string_view change) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const WhatIf& one) { return one.change.text == change; });
  return found != all.end() ? &*found : nullptr;
}

Facts resolving(std::int64_t confidence) {
  Facts facts;
  facts.type = find_action_type("AUTO_RESOLVE");
  facts.confidence_ppm = confidence;
  return facts;
}

TEST_CASE("the confidence at which a verdict turns is told, from either side") {
  const auto below = what_if(default_policy(), resolving(700'000));
  REQUIRE(find(below, "confidence_ppm") != nullptr);
  CHECK(find(below, "confidence_ppm")->to.text == "800000");
  CHECK(find(below, "confidence_ppm")->outcome == PolicyOutcome::allow);
  CHECK(find(below, "approvals")->outcome == PolicyOutcome::allow);
  const auto above = what_if(default_policy(), resolving(900'000));
  CHECK(find(above, "confidence_ppm")->to.text == "799999");
  CHECK(find(above, "confidence_ppm")->outcome == PolicyOutcome::require_approval);
}

TEST_CASE("with two obstacles no single change helps, and that both have to go is told") {
  Facts facts = resolving(900'000);
  facts.killed_scopes = {"tenant"};
  facts.automation = Automation::suspended;
  const auto all = what_if(default_policy(), facts);
  CHECK(find(all, "kill_switch") == nullptr);
  CHECK(find(all, "automation") == nullptr);
  REQUIRE(find(all, "all obstacles in the facts") != nullptr);
  CHECK(find(all, "all obstacles in the facts")->outcome == PolicyOutcome::allow);
}

TEST_CASE("a limit tells how much less there would have to be") {
  Facts facts = resolving(900'000);
  facts.limits = {{true, false, 50, 1, 7, false}, {}, {}};
  const auto all = what_if(default_policy(), facts);
  REQUIRE(find(all, "limit.agent_actions_minute.used") != nullptr);
  CHECK(find(all, "limit.agent_actions_minute.used")->from.text == "50");
  CHECK(find(all, "limit.agent_actions_minute.used")->to.text == "49");
}

TEST_CASE("a rule without which the verdict were another is named") {
  Policy policy = default_policy();
  MatrixRule never;
  never.rule = "never";
  never.type = "AUTO_RESOLVE";
  never.effect = MatrixEffect::forbid;
  policy.matrix.push_back(never);
  const auto all = what_if(policy, resolving(900'000));
  REQUIRE(find(all, "matrix.never") != nullptr);
  CHECK(find(all, "matrix.never")->outcome == PolicyOutcome::allow);
}

TEST_CASE("everything that is told turns the verdict indeed") {
  for (const ActionType& type : action_types())
    for (const std::int64_t amount : {1LL, 50'000LL, 50'001LL}) {
      Facts facts;
      facts.type = &type;
      facts.confidence_ppm = 650'000;
      facts.amount_minor = amount;
      facts.currency = "USD";
      const PolicyOutcome outcome = judge(default_policy(), facts).outcome;
      for (const WhatIf& other : what_if(default_policy(), facts)) CHECK(other.outcome != outcome);
    }
}

TEST_CASE("what changes something without a way back can be forbidden at once") {
  Policy policy = default_policy();
  MatrixRule rule;
  rule.rule = "no_way_back";
  rule.has_inverse = false;
  rule.effect = MatrixEffect::forbid;
  policy.matrix = {rule, policy.matrix.front()};
  for (const ActionType& type : action_types()) {
    CAPTURE(type.name);
    Facts facts;
    facts.type = &type;
    const Verdict verdict = judge(policy, facts);
    const bool forbidden =
        std::any_of(verdict.rules.begin(), verdict.rules.end(), [](const RuleResult& result) {
          return result.rule.text == "matrix.no_way_back" && result.result.text == "matched";
        });
    CHECK(forbidden == (type.effect == ActionEffect::write && type.inverse == "none"));
  }
}

}  // namespace
}  // namespace recourse
