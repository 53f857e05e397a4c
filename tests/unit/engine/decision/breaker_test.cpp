#include "engine/decision/breaker.h"

#include <rapidcheck.h>

#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

using std::chrono::seconds;

constexpr const char* kTeam = R"({"team":"Network"})";

/// A breaker that opens when half of at least four go wrong within an hour, is open for a minute,
/// lets two through and waits five minutes for what comes of them.
struct WatchedStory : Story {
  WatchedStory() {
    Policy policy = default_policy();
    policy.limits.reset();
    policy.breaker = BreakerRule{3'600, 4, 500'000, 60, 2, 300};
    given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
    ticket = open_ticket();
  }

  /// A reply that a client sends; gives what the policy said.
  std::string reply(std::optional<EffectOutcome> outcome = EffectOutcome::succeeded) {
    propose(ticket, "send_reply", R"({"text":"hello"})");
    REQUIRE_FALSE(refused());
    const std::string said = problem();
    if (said != "allow" || !outcome) return said;
    const ActionId action = event<ActionProposed>().action;
    lease(action);
    REQUIRE(has<EffectDispatched>());
    report(action, *outcome);
    REQUIRE_FALSE(refused());
    return said;
  }
  std::string problem() const {
    const auto& decided = event<PolicyDecided>();
    return decided.problem ? decided.problem->text : std::string(word(decided.outcome));
  }
  /// What happened to breakers in all of the story: from, to and cause.
  std::vector<std::string> transitions() const {
    std::vector<std::string> all;
    for (const RecordedEvent& event : log)
      if (const auto* found = get_if<BreakerTransitioned>(&event.data))
        all.push_back(std::string(word(found->from)) + ">" + std::string(word(found->to)) + " " +
                      found->cause.text);
    return all;
  }
  std::string latest() const {
    const auto all = transitions();
    return all.empty() ? "none" : all.back();
  }
  void break_it() {
    for (int i = 0; i < 4; ++i) REQUIRE(reply(EffectOutcome::failed) == "allow");
    REQUIRE(latest() == "closed>open error");
  }

  TicketId ticket;
};

TEST_CASE("errors open the breaker, and it stops that type by that agent only") {
  WatchedStory story;
  CHECK(story.reply() == "allow");
  CHECK(story.reply() == "allow");
  CHECK(story.reply(EffectOutcome::failed) == "allow");
  CHECK(story.latest() == "none");
  CHECK(story.reply(EffectOutcome::unknown) == "allow");
  story.then({"effect.outcome_unknown", "incident.opened", "breaker.transitioned"});
  const auto opened = story.event<BreakerTransitioned>();
  CHECK(opened.agent == kAgent.id);
  CHECK(opened.action_type == Clear("send_reply"));
  CHECK(opened.executed == 4);
  CHECK(opened.bad == 2);
  CHECK(opened.until == story.now + seconds(60));
  CHECK(story.reply() == "breaker");
  SUBCASE("another type goes on") {
    story.propose(story.ticket, "ASSIGN_TO_TEAM", kTeam);
    CHECK(story.problem() == "allow");
  }
  SUBCASE("another agent goes on") {
    ProposeAction command;
    command.ticket = story.ticket;
    command.type = "send_reply";
    command.args_json = R"({"text":"hello"})";
    command.confidence_ppm = 900'000;
    story.given(kPerson, command);
    CHECK(story.problem() == "allow");
  }
  SUBCASE("another version of the agent goes on") {
    ProposeAction command;
    command.ticket = story.ticket;
    command.type = "send_reply";
    command.args_json = R"({"text":"hello"})";
    command.confidence_ppm = 900'000;
    command.agent_version = "2";
    story.given(kAgent, command);
    CHECK(story.problem() == "allow");
    command.agent_version = "version 2";
    story.when(kAgent, command).then_refused(ErrorCode::invalid);
  }
}

TEST_CASE("rollbacks open it") {
  WatchedStory story;
  for (int i = 0; i < 4; ++i) {
    const TicketId ticket = story.open_ticket();
    const ActionId action = story.proposed(ticket, "ASSIGN_TO_TEAM", kTeam);
    if (i % 2 == 0) continue;
    story.roll_back(action);
    REQUIRE_FALSE(story.refused());
  }
  CHECK(story.latest() == "closed>open rollback");
}

