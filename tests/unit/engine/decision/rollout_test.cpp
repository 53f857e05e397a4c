#include "engine/policy/rollout.h"

#include <algorithm>
#include <set>

#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

constexpr const char* kSolution = R"({"resolution_steps":["Restart it"]})";

struct RolloutStory : Story {
  RolloutStory() {
    Policy policy = default_policy();
    policy.limits.reset();
    policy.breaker.reset();
    given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  }
  RampRollout to(std::int64_t percent_bp) const {
    RampRollout command;
    command.key = "autonomy";
    command.percent_bp = percent_bp;
    return command;
  }
  /// Whether an agent may assign the ticket alone.
  bool alone(const TicketId& ticket) {
    propose(ticket, "ASSIGN_TO_TEAM", R"({"team":"Network"})");
    REQUIRE_FALSE(refused());
    return event<PolicyDecided>().outcome == PolicyOutcome::allow;
  }
  std::set<TicketId> in(const std::vector<TicketId>& tickets) {
    std::set<TicketId> all;
    for (const TicketId& ticket : tickets)
      if (alone(ticket)) all.insert(ticket);
    return all;
  }
  std::vector<TicketId> open(int count) {
    std::vector<TicketId> tickets;
    for (int i = 0; i < count; ++i) tickets.push_back(open_ticket());
    return tickets;
  }
  const RolloutStage& stage() const { return memory.rollouts.rows.at("autonomy").stages.back(); }
};

