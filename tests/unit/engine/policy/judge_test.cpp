#include "engine/policy/judge.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace recourse {
namespace {

Facts facts_for(const char* type, std::optional<std::int64_t> confidence = std::nullopt) {
  Facts facts;
  facts.type = find_action_type(type);
  facts.confidence_ppm = confidence;
  return facts;
}

Facts refund(std::int64_t minor, const char* currency = "USD") {
  Facts facts = facts_for("process_refund", 990'000);
  facts.amount_minor = minor;
  facts.currency = currency;
  return facts;
}

PolicyOutcome outcome(const Facts& facts, const Policy& policy = default_policy()) {
  return judge(policy, facts).outcome;
}

std::string result_of(const Verdict& verdict, std::string_view rule) {
  for (const RuleResult& result : verdict.rules)
    if (result.rule.text == rule) return result.result.text;
  return "no such rule";
}

constexpr auto kAllow = PolicyOutcome::allow;
constexpr auto kAsk = PolicyOutcome::require_approval;
constexpr auto kDeny = PolicyOutcome::deny;

TEST_CASE("information, reset of a password, technical help and escalation run at once") {
  for (const char* type : {"check_order_status", "search_knowledge_base", "reset_password",
                           "create_bug_report", "escalate_to_human", "ESCALATE"}) {
    CAPTURE(type);
    CHECK(outcome(facts_for(type)) == kAllow);
  }
}

TEST_CASE("a refund waits for a manager however sure the agent is") {
  const Verdict verdict = judge(default_policy(), refund(4'999));
  CHECK(verdict.outcome == kAsk);
  CHECK(verdict.quorum == 1);
  CHECK(verdict.roles == std::vector<Role>{Role::manager, Role::admin});
}

TEST_CASE("a large refund, or one in a currency without limit, waits for two people") {
  CHECK(judge(default_policy(), refund(50'000)).quorum == 1);
  CHECK(judge(default_policy(), refund(50'001)).quorum == 2);
  CHECK(judge(default_policy(), refund(1, "JPY")).quorum == 2);
}

TEST_CASE("a change of an account other than a password reset waits for a person") {
  Facts facts = facts_for("modify_user_address", 1'000'000);
  facts.imported = true;  // Nobody here executes it, so live it would be denied.
  CHECK(outcome(facts) == kAsk);
}

TEST_CASE("below the threshold a person is asked, at the threshold it runs") {
  CHECK(outcome(facts_for("AUTO_RESOLVE", 799'999)) == kAsk);
  CHECK(outcome(facts_for("AUTO_RESOLVE", 800'000)) == kAllow);
}

TEST_CASE("an absent confidence is below every threshold, even one of zero") {
  Policy policy = default_policy();
  policy.thresholds.front().at_least_ppm = 0;
  REQUIRE(policy.thresholds.front().type->text == "AUTO_RESOLVE");
  CHECK(outcome(facts_for("AUTO_RESOLVE", 0), policy) == kAllow);
  CHECK(outcome(facts_for("AUTO_RESOLVE"), policy) == kAsk);
}

TEST_CASE("a threshold may deny instead of asking") {
  Policy policy = default_policy();
  policy.thresholds.front().below = kDeny;
  const Verdict verdict = judge(policy, facts_for("AUTO_RESOLVE", 100'000));
  CHECK(verdict.outcome == kDeny);
  CHECK(verdict.problem == "confidence_threshold");
}

TEST_CASE("the kill switch stops even reads, and only what is in its scope") {
  Facts facts = facts_for("check_order_status");
  facts.killed_scopes = {"tenant"};
  CHECK(judge(default_policy(), facts).problem == "kill_switch");
  facts.killed_scopes = {"send_reply"};
  CHECK(outcome(facts) == kAllow);
  facts = facts_for("send_reply", 900'000);
  facts.killed_scopes = {"send_reply"};
  CHECK(outcome(facts) == kDeny);
}

TEST_CASE("a type that the manifest does not have is denied") {
  const Verdict verdict = judge(default_policy(), Facts{});
  CHECK(verdict.outcome == kDeny);
  CHECK(verdict.problem == "unknown_type");
}

TEST_CASE("arguments against the schema are denied and the faults recorded") {
  Facts facts = facts_for("check_order_status");
  facts.schema_faults = {{"order_id", "missing"}};
  const Verdict verdict = judge(default_policy(), facts);
  CHECK(verdict.problem == "schema");
  const auto schema =
      std::find_if(verdict.rules.begin(), verdict.rules.end(),
                   [](const RuleResult& rule) { return rule.rule.text == "schema"; });
  REQUIRE(schema != verdict.rules.end());
  CHECK(schema->inputs == std::vector<RuleInput>{{"order_id", "missing"}});
}

TEST_CASE("every rule is recorded in the same order, also after one that denied") {
  Facts killed = facts_for("AUTO_RESOLVE");
  killed.killed_scopes = {"tenant"};
  const Verdict denied = judge(default_policy(), killed);
  const Verdict allowed = judge(default_policy(), facts_for("AUTO_RESOLVE", 900'000));
  REQUIRE(denied.rules.size() == allowed.rules.size());
  for (std::size_t i = 0; i < denied.rules.size(); ++i)
    CHECK(denied.rules[i].rule == allowed.rules[i].rule);
  CHECK(denied.rules.front().rule == "kill_switch");
  CHECK(result_of(denied, "confidence_threshold") == "matched");
}

TEST_CASE("a forbid wins over permits, and the first one in order names the problem") {
  Policy policy = default_policy();
  MatrixRule never;
  never.rule = "never_reply";
  never.type = "send_reply";
  never.effect = MatrixEffect::forbid;
  policy.matrix.push_back(never);
  Facts facts = facts_for("send_reply", 1'000'000);
  CHECK(judge(policy, facts).problem == "matrix.never_reply");
  facts.killed_scopes = {"tenant"};
  CHECK(judge(policy, facts).problem == "kill_switch");
}

TEST_CASE("an error in a forbid counts as forbid, an error in a permit gives nothing") {
  Policy policy = default_policy();
  MatrixRule bounded;
  bounded.rule = "bounded";
  bounded.category = "financial";
  bounded.currency = "USD";
  bounded.above_minor = 100'000;
  bounded.effect = MatrixEffect::forbid;
  policy.matrix.push_back(bounded);
  Facts without_amount = facts_for("process_refund", 990'000);
  const Verdict verdict = judge(policy, without_amount);
  CHECK(verdict.problem == "matrix.bounded");
  CHECK(result_of(verdict, "matrix.bounded") == "error");

  policy.matrix = {bounded};
  policy.matrix.front().effect = MatrixEffect::permit;
  CHECK(outcome(without_amount, policy) == kAsk);
}

TEST_CASE("a policy may let small refunds run, and the rest still waits") {
  Policy policy = default_policy();
  std::erase_if(policy.matrix, [](const MatrixRule& rule) { return rule.rule.text == "money"; });
  MatrixRule small;
  small.rule = "small_refunds";
  small.type = "process_refund";
  small.currency = "USD";
  small.up_to_minor = 2'000;
  small.effect = MatrixEffect::permit;
  policy.matrix.push_back(small);
  CHECK(outcome(refund(2'000), policy) == kAllow);
  CHECK(outcome(refund(2'001), policy) == kAsk);
  CHECK(outcome(refund(1'000, "EUR"), policy) == kAsk);
}

TEST_CASE("no policy lets money or what cannot be undone run without a bound") {
  Policy lax;
  ThresholdRule any{.rule = "any"};
  lax.thresholds = {any};
  MatrixRule all;
  all.rule = "all";
  all.effect = MatrixEffect::permit;
  lax.matrix = {all};
  CHECK(outcome(facts_for("send_reply"), lax) == kAllow);
  CHECK(outcome(refund(1), lax) == kAsk);
  Facts irreversible = facts_for("cancel_pending_order", 1'000'000);
  irreversible.imported = true;
  CHECK(outcome(irreversible, lax) == kAsk);
}

TEST_CASE("an empty policy denies what it does not ask about") {
  Policy empty;
  ThresholdRule any{.rule = "any"};
  empty.thresholds = {any};
  CHECK(judge(empty, facts_for("AUTO_RESOLVE")).problem == "no_permit");
  CHECK(outcome(facts_for("AUTO_RESOLVE"), Policy{}) == kAsk);  // No threshold is a high threshold.
}

TEST_CASE("enough votes turn a demand into a permission and never lift a forbid") {
  Facts facts = refund(60'000);
  facts.approvals = 1;
  CHECK(outcome(facts) == kAsk);
  facts.approvals = 2;
  CHECK(outcome(facts) == kAllow);
  facts.killed_scopes = {"tenant"};
  CHECK(outcome(facts) == kDeny);
}

TEST_CASE("what happened to the ticket since counts by the type") {
  Facts reply = facts_for("send_reply", 900'000);
  reply.customer_wrote_since = true;
  CHECK(judge(default_policy(), reply).problem == "new_message");
  Facts bug = facts_for("create_bug_report");
  bug.customer_wrote_since = true;
  CHECK(outcome(bug) == kAllow);

  Facts resolve = facts_for("AUTO_RESOLVE", 900'000);
  resolve.ticket_status = TicketStatus::resolved;
  CHECK(judge(default_policy(), resolve).problem == "ticket_state");
  Facts assign = facts_for("ASSIGN_TO_TEAM", 900'000);
  assign.ticket_status = TicketStatus::resolved;
  CHECK(outcome(assign) == kAllow);
  assign.ticket_status = TicketStatus::closed;
  CHECK(outcome(assign) == kDeny);
}

TEST_CASE("the same arguments are not asked about again after a rejection") {
  Facts facts = refund(100);
  facts.same_as_rejected = true;
  CHECK(judge(default_policy(), facts).problem == "duplicate_of_rejected");
}

TEST_CASE("with autonomy off, for the tenant or the ticket, nothing runs") {
  Policy off = default_policy();
  off.autonomy_enabled = false;
  CHECK(judge(off, facts_for("check_order_status")).problem == "autonomy");
  Facts suspended = facts_for("check_order_status");
  suspended.automation = Automation::suspended;
  CHECK(outcome(suspended) == kDeny);
  suspended.automation = Automation::awaiting_approval;
  CHECK(outcome(suspended) == kAllow);
}

TEST_CASE("a tool that nobody here executes is denied live and judged in imports") {
  Facts facts = facts_for("get_order_details");
  CHECK(judge(default_policy(), facts).problem == "no_executor");
  facts.imported = true;
  CHECK(outcome(facts) == kAllow);
}

}  // namespace
}  // namespace recourse
