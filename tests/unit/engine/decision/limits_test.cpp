#include <rapidcheck.h>

#include <algorithm>

#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr const char* kSteps = R"({"team":"Network"})";

/// A story under the default policy with other limits.
struct LimitedStory : Story {
  explicit LimitedStory(std::vector<LimitRule> limits) {
    Policy policy = default_policy();
    policy.limits = std::move(limits);
    given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  }
};

LimitRule limit(LimitPer per, std::int64_t max, std::int64_t window_s,
                Counted counts = Counted::asked) {
  LimitRule made;
  made.rule = "tested";
  made.per = per;
  made.counts = counts;
  made.max = max;
  made.window_s = window_s;
  return made;
}

std::string problem(const Story& story) {
  const auto& decided = story.event<PolicyDecided>();
  return decided.problem ? decided.problem->text : std::string(word(decided.outcome));
}

std::string input_of(const PolicyDecided& decided, std::string_view rule, std::string_view name) {
  for (const RuleResult& result : decided.rules)
    if (result.rule.text == rule)
      for (const RuleInput& input : result.inputs)
        if (input.name.text == name) return input.value.text;
  return "none";
}

/// Assigns back and forth: an autonomous change each time.
std::string assign(Story& story, const TicketId& ticket) {
  story.propose(ticket, "ASSIGN_TO_TEAM", kSteps);
  REQUIRE_FALSE(story.refused());
  return problem(story);
}

TEST_CASE("an agent may ask for 50 actions a minute; the next one is told how long to wait") {
  Story story;
  const TicketId ticket = story.open_ticket();
  for (int i = 0; i < 50; ++i) {
    story.propose(ticket, "search_knowledge_base", R"({"query":"vpn"})");
    REQUIRE(problem(story) == "allow");
  }
  story.propose(ticket, "search_knowledge_base", R"({"query":"vpn"})");
  story.then({"action.proposed", "policy.decided", "limit.reached"});
  CHECK(problem(story) == "limit.agent_actions_minute");
  const auto& decided = story.event<PolicyDecided>();
  CHECK(input_of(decided, "limit.agent_actions_minute", "used") == "50");
  CHECK(input_of(decided, "limit.agent_actions_minute", "max") == "50");
  CHECK(input_of(decided, "limit.agent_actions_minute", "window_s") == "60");
  CHECK(input_of(decided, "limit.agent_actions_minute", "retry_after_s") == "61");
  const auto& reached = story.event<LimitReached>();
  CHECK(reached.name == Clear("agent_actions_minute"));
  CHECK(reached.scope == Clear("agent:agt_helper"));
  CHECK(reached.used == 50);
  CHECK(reached.ticket == ticket);
  SUBCASE("it is told once in a window, and asking on does not prolong it") {
    for (int i = 0; i < 30; ++i) {
      story.now += seconds(1);
      story.propose(ticket, "search_knowledge_base", R"({"query":"vpn"})");
      CHECK(problem(story) == "limit.agent_actions_minute");
      CHECK_FALSE(story.has<LimitReached>());
    }
    story.now += seconds(31);
    story.propose(ticket, "search_knowledge_base", R"({"query":"vpn"})");
    CHECK(problem(story) == "allow");
  }
  SUBCASE("another one has a minute of its own") {
    ProposeAction command;
    command.ticket = ticket;
    command.type = "search_knowledge_base";
    command.args_json = R"({"query":"vpn"})";
    story.given(kPerson, command);
    CHECK(problem(story) == "allow");
  }
}

TEST_CASE("a hundred changes an hour run without a person, and no more than 500 a day") {
  Story story;
  const TicketId ticket = story.open_ticket();
  int allowed = 0, hour = 0, day = 0;
  // Two a minute, so that the hour is what stops them first.
  for (int i = 0; i < 24 * 120; ++i) {
    story.now += seconds(30);
    const std::string said = assign(story, ticket);
    allowed += said == "allow" ? 1 : 0;
    hour += said == "limit.autonomous_actions_hour" ? 1 : 0;
    day += said == "limit.autonomous_actions_day" ? 1 : 0;
    if (i == 118) CHECK(allowed == 100);
  }
  CHECK(allowed == 500);
  CHECK(hour > 0);
  CHECK(day > 0);
}

