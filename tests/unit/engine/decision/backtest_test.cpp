#include "engine/decision/backtest.h"

#include "engine/decision/recorded_facts.h"
#include "engine/policy/what_if.h"
#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

const char* const kResolve = R"({"resolution_steps":"restart"})";

std::shared_ptr<const Policy> shared(Policy policy) {
  return std::make_shared<const Policy>(std::move(policy));
}

BacktestReport tested(const Story& story, const Policy& policy, Backtest::Options options = {}) {
  Backtest test({shared(policy)}, std::move(options));
  for (const RecordedEvent& event : story.log)
    if (Backtest::looks_at(type_of(event.data))) test.apply(event);
  return test.finish(LogSize(story.log.size())).front();
}

Policy forbidding(const char* type) {
  Policy policy = default_policy();
  MatrixRule rule;
  rule.rule = "never";
  rule.type = type;
  rule.effect = MatrixEffect::forbid;
  policy.matrix.push_back(rule);
  return policy;
}

Policy without_limits(Policy policy) {
  policy.limits.reset();
  return policy;
}

TEST_CASE("the policy that decided changes nothing of what it decided") {
  Story story;
  for (const std::int64_t confidence : {990'000, 100'000}) {
    const TicketId ticket = story.open_ticket();
    story.propose(ticket, "AUTO_RESOLVE", kResolve, confidence);
    story.propose(ticket, "search_knowledge_base", R"({"query":"vpn"})", confidence);
    story.propose(story.open_ticket(), "no such tool");
  }
  const BacktestReport report = tested(story, default_policy());
  CHECK(report.figures.proposals == 6);
  CHECK(report.figures.changed == 0);
  CHECK(report.changes.empty());
  CHECK(report.figures.stopped == 0);
}