TEST_CASE("reopenings and low satisfaction open it, and one action counts once") {
  WatchedStory story;
  std::vector<TicketId> tickets;
  for (int i = 0; i < 4; ++i) {
    tickets.push_back(story.open_ticket());
    story.propose(tickets.back(), "AUTO_RESOLVE", R"({"resolution_steps":["Restart it"]})");
    REQUIRE(story.problem() == "allow");
  }
  SubmitFeedback angry;
  angry.ticket = tickets[0];
  angry.score = 1;
  angry.confirmed = false;
  story.given(kCustomer, angry);
  CHECK(story.has<TicketReopened>());
  CHECK(story.latest() == "none");
  SUBCASE("low satisfaction") {
    SubmitFeedback bad;
    bad.ticket = tickets[1];
    bad.score = 2;
    story.given(kCustomer, bad);
    CHECK(story.latest() == "closed>open low_satisfaction");
  }
  SUBCASE("reopening") {
    ReopenTicket reopen;
    reopen.ticket = tickets[1];
    reopen.reason_code = "came_back";
    story.given(kCustomer, reopen);
    CHECK(story.latest() == "closed>open reopening");
  }
  SUBCASE("a good score does not") {
    SubmitFeedback good;
    good.ticket = tickets[1];
    good.score = 4;
    story.given(kCustomer, good);
    CHECK(story.latest() == "none");
  }
}

TEST_CASE("after its time it lets probes through, and closes when they go well") {
  WatchedStory story;
  story.break_it();
  story.now += seconds(59);
  CHECK(story.reply() == "breaker");
  story.now += seconds(1);
  story.propose(story.ticket, "send_reply", R"({"text":"hello"})");
  story.then({"breaker.transitioned", "action.proposed", "policy.decided", "effect.held"});
  CHECK(story.latest() == "open>half_open time");
  const ActionId first = story.event<ActionProposed>().action;
  CHECK(story.reply() == "allow");
  // Two are on their way or done: there is room for no third.
  CHECK(story.reply() == "breaker");
  story.lease(first);
  REQUIRE(story.has<EffectDispatched>());
  story.report(first, EffectOutcome::succeeded);
  CHECK(story.latest() == "half_open>closed probes_passed");
  CHECK(story.reply() == "allow");
}

TEST_CASE("a probe that goes wrong opens it again") {
  WatchedStory story;
  story.break_it();
  story.now += seconds(60);
  CHECK(story.reply(EffectOutcome::failed) == "allow");
  CHECK(story.latest() == "half_open>open probe_failed");
  CHECK(story.reply() == "breaker");
}

TEST_CASE("probes that nobody hears of again do not leave it half-open for ever") {
  WatchedStory story;
  story.break_it();
  story.now += seconds(60);
  CHECK(story.reply(std::nullopt) == "allow");
  CHECK(story.reply(std::nullopt) == "allow");
  CHECK(story.reply() == "breaker");
  story.now += seconds(300);
  CHECK(story.reply() == "breaker");
  CHECK(story.latest() == "half_open>open no_outcome");
  story.now += seconds(60);
  CHECK(story.reply() == "allow");
  CHECK(story.reply() == "allow");
  CHECK(story.latest() == "half_open>closed probes_passed");
}

TEST_CASE("each change by time is recorded when it comes, though nobody asks") {
  WatchedStory story;
  story.break_it();
  const std::string key = "agt_helper/send_reply";
  CHECK(story.has_timer(TimerKind::breaker, key));
  story.now += seconds(59);
  CHECK(story.fire_due().empty());
  story.when(kSystem, TurnBreaker{key}).then_refused(ErrorCode::conflict);
  story.now += seconds(1);
  CHECK(story.fire_due().size() == 1);
  CHECK(story.latest() == "open>half_open time");
  CHECK(story.log.back().time == story.now);
  // Without a probe there is nothing to wait for: it stays half-open, and who asks is let through.
  CHECK_FALSE(story.has_timer(TimerKind::breaker, key));
  story.now += std::chrono::hours(48);
  CHECK(story.fire_due().empty());
  CHECK(story.reply(std::nullopt) == "allow");
  CHECK(story.has_timer(TimerKind::breaker, key));
  story.now += seconds(299);
  CHECK(story.fire_due().empty());
  story.now += seconds(1);
  CHECK(story.fire_due().size() == 1);
  CHECK(story.latest() == "half_open>open no_outcome");
  story.now += seconds(60);
  CHECK(story.fire_due().size() == 1);
  CHECK(story.reply() == "allow");
  CHECK(story.reply() == "allow");
  CHECK(story.latest() == "half_open>closed probes_passed");
  CHECK_FALSE(story.has_timer(TimerKind::breaker, key));
  story.when(kSystem, TurnBreaker{"agt_other/send_reply"}).then_refused(ErrorCode::not_found);
  story.when(kAdmin, TurnBreaker{key}).then_refused(ErrorCode::forbidden);
}