TEST_CASE("from 10 to 50 to 100 percent a ticket that was in stays in") {
  RolloutStory story;
  const auto tickets = story.open(300);
  CHECK(story.in(tickets).size() == 300);
  story.given(kManager, story.to(0));
  CHECK(story.in(tickets).empty());
  std::set<TicketId> before;
  for (const std::int64_t percent_bp : {1'000, 5'000, 10'000}) {
    story.given(kManager, story.to(percent_bp));
    const std::set<TicketId> now = story.in(tickets);
    CHECK(std::includes(now.begin(), now.end(), before.begin(), before.end()));
    const auto expected = static_cast<std::size_t>(300 * percent_bp / 10'000);
    CHECK(now.size() + 35 > expected);
    CHECK(now.size() < expected + 35);
    // Asked again, the same ones.
    CHECK(story.in(tickets) == now);
    before = now;
  }
  CHECK(before.size() == 300);
}

TEST_CASE("the side of a ticket is recorded when it is first known, and when it changes") {
  RolloutStory story;
  story.given(kManager, story.to(0));
  const TicketId ticket = story.open_ticket();
  CHECK_FALSE(story.alone(ticket));
  const RolloutAssigned out = story.event<RolloutAssigned>();
  CHECK(out.unit_id == Clear(ticket.value()));
  CHECK_FALSE(out.in);
  CHECK(out.reason == Clear("bucket"));
  const std::string salt = story.memory.rollouts.rows.at("autonomy").salt.text;
  CHECK(out.bucket == rollout_bucket("autonomy", salt, ticket.value()));
  CHECK_FALSE(story.alone(ticket));
  CHECK_FALSE(story.has<RolloutAssigned>());
  story.given(kManager, story.to(10'000));
  CHECK(story.alone(ticket));
  const RolloutAssigned in = story.event<RolloutAssigned>();
  CHECK(in.in);
  CHECK(in.bucket == out.bucket);
  CHECK(in.percent_bp == 10'000);
}

TEST_CASE("who is outside may look, ask the customer and hand over; what a person agrees to runs") {
  RolloutStory story;
  story.given(kManager, story.to(0));
  const TicketId ticket = story.open_ticket();
  const auto outcome = [&](const char* type, const char* args) {
    story.propose(ticket, type, args);
    return story.event<PolicyDecided>().outcome;
  };
  CHECK(outcome("search_knowledge_base", R"({"query":"vpn"})") == PolicyOutcome::allow);
  CHECK(outcome("REQUEST_CLARIFICATION", R"({"question":"which one?"})") == PolicyOutcome::allow);
  CHECK(outcome("AUTO_RESOLVE", kSolution) == PolicyOutcome::require_approval);
  story.given(kManager, story.ballot(story.event<ApprovalRequested>().approval));
  CHECK(story.has<EffectConfirmed>());
  CHECK(story.stage().executed == 0);
  CHECK(outcome("ESCALATE", R"({"reason":"help"})") == PolicyOutcome::allow);
}

TEST_CASE("named units come first, and a rollout may be about some types only") {
  RolloutStory story;
  const TicketId first = story.open_ticket(), second = story.open_ticket();
  RampRollout command = story.to(0);
  command.include = {first.value()};
  story.given(kManager, command);
  CHECK(story.alone(first));
  CHECK(story.event<RolloutAssigned>().reason == Clear("included"));
  CHECK_FALSE(story.alone(second));
  command = story.to(0);
  command.types = {"AUTO_RESOLVE"};
  story.given(kManager, command);
  CHECK(story.alone(second));
}

TEST_CASE("a rollout over tenants looks at the tenant's bucket") {
  RolloutStory story;
  RolloutState rollout;
  rollout.key = "agent";
  rollout.unit = RolloutUnit::tenant;
  rollout.salt = "salt";
  const TicketId ticket = story.open_ticket();
  const std::int64_t bucket = rollout_bucket("agent", "salt", "acme");
  rollout.percent_bp = bucket;
  story.deployment_rollouts = {rollout};
  CHECK_FALSE(story.alone(ticket));
  CHECK(story.event<RolloutAssigned>().unit_id == Clear("acme"));
  story.deployment_rollouts[0].percent_bp = bucket + 1;
  CHECK(story.alone(ticket));
  story.deployment_rollouts[0].percent_bp = 0;
  story.deployment_rollouts[0].include = {Clear("acme")};
  CHECK(story.alone(ticket));
}

TEST_CASE("a tenant counts what a rollout over tenants let run there, anew from each ramp on") {
  RolloutStory story;
  RolloutState rollout;
  rollout.key = "agent";
  rollout.unit = RolloutUnit::tenant;
  rollout.salt = "salt";
  rollout.percent_bp = 10'000;
  rollout.stages = {{}};
  rollout.stages.back().since = story.now;
  story.deployment_rollouts = {rollout};
  const auto counted = [&] { return story.memory.rollouts.rows.at("tenant@agent").stages.back(); };
  std::vector<ActionId> actions;
  for (const TicketId& ticket : story.open(3)) {
    story.now += std::chrono::seconds(1);
    CHECK(story.alone(ticket));
    actions.push_back(story.event<ActionProposed>().action);
  }
  CHECK(counted().executed == 3);
  story.roll_back(actions[0]);
  CHECK(counted().rollbacks == 1);
  // A ramp at the same percentage is a new stage.
  story.now += std::chrono::seconds(1);
  story.deployment_rollouts[0].stages.back().since = story.now;
  CHECK(story.alone(story.open_ticket()));
  CHECK(story.has<RolloutAssigned>());
  CHECK(counted().executed == 1);
  CHECK(counted().rollbacks == 0);
  CHECK(story.alone(story.open_ticket()));
  CHECK_FALSE(story.has<RolloutAssigned>());
  Memory again;
  for (const RecordedEvent& event : story.log) evolve(again.state, event);
  CHECK(again.same_as(story.memory));
}

TEST_CASE("what all tenants came to together stops a rollout over them") {
  RolloutStory story;
  RampRollout command = story.to(10'000);
  command.unit = RolloutUnit::tenant;
  command.guardrails = {{Mishap::rollback, 100'000}};
  story.given(kAdmin, command);
  const auto stop = [&](std::int64_t count, std::int64_t executed) {
    story.when(kSystem, StopRollout{"autonomy", Mishap::rollback, count, executed});
  };
  stop(1, 10);
  story.then_refused(ErrorCode::conflict);  // Fewer than 20 say nothing.
  stop(2, 20);
  story.then_refused(ErrorCode::conflict);
  story.when(kAdmin, StopRollout{"autonomy", Mishap::rollback, 3, 20})
      .then_refused(ErrorCode::forbidden);
  stop(3, 20);
  story.then({"rollout.guardrail_breached"});
  CHECK(story.event<GuardrailBreached>().executed == 20);
  CHECK(story.memory.rollouts.rows.at("autonomy").percent_bp == 0);
  stop(3, 20);
  story.then_refused(ErrorCode::conflict);
}

TEST_CASE("a breached guardrail stops the rollout before the next decision") {
  RolloutStory story;
  RampRollout command = story.to(10'000);
  command.guardrails = {{Mishap::rollback, 100'000}, {Mishap::reopening, 500'000}};
  command.least = 10;
  story.given(kManager, command);
  std::vector<ActionId> actions;
  for (const TicketId& ticket : story.open(10)) {
    REQUIRE(story.alone(ticket));
    actions.push_back(story.event<ActionProposed>().action);
  }
  CHECK(story.stage().executed == 10);
  CHECK(story.stage().confidence_sum_ppm == 9'000'000);
  story.roll_back(actions[0]);
  CHECK_FALSE(story.has<GuardrailBreached>());
  story.roll_back(actions[1]);
  const GuardrailBreached& breached = story.event<GuardrailBreached>();
  CHECK(breached.metric == Mishap::rollback);
  CHECK(breached.count == 2);
  CHECK(breached.executed == 10);
  CHECK(breached.percent_bp == 10'000);
  const TicketId next = story.open_ticket();
  CHECK_FALSE(story.alone(next));
  CHECK(story.memory.rollouts.rows.at("autonomy").breached == Clear("rollback"));
  // It is told once, and goes on only when somebody says so.
  story.roll_back(actions[2]);
  CHECK_FALSE(story.has<GuardrailBreached>());
  story.given(kManager, story.to(10'000));
  CHECK(story.alone(next));
  CHECK(story.memory.rollouts.rows.at("autonomy").stages.size() == 3);
}

TEST_CASE("each stage counts what became of its actions") {
  RolloutStory story;
  story.given(kManager, story.to(10'000));
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "AUTO_RESOLVE", kSolution);
  SubmitFeedback feedback;
  feedback.ticket = ticket;
  feedback.score = 1;
  feedback.confirmed = false;
  story.given(kCustomer, feedback);
  CHECK(story.stage().executed == 1);
  CHECK(story.stage().reopenings == 1);
  CHECK(story.stage().low_satisfaction == 1);
  CHECK(story.stage().ratings == 1);
  CHECK(story.stage().rating_sum == 1);
  CHECK(story.stage().errors == 0);
}

TEST_CASE("a faulty ramp is refused and changes nothing") {
  RolloutStory story;
  for (const std::int64_t percent_bp : {-1, 10'001, 10'100}) {
    story.when(kManager, story.to(percent_bp)).then_refused(ErrorCode::invalid);
    CHECK(story.error()->message.find("from 0 to 10000") != std::string::npos);
  }
  RampRollout command = story.to(100);
  command.types = {"no_such_type"};
  story.when(kManager, command).then_refused(ErrorCode::invalid);
  command = story.to(100);
  command.guardrails = {{Mishap::error, 1}, {Mishap::error, 2}};
  story.when(kManager, command).then_refused(ErrorCode::invalid);
  command = story.to(100);
  command.key = "two words";
  story.when(kManager, command).then_refused(ErrorCode::invalid);
  story.when(kPerson, story.to(100)).then_refused(ErrorCode::forbidden);
  story.when(kAgent, story.to(100)).then_refused(ErrorCode::forbidden);
  CHECK(story.memory.rollouts.rows.empty());
  story.given(kManager, story.to(100));
  command = story.to(100);
  command.unit = RolloutUnit::tenant;
  story.when(kManager, command).then_refused(ErrorCode::conflict);
}

TEST_CASE("the rows of rollouts follow from the events") {
  RolloutStory story;
  RampRollout command = story.to(5'000);
  command.guardrails = {{Mishap::rollback, 300'000}};
  command.least = 5;
  story.given(kManager, command);
  for (const TicketId& ticket : story.open(40)) {
    if (!story.alone(ticket)) continue;
    const ActionId action = story.event<ActionProposed>().action;
    if (action.value().back() % 2 == 0) story.roll_back(action);
  }
  Memory again;
  for (const RecordedEvent& event : story.log) evolve(again.state, event);
  CHECK(again.same_as(story.memory));
}

}  // namespace
}  // namespace recourse