TEST_CASE("a backtest names what would have been stopped, and how much of it had gone wrong") {
  Story story;
  std::vector<ActionId> resolved;
  for (int i = 0; i < 4; ++i) {
    const TicketId ticket = story.open_ticket();
    resolved.push_back(story.proposed(ticket, "AUTO_RESOLVE", kResolve, 950'000));
    if (i == 0) story.roll_back(resolved.back());
    if (i == 1) story.given(kCustomer, ReopenTicket{ticket, "not_fixed", {}, {}});
    story.propose(story.open_ticket(), "search_knowledge_base", R"({"query":"vpn"})");
  }
  const BacktestReport report = tested(story, forbidding("AUTO_RESOLVE"));
  CHECK(report.figures.stopped == 4);
  CHECK(report.figures.stopped_wrong.any == 2);
  CHECK(report.figures.stopped_wrong.rolled_back == 1);
  CHECK(report.figures.stopped_wrong.marked_wrong == 1);
  CHECK(report.figures.stopped_wrong.reopened == 1);
  REQUIRE(report.figures.rules.size() == 1);
  CHECK(report.figures.rules[0] == RuleStops{"matrix.never", 4, 2});
  REQUIRE(report.changes.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(report.changes[i].action == resolved[i]);
    CHECK(report.changes[i].before == PolicyOutcome::allow);
    CHECK(report.changes[i].after == PolicyOutcome::deny);
    CHECK(report.changes[i].rule == Clear("matrix.never"));
  }
  CHECK(report.changes[3].wrong.empty());
}

TEST_CASE("what people had agreed to is not held by a policy that asks them") {
  Story story;
  const char* const refund = R"({"amount":"10.00","order_id":"o1","reason":"late"})";
  const ActionId agreed = story.proposed(story.open_ticket(), "process_refund", refund);
  story.vote(kManager, story.event<ApprovalRequested>().approval);
  story.lease(agreed).report(agreed, EffectOutcome::succeeded);
  CHECK(tested(story, default_policy()).figures.ran == 1);
  CHECK(tested(story, default_policy()).figures.held == 0);
  Policy two = default_policy();
  for (MatrixRule& rule : two.matrix)
    if (rule.rule.text == "money") rule.quorum = 2;
  CHECK(tested(story, two).figures.held == 1);
}

TEST_CASE("a limit of the candidate counts what the candidate would have let run") {
  Story story;
  story.given(kSystem, ActivatePolicy{"pol_free@1", policy_json(without_limits(default_policy()))});
  for (int i = 0; i < 5; ++i)
    story.propose(story.open_ticket(), "AUTO_RESOLVE", kResolve, i == 1 ? 100'000 : 950'000);
  Policy limited = without_limits(default_policy());
  LimitRule limit;
  limit.rule = "few";
  limit.counts = Counted::autonomous;
  limit.max = 2;
  limit.window_s = 3'600;
  limited.limits = {{limit}};
  const BacktestReport report = tested(story, limited);
  CHECK(report.figures.stopped == 2);  // Of five one waited for people, and the last two are late.
  CHECK(report.figures.rules.at(0).rule.text == "limit.few");
}

TEST_CASE("a backtest can be about some proposals only, and then knows what became of them later") {
  Story story;
  for (int i = 0; i < 3; ++i) story.propose(story.open_ticket(), "AUTO_RESOLVE", kResolve);
  story.propose(story.open_ticket(), "search_knowledge_base", R"({"query":"vpn"})");
  Backtest::Options options;
  options.type = "AUTO_RESOLVE";
  CHECK(tested(story, default_policy(), options).figures.proposals == 3);
  options.from = Position(story.log.size());
  CHECK(tested(story, default_policy(), options).figures.proposals == 0);
}

TEST_CASE("at another threshold other actions would have run, and some of them went wrong") {
  Story story;
  for (const std::int64_t confidence : {700'000, 800'000, 900'000, 990'000}) {
    const TicketId ticket = story.open_ticket();
    story.propose(ticket, "AUTO_RESOLVE", kResolve, confidence);
    if (confidence == 900'000) story.given(kCustomer, ReopenTicket{ticket, "not_fixed", {}, {}});
  }
  Backtest test({shared(*with_threshold(default_policy(), "resolve", 600'000)),
                 shared(*with_threshold(default_policy(), "resolve", 850'000)),
                 shared(*with_threshold(default_policy(), "resolve", 950'000))},
                {});
  for (const RecordedEvent& event : story.log) test.apply(event);
  const auto reports = test.finish(LogSize(story.log.size()));
  CHECK(reports[0].would_run.actions == 4);
  CHECK(reports[0].would_run.ran == 3);  // The default asks for 80 %, so one never ran.
  CHECK(reports[1].would_run.actions == 2);
  CHECK(reports[1].would_run.wrong.reopened == 1);
  CHECK(reports[2].would_run.actions == 1);
  CHECK(reports[2].would_run.wrong.any == 0);
  CHECK_FALSE(with_threshold(default_policy(), "no_such_rule", 1).ok());
}

/// Every decision of the log, asked again with the recorded inputs.
int asked_again(const Story& story, const Policy& policy) {
  int asked = 0;
  std::map<ActionId, std::pair<ActionProposed, Actor>> proposals;
  for (const RecordedEvent& event : story.log) {
    if (const auto* proposed = get_if<ActionProposed>(&event.data))
      proposals[proposed->action] = {*proposed, event.actor};
    const auto* decided = get_if<PolicyDecided>(&event.data);
    if (decided == nullptr) continue;
    const auto& [proposed, actor] = proposals.at(decided->action);
    Facts facts = recorded_facts(proposed, actor, *decided);
    add_recorded_windows(policy, *decided, facts);
    CAPTURE(decided->at.text);
    CAPTURE(proposed.type.text);
    CHECK(same_verdict(judge(policy, facts), *decided));
    ++asked;
  }
  return asked;
}

TEST_CASE("a verdict asked again with its recorded inputs is the same, rule by rule") {
  Policy policy = default_policy();
  LimitRule money;
  money.rule = "refunds_day";
  money.what = LimitWhat::money;
  money.currency = "USD";
  money.max = 2'500;
  money.window_s = 86'400;
  policy.limits->push_back(money);
  MatrixRule often;
  often.rule = "often";
  often.history = HistoryCondition{};
  often.history->per = LimitPer::ticket;
  often.history->above = 2;
  often.roles = {Role::manager};
  policy.matrix.push_back(often);
  AutonomyRule careful;
  careful.rule = "careful";
  careful.category = "technical";
  policy.autonomy = {{careful}};
  Story story;
  story.given(kSystem, ActivatePolicy{"pol_desk@1", policy_json(policy)});
  const char* const refund = R"({"amount":"10.00","order_id":"o1","reason":"late"})";
  const TicketId ticket = story.open_ticket();
  ActionId granted;
  for (int i = 0; i < 4; ++i) {
    granted = story.proposed(ticket, "process_refund", refund);
    if (story.has<ApprovalRequested>())
      story.vote(kManager, story.event<ApprovalRequested>().approval);
    story.lease(granted);
  }
  story.propose(ticket, "create_bug_report", R"({"title":"x"})");
  story.propose(ticket, "AUTO_RESOLVE", kResolve, 100'000);
  story.propose(ticket, "AUTO_RESOLVE", "{}", std::nullopt);
  story.propose(ticket, "invented_by_a_model");
  story.given(kManager, EngageKillswitch{"tenant", {}});
  story.propose(story.open_ticket(), "search_knowledge_base", R"({"query":"vpn"})");
  CHECK(asked_again(story, policy) >= 10);
}

}  // namespace
}  // namespace recourse