TEST_CASE("a person's hand ends the time of a breaker") {
  WatchedStory story;
  story.break_it();
  SetBreaker command;
  command.agent = kAgent.id;
  command.action_type = "send_reply";
  SUBCASE("held open") {
    story.given(kManager, command);
    story.now += std::chrono::hours(48);
    CHECK(story.fire_due().empty());
    CHECK(story.reply() == "breaker");
  }
  SUBCASE("closed") {
    command.open = false;
    story.given(kManager, command);
    CHECK(story.fire_due().empty());
    CHECK(story.reply() == "allow");
  }
}

TEST_CASE("a person can hold a type open for every agent") {
  WatchedStory story;
  SetBreaker command;
  command.agent = PrincipalId(std::string(kEveryAgent));
  command.action_type = "send_reply";
  story.given(kManager, command);
  CHECK(story.reply() == "breaker");
  story.propose(story.ticket, "ASSIGN_TO_TEAM", kTeam);
  CHECK(story.problem() == "allow");
  command.open = false;
  story.given(kManager, command);
  CHECK(story.reply() == "allow");
}

TEST_CASE("what was authorized before it opened waits for its lease, and is not lost") {
  WatchedStory story;
  const ActionId early = story.proposed(story.ticket, "send_reply", R"({"text":"early"})");
  story.break_it();
  story.lease(early);
  CHECK_FALSE(story.has<EffectDispatched>());
  CHECK(story.problem() == "breaker");
  CHECK(story.action(early).status == ActionStatus::held);
  story.now += seconds(60);
  story.lease(early);
  story.then({"breaker.transitioned", "policy.decided", "effect.dispatched"});
}

TEST_CASE("people can hold a breaker open and close it, and the log says who and why") {
  WatchedStory story;
  SetBreaker command;
  command.agent = kAgent.id;
  command.action_type = "send_reply";
  command.reason = "the mail server is down";
  story.given(kManager, command);
  CHECK(story.latest() == "closed>open forced");
  CHECK(story.event<BreakerTransitioned>().reason);
  story.now += std::chrono::hours(48);
  CHECK(story.reply() == "breaker");
  story.when(kManager, command).then_refused(ErrorCode::conflict);
  command.open = false;
  story.when(kPerson, command).then_refused(ErrorCode::forbidden);
  story.when(kAgent, command).then_refused(ErrorCode::forbidden);
  story.given(kManager, command);
  CHECK(story.reply() == "allow");
  story.when(kManager, command).then_refused(ErrorCode::conflict);
  command.action_type = "no_such_type";
  story.when(kManager, command).then_refused(ErrorCode::invalid);
  command.action_type = "search_knowledge_base";
  story.when(kManager, command).then_refused(ErrorCode::invalid);
}

TEST_CASE("an old mishap leaves the window") {
  WatchedStory story;
  for (int i = 0; i < 3; ++i) CHECK(story.reply(EffectOutcome::failed) == "allow");
  story.now += seconds(3'661);
  CHECK(story.reply(EffectOutcome::failed) == "allow");
  CHECK(story.latest() == "none");
}

TEST_CASE("every state of a breaker follows from its events, and it is never stuck") {
  CHECK(rc::check([] {
    WatchedStory story;
    const int steps = *rc::gen::inRange(1, 60);
    const bool timers = *rc::gen::arbitrary<bool>();
    for (int i = 0; i < steps; ++i) {
      story.now += seconds(*rc::gen::inRange(0, 120));
      // Whether the timer or the next action comes first makes no difference.
      if (timers) story.fire_due();
      const auto outcome = *rc::gen::element<std::optional<EffectOutcome>>(
          EffectOutcome::succeeded, EffectOutcome::failed, std::nullopt);
      story.reply(outcome);
    }
    Memory again;
    for (const RecordedEvent& event : story.log) evolve(again.state, event);
    RC_ASSERT(again.same_as(story.memory));
    BreakerStatus status = BreakerStatus::closed;
    for (const RecordedEvent& event : story.log) {
      const auto* transition = get_if<BreakerTransitioned>(&event.data);
      if (transition == nullptr) continue;
      RC_ASSERT(transition->from == status);
      RC_ASSERT(transition->to != status);
      status = transition->to;
      RC_ASSERT(transition->until.has_value() == (status == BreakerStatus::open));
    }
    // Whatever came before, time and good outcomes close it.
    for (int i = 0; i < 4; ++i) {
      story.now += seconds(301);
      for (int k = 0; k < 3; ++k) story.reply();
    }
    RC_ASSERT(story.reply() == "allow");
  }));
}

}  // namespace
}  // namespace recourse