TEST_CASE("past the limit of autonomous changes an agent still looks, hands over and asks people") {
  LimitedStory story({limit(LimitPer::tenant, 1, 3'600, Counted::autonomous)});
  const TicketId ticket = story.open_ticket();
  CHECK(assign(story, ticket) == "allow");
  CHECK(assign(story, ticket) == "limit.tested");
  story.propose(ticket, "search_knowledge_base", R"({"query":"vpn"})");
  CHECK(problem(story) == "allow");
  story.propose(ticket, "process_refund", R"({"amount":10,"order_id":"O-1"})");
  CHECK(problem(story) == "require_approval");
  story.propose(ticket, "ESCALATE", R"({"reason":"too much"})");
  CHECK(problem(story) == "allow");
  // An unsure one is asked about, so it is none of the autonomous ones.
  story.propose(ticket, "ASSIGN_TO_TEAM", kSteps, 100'000);
  CHECK(problem(story) == "require_approval");
}

TEST_CASE("a limit may ask a person in place of refusing, and what was agreed to runs") {
  LimitRule soft = limit(LimitPer::tenant, 1, 3'600, Counted::autonomous);
  soft.effect = LimitEffect::require_approval;
  LimitedStory story({soft});
  const TicketId ticket = story.open_ticket();
  CHECK(assign(story, ticket) == "allow");
  CHECK(assign(story, ticket) == "require_approval");
  CHECK(story.has<LimitReached>());
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.given(kManager, story.ballot(approval));
  CHECK(problem(story) == "allow");
  CHECK(story.has<EffectConfirmed>());
}

TEST_CASE("each scope has a count of its own") {
  const auto refused_on_second = [](LimitPer per, const char* type, const char* args,
                                    bool other_ticket, SubjectId requester) {
    LimitedStory story({limit(per, 1, 60)});
    const TicketId first = story.open_ticket();
    OpenTicket open;
    open.requester = std::move(requester);
    story.given(kPerson, open);
    const TicketId second = story.event<TicketOpened>().ticket;
    CHECK(assign(story, first) == "allow");
    story.propose(other_ticket ? second : first, type, args);
    return problem(story) == "limit.tested";
  };
  const SubjectId same("sub_customer"), other("sub_other");
  const char* const search = R"({"query":"q"})";
  CHECK(refused_on_second(LimitPer::tenant, "search_knowledge_base", search, true, other));
  CHECK(refused_on_second(LimitPer::agent, "search_knowledge_base", search, true, other));
  CHECK(refused_on_second(LimitPer::type, "ASSIGN_TO_TEAM", kSteps, true, other));
  CHECK_FALSE(refused_on_second(LimitPer::type, "search_knowledge_base", search, true, same));
  CHECK(refused_on_second(LimitPer::customer, "search_knowledge_base", search, true, same));
  CHECK_FALSE(refused_on_second(LimitPer::customer, "ASSIGN_TO_TEAM", kSteps, true, other));
  CHECK(refused_on_second(LimitPer::ticket, "search_knowledge_base", search, false, same));
  CHECK_FALSE(refused_on_second(LimitPer::ticket, "ASSIGN_TO_TEAM", kSteps, true, same));
}

TEST_CASE("a limit is about the types it names, and not about principals it excepts") {
  LimitRule named = limit(LimitPer::tenant, 0, 60);
  named.types = {Clear("ASSIGN_TO_TEAM")};
  LimitedStory story({named});
  const TicketId ticket = story.open_ticket();
  CHECK(assign(story, ticket) == "limit.tested");
  story.propose(ticket, "search_knowledge_base", R"({"query":"q"})");
  CHECK(problem(story) == "allow");
  named.except_agents = {Clear(kAgent.id.value())};
  LimitedStory trusted({named});
  CHECK(assign(trusted, trusted.open_ticket()) == "allow");
}

TEST_CASE("money counts in minor units of its currency when it is permitted, also at dispatch") {
  LimitRule money = limit(LimitPer::customer, 10'000, 86'400, Counted::allowed);
  money.what = LimitWhat::money;
  money.currency = "USD";
  LimitedStory story({money});
  const TicketId ticket = story.open_ticket();
  const auto refund = [&](const char* args) {
    const ActionId action = story.proposed(ticket, "process_refund", args);
    const ApprovalId approval = story.event<ApprovalRequested>().approval;
    story.given(kManager, story.ballot(approval));
    return action;
  };
  const ActionId first = refund(R"({"amount":60,"currency":"USD","order_id":"O-1"})");
  const ActionId second = refund(R"({"amount":40.01,"currency":"USD","order_id":"O-2"})");
  const ActionId euros = refund(R"({"amount":90,"currency":"EUR","order_id":"O-3"})");
  story.lease(first);
  CHECK(story.has<EffectDispatched>());
  story.lease(euros);
  CHECK(story.has<EffectDispatched>());
  story.lease(second);
  story.then({"policy.decided", "limit.reached"});
  CHECK(problem(story) == "limit.tested");
  // Held, not lost: its approval is still good when the window has room.
  CHECK(story.action(second).status == ActionStatus::held);
  const auto& decided = story.event<PolicyDecided>();
  CHECK(input_of(decided, "limit.tested", "used") == "6000");
  const Policy again = [&] {
    Policy policy = default_policy();
    money.max = 10'001;
    policy.limits = {{money}};
    return policy;
  }();
  story.given(kSystem, ActivatePolicy{"pol_test@2", policy_json(again)});
  story.lease(second);
  CHECK(story.has<EffectDispatched>());
  CHECK(story.memory.windows.rows.at("customer:sub_customer/allowed.money.USD/86400/all")
            .buckets.back()
            .amount == 10'001);
}

TEST_CASE("customers are told apart, and those already counted go on") {
  LimitRule rule = limit(LimitPer::agent, 2, 3'600);
  rule.what = LimitWhat::customers;
  LimitedStory story({rule});
  std::vector<TicketId> tickets;
  for (const char* subject : {"sub_a", "sub_b", "sub_c"}) {
    OpenTicket open;
    open.requester = SubjectId(subject);
    story.given(kPerson, open);
    tickets.push_back(story.event<TicketOpened>().ticket);
  }
  CHECK(assign(story, tickets[0]) == "allow");
  story.now += seconds(600);
  CHECK(assign(story, tickets[1]) == "allow");
  CHECK(assign(story, tickets[2]) == "limit.tested");
  CHECK(input_of(story.event<PolicyDecided>(), "limit.tested", "used") == "2");
  CHECK(assign(story, tickets[0]) == "allow");
  story.now += hours(1) + seconds(61);
  CHECK(assign(story, tickets[2]) == "allow");
}

TEST_CASE("an action that was permitted once counts once, at its dispatch") {
  LimitedStory story({limit(LimitPer::tenant, 2, 3'600, Counted::allowed)});
  const TicketId ticket = story.open_ticket();
  const ActionId early = story.proposed(ticket, "send_reply", R"({"text":"hello"})");
  CHECK(story.action(early).status == ActionStatus::held);
  story.now += seconds(3'000);
  story.lease(early);
  CHECK(story.has<EffectDispatched>());
  CHECK(assign(story, ticket) == "allow");
  CHECK(assign(story, ticket) == "limit.tested");
  // An hour after the proposal its dispatch is what still counts.
  story.now += seconds(700);
  CHECK(assign(story, ticket) == "limit.tested");
  CHECK(input_of(story.event<PolicyDecided>(), "limit.tested", "used") == "2");
}

TEST_CASE("a limit set lower holds back what was permitted before, and lets go of it later") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "send_reply", R"({"text":"hello"})");
  Policy policy = default_policy();
  policy.limits = {{limit(LimitPer::tenant, 0, 60, Counted::allowed)}};
  story.given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  story.lease(action);
  CHECK(problem(story) == "limit.tested");
  CHECK_FALSE(story.has<EffectDispatched>());
  CHECK(story.action(action).status == ActionStatus::held);
  policy.limits = {{limit(LimitPer::tenant, 1, 60, Counted::allowed)}};
  story.given(kSystem, ActivatePolicy{"pol_test@2", policy_json(policy)});
  story.lease(action);
  CHECK(story.has<EffectDispatched>());
}

TEST_CASE("a vote that a limit would burn is refused until the limit has room") {
  LimitedStory story({limit(LimitPer::tenant, 1, 60, Counted::allowed)});
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "ASSIGN_TO_TEAM", kSteps, 100'000);
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  CHECK(assign(story, ticket) == "allow");
  story.vote(kManager, approval).then_refused(ErrorCode::limited);
  story.now += seconds(62);
  story.given(kManager, story.ballot(approval));
  CHECK(story.has<EffectConfirmed>());
}

TEST_CASE("a row of the matrix may look at history") {
  Policy policy = default_policy();
  policy.limits.reset();
  MatrixRule many;
  many.rule = "many_refunds";
  many.type = "process_refund";
  many.quorum = 2;
  many.roles = {Role::manager, Role::admin};
  many.history.emplace();
  many.history->per = LimitPer::customer;
  many.history->window_s = 86'400;
  many.history->types = {Clear("process_refund")};
  many.history->above = 1;
  policy.matrix.push_back(many);
  Story story;
  story.given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  const TicketId ticket = story.open_ticket();
  const char* const args = R"({"amount":1,"order_id":"O-1"})";
  story.propose(ticket, "process_refund", args);
  CHECK(story.event<PolicyDecided>().required_approvals == 1);
  story.propose(ticket, "process_refund", args);
  CHECK(story.event<PolicyDecided>().required_approvals == 2);
  CHECK(input_of(story.event<PolicyDecided>(), "matrix.many_refunds", "used") == "1");
}

TEST_CASE("the same window under another limit keeps its history") {
  LimitedStory story({limit(LimitPer::tenant, 5, 60)});
  const TicketId ticket = story.open_ticket();
  for (int i = 0; i < 3; ++i) CHECK(assign(story, ticket) == "allow");
  LimitRule lower = limit(LimitPer::tenant, 3, 60);
  lower.rule = "lower";
  Policy policy = default_policy();
  policy.limits = {{lower}};
  story.given(kSystem, ActivatePolicy{"pol_test@2", policy_json(policy)});
  CHECK(assign(story, ticket) == "limit.lower");
}

TEST_CASE("no window ever lets more than its maximum through, and folding again agrees") {
  CHECK(rc::check([] {
    const std::int64_t max = *rc::gen::inRange(1, 6);
    const std::int64_t window_s = *rc::gen::element<std::int64_t>(1, 7, 60, 61, 3'600);
    LimitedStory story({limit(LimitPer::tenant, max, window_s, Counted::allowed)});
    const TicketId ticket = story.open_ticket();
    std::vector<ActionId> waiting;
    const int steps = *rc::gen::inRange(1, 50);
    for (int i = 0; i < steps; ++i) {
      story.now += std::chrono::milliseconds(*rc::gen::inRange<std::int64_t>(0, window_s * 500));
      if (*rc::gen::inRange(0, 3) == 0 && !waiting.empty()) {
        story.lease(waiting.back());
        waiting.pop_back();
      } else if (*rc::gen::arbitrary<bool>()) {
        story.propose(ticket, "send_reply", R"({"text":"hello"})");
        if (problem(story) == "allow") waiting.push_back(story.event<ActionProposed>().action);
      } else {
        story.propose(ticket, "ASSIGN_TO_TEAM", kSteps);
      }
    }
    std::vector<Timestamp> runs;
    Memory again;
    for (const RecordedEvent& event : story.log) {
      if (holds_alternative<EffectDispatched>(event.data)) runs.push_back(event.time);
      evolve(again.state, event);
    }
    for (const Timestamp end : runs)
      RC_ASSERT(std::count_if(runs.begin(), runs.end(), [&](Timestamp time) {
                  return time <= end && time >= end - seconds(window_s);
                }) <= max);
    RC_ASSERT(again.windows.rows == story.memory.windows.rows);
  }));
}

TEST_CASE("the kill switch stops a principal, a type, a tenant or the deployment at once") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.given(kManager, EngageKillswitch{kAgent.id.value(), std::nullopt});
  CHECK(assign(story, ticket) == "kill_switch");
  CHECK(input_of(story.event<PolicyDecided>(), "kill_switch", "scope") == kAgent.id.value());
  ProposeAction command;
  command.ticket = ticket;
  command.type = "ASSIGN_TO_TEAM";
  command.args_json = kSteps;
  command.confidence_ppm = 990'000;
  story.given(kPerson, command);
  CHECK(problem(story) == "allow");
  story.given(kManager, ReleaseKillswitch{kAgent.id.value(), std::nullopt});
  CHECK(assign(story, ticket) == "allow");
  story.deployment_stopped = true;
  CHECK(assign(story, ticket) == "kill_switch");
  CHECK(input_of(story.event<PolicyDecided>(), "kill_switch", "scope") == "deployment");
  story.deployment_stopped = false;
  CHECK(assign(story, ticket) == "allow");
  story.when(kManager, EngageKillswitch{"agt with spaces", std::nullopt});
  story.then_refused(ErrorCode::invalid);
}

TEST_CASE("an agent that was stopped gets no lease for what it was allowed before") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "send_reply", R"({"text":"hello"})");
  story.given(kManager, EngageKillswitch{kAgent.id.value(), std::nullopt});
  story.lease(action);
  CHECK(problem(story) == "kill_switch");
  CHECK_FALSE(story.has<EffectDispatched>());
  story.given(kManager, ReleaseKillswitch{kAgent.id.value(), std::nullopt});
  story.lease(action);
  CHECK(story.has<EffectDispatched>());
}

}  // namespace
}  // namespace recourse
