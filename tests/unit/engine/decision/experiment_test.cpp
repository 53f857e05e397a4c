#include <set>

#include "engine/decision/experiments.h"
#include "engine/decision/recorded_facts.h"
#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

using std::chrono::hours;

constexpr const char* kSolution = R"({"resolution_steps":["Restart it"]})";

/// AUTO_RESOLVE asks for 0.8; the experiment for 0.9 in one arm and for 0.7 in the other.
struct TriedStory : Story {
  TriedStory() {
    policy.limits.reset();
    policy.breaker.reset();
    given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  }
  static StartExperiment order() {
    StartExperiment command;
    command.key = "resolve-70";
    command.control_ppm = 900'000;
    command.treatment_ppm = 700'000;
    command.types = {"AUTO_RESOLVE"};
    command.window_s = 24 * 3'600;
    command.reason = "people agree to nearly all of them";
    return command;
  }
  void begin(const StartExperiment& command = order()) { given(kAdmin, command); }
  const ExperimentState& row() const { return memory.experiments.rows.at("resolve-70"); }

  PolicyOutcome resolve(const TicketId& ticket, std::int64_t confidence = 750'000) {
    propose(ticket, "AUTO_RESOLVE", kSolution, confidence);
    REQUIRE_FALSE(refused());
    return event<PolicyDecided>().outcome;
  }
  ExperimentArm arm(const TicketId& ticket) const {
    return memory.participants.rows.at(participant_key("resolve-70", ticket)).arm;
  }
  /// A new ticket in this arm, on which the agent was `confidence` sure.
  TicketId in(ExperimentArm wanted, std::int64_t confidence = 950'000) {
    for (int i = 0; i < 100; ++i) {
      const TicketId ticket = open_ticket();
      const std::string& salt = row().salt.text;
      if (arm_of("resolve-70", salt, ticket.value()) != wanted ||
          rollout_bucket("resolve-70", salt, ticket.value()) >= row().share_bp)
        continue;
      resolve(ticket, confidence);
      return ticket;
    }
    FAIL("no ticket falls into that arm");
    return {};
  }
  ActionId ran(ExperimentArm wanted) {
    in(wanted);
    return event<ActionProposed>().action;
  }
  ArmFigures figures(ExperimentArm wanted) const {
    return figures_of(row(), now)[wanted == ExperimentArm::control ? 0 : 1];
  }
  std::string input(std::string_view name) const {
    for (const RuleResult& rule : event<PolicyDecided>().rules)
      if (rule.rule.text == "confidence_threshold")
        for (const RuleInput& one : rule.inputs)
          if (one.name.text == name) return one.value.text;
    return "";
  }

  Policy policy = default_policy();
};

constexpr auto kControl = ExperimentArm::control;
constexpr auto kTreatment = ExperimentArm::treatment;

TEST_CASE("each arm asks for its own confidence, and the records say which one a ticket is in") {
  TriedStory story;
  story.begin();
  const TicketId strict = story.in(kControl, 750'000);
  story.then({"experiment.assigned", "action.proposed", "policy.decided", "approval.requested",
              "ticket.automation_changed"});
  CHECK(story.event<ExperimentAssigned>().at_least_ppm == 900'000);
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::require_approval);
  CHECK(story.input("experiment") == "resolve-70");
  CHECK(story.input("arm") == "control");
  CHECK(story.input("at_least_ppm") == "900000");
  const TicketId lax = story.in(kTreatment, 750'000);
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::allow);
  CHECK(story.input("arm") == "treatment");
  CHECK(story.input("at_least_ppm") == "700000");
  CHECK(story.arm(strict) == kControl);
  CHECK(story.arm(lax) == kTreatment);
}

TEST_CASE("a ticket stays in its arm and is assigned once") {
  TriedStory story;
  story.begin();
  const TicketId ticket = story.in(kTreatment, 650'000);
  for (int i = 0; i < 3; ++i) {
    CHECK(story.resolve(ticket, 650'000) == PolicyOutcome::require_approval);
    CHECK_FALSE(story.has<ExperimentAssigned>());
    CHECK(story.input("arm") == "treatment");
  }
  CHECK(story.row().treatment.tickets == 1);
}

TEST_CASE("tickets are split evenly, by a draw of their own") {
  TriedStory story;
  StartExperiment command = TriedStory::order();
  command.share_bp = 4'000;
  story.begin(command);
  RampRollout half;
  half.key = "autonomy";
  half.percent_bp = 5'000;
  story.given(kManager, half);
  int in = 0;
  for (int i = 0; i < 800; ++i) {
    const TicketId ticket = story.open_ticket();
    story.resolve(ticket);
    const bool rolled_out = story.memory.assignments.rows.at("autonomy/" + ticket.value()).in;
    const bool tried = story.has<ExperimentAssigned>();
    // Who is left to people is not compared with who is not.
    if (tried) CHECK(rolled_out);
    in += rolled_out ? 1 : 0;
  }
  const ExperimentState& row = story.row();
  const std::int64_t both = row.control.tickets + row.treatment.tickets;
  // The share is of the tickets that the rollout lets in, and it is applied once.
  CHECK(both > in * 32 / 100);
  CHECK(both < in * 48 / 100);
  CHECK(std::abs(row.control.tickets - row.treatment.tickets) < 45);
  CHECK_FALSE(row.uneven);
}

TEST_CASE("only the threshold changes: what forbids or asks for a person stays") {
  TriedStory story;
  StartExperiment command = TriedStory::order();
  command.types.clear();
  command.treatment_ppm = 0;
  command.control_ppm = 1;
  story.begin(command);
  const TicketId ticket = story.open_ticket();
  const auto outcome = [&](const char* type, const char* args, std::int64_t confidence) {
    story.propose(ticket, type, args, confidence);
    return story.event<PolicyDecided>().outcome;
  };
  CHECK(outcome("process_refund", R"({"amount":10,"order_id":"O"})", 999'999) ==
        PolicyOutcome::require_approval);
  // The policy asks for no confidence there, so there is nothing to try.
  CHECK_FALSE(story.has<ExperimentAssigned>());
  CHECK(outcome("AUTO_RESOLVE", kSolution, 2) == PolicyOutcome::allow);
  CHECK(outcome("AUTO_RESOLVE", kSolution, 2) == PolicyOutcome::deny);
  CHECK(story.event<PolicyDecided>().problem == Clear("ticket_state"));
  story.given(kManager, EngageKillswitch{});
  CHECK(outcome("ASSIGN_TO_TEAM", R"({"team":"Network"})", 2) == PolicyOutcome::deny);
  CHECK(story.event<PolicyDecided>().problem == Clear("kill_switch"));
}

TEST_CASE("people's own actions and reads are not tried") {
  TriedStory story;
  story.begin();
  ProposeAction command;
  command.ticket = story.open_ticket();
  command.type = "AUTO_RESOLVE";
  command.args_json = kSolution;
  story.given(kPerson, command);
  CHECK_FALSE(story.has<ExperimentAssigned>());
  story.propose(command.ticket, "search_knowledge_base", R"({"query":"vpn"})");
  CHECK_FALSE(story.has<ExperimentAssigned>());
  CHECK(story.memory.participants.rows.empty());
}

TEST_CASE("the recorded inputs give the verdict again") {
  TriedStory story;
  story.begin();
  for (const ExperimentArm arm : {kControl, kTreatment}) {
    story.in(arm, 750'000);
    const auto& decided = story.event<PolicyDecided>();
    Facts facts =
        recorded_facts(story.event<ActionProposed>(), Actor{ActorType::agent, kAgent.id}, decided);
    add_recorded_windows(story.policy, decided, facts);
    REQUIRE(facts.experiment);
    CHECK(same_verdict(judge(story.policy, facts), decided));
    facts.experiment.reset();
    CHECK_FALSE(same_verdict(judge(story.policy, facts), decided));
  }
}

TEST_CASE("a ticket succeeded when nothing spoke against what ran there, for the whole window") {
  TriedStory story;
  story.begin();
  const ActionId good = story.ran(kTreatment), bad = story.ran(kTreatment);
  const TicketId late = story.in(kTreatment);
  CHECK(story.figures(kTreatment).tickets == 3);
  CHECK(story.figures(kTreatment).alone == 3);
  story.now += hours(23);
  story.roll_back(bad);
  // Neither the bad one nor the good ones are told before the window of all of them is over.
  CHECK(story.figures(kTreatment).settled == 0);
  story.now += hours(2);
  CHECK(story.figures(kTreatment).settled == 3);
  CHECK(story.figures(kTreatment).succeeded == 2);
  ReopenTicket reopen;
  reopen.ticket = late;
  reopen.reason_code = "came_back";
  story.given(kCustomer, reopen);
  CHECK(story.figures(kTreatment).succeeded == 2);
  CHECK(story.row().treatment.settled == 3);
  CHECK(story.row().treatment.ran.rollbacks == 1);
  CHECK(story.row().treatment.ran.reopenings == 1);
  CHECK(story.action(good).status == ActionStatus::succeeded);
}

TEST_CASE("what a person agreed to is no success of an arm, and no harm either") {
  TriedStory story;
  story.begin();
  story.in(kControl, 750'000);
  story.given(kManager, story.ballot(story.event<ApprovalRequested>().approval));
  CHECK(story.has<EffectConfirmed>());
  story.now += hours(48);
  CHECK(story.figures(kControl).tickets == 1);
  CHECK(story.figures(kControl).alone == 0);
  CHECK(story.figures(kControl).settled == 0);
  CHECK(story.row().control.ran.executed == 0);
}

TEST_CASE("a breached guardrail ends the experiment before the next decision") {
  TriedStory story;
  StartExperiment command = TriedStory::order();
  command.guardrails = {{Mishap::rollback, 200'000}};
  command.least = 5;
  story.begin(command);
  std::vector<ActionId> actions;
  for (int i = 0; i < 5; ++i) actions.push_back(story.ran(kTreatment));
  story.roll_back(actions[0]);
  CHECK_FALSE(story.has<ExperimentGuardrailBreached>());
  story.roll_back(actions[1]);
  const auto& breached = story.event<ExperimentGuardrailBreached>();
  CHECK(breached.arm == kTreatment);
  CHECK(breached.count == 2);
  CHECK(breached.executed == 5);
  CHECK(story.event<ExperimentConcluded>().cause == Clear("guardrail"));
  CHECK(story.event<ExperimentConcluded>().arms.at(1).tickets == 5);
  CHECK(story.row().ended_at == story.now);
  // The policy's own threshold holds again, on the tickets that took part too.
  const TicketId ticket = story.open_ticket();
  CHECK(story.resolve(ticket, 750'000) == PolicyOutcome::require_approval);
  CHECK(story.input("arm").empty());
  CHECK(story.resolve(ticket, 850'000) == PolicyOutcome::allow);
}

TEST_CASE("a person ends it, and the figures stay as they were then") {
  TriedStory story;
  story.begin();
  for (int i = 0; i < 3; ++i) story.ran(kControl);
  story.now += hours(30);
  const ActionId after = story.ran(kControl);
  story.when(kPerson, StopExperiment{"resolve-70", {}}).then_refused(ErrorCode::forbidden);
  story.given(kManager, StopExperiment{"resolve-70", "enough"});
  story.then({"experiment.concluded"});
  const auto concluded = story.event<ExperimentConcluded>();
  CHECK(concluded.cause == Clear("person"));
  CHECK(concluded.verdict == ExperimentVerdict::undecided);
  CHECK(concluded.arms.at(0).settled == 3);
  CHECK(concluded.arms.at(0).succeeded == 3);
  CHECK_FALSE(concluded.differences.at(0).difference_ppm);
  CHECK(concluded.differences.at(0).low_ppm == -1'000'000);
  story.now += hours(30);
  story.roll_back(after);
  CHECK(story.figures(kControl).settled == 3);
  story.when(kManager, StopExperiment{"resolve-70", {}}).then_refused(ErrorCode::conflict);
  story.when(kManager, StopExperiment{"other", {}}).then_refused(ErrorCode::not_found);
}

TEST_CASE("a difference that is there is told, and whoever ends it, the figures decide") {
  TriedStory story;
  story.begin();
  for (int i = 0; i < 60; ++i) {
    story.ran(kControl);
    story.roll_back(story.ran(kTreatment));
  }
  CHECK(verdict_of(story.row(), story.now) == ExperimentVerdict::undecided);
  story.now += hours(25);
  CHECK(verdict_of(story.row(), story.now) == ExperimentVerdict::control_better);
  story.given(kManager, StopExperiment{"resolve-70", "we like the treatment"});
  CHECK(story.event<ExperimentConcluded>().verdict == ExperimentVerdict::control_better);
  CHECK(story.event<ExperimentConcluded>().differences.at(0).difference_ppm == -1'000'000);
}

TEST_CASE("a split that chance does not make is told once, and then nothing is learnt") {
  TriedStory story;
  story.begin();
  std::vector<NewEvent> foreign;
  for (int i = 0; i < 60; ++i)
    foreign.push_back({"exp_resolve-70",
                       "",
                       {},
                       "",
                       "",
                       ExperimentAssigned{"resolve-70", TicketId("tkt_" + std::to_string(i)), 1,
                                          kControl, 900'000, ActionId("act_x")}});
  story.record(std::move(foreign));
  story.in(kControl);
  const auto& warned = story.event<ExperimentSrmDetected>();
  CHECK(warned.control == 61);
  CHECK(warned.treatment == 0);
  CHECK(warned.p_ppm < 1'000);
  story.in(kControl);
  CHECK_FALSE(story.has<ExperimentSrmDetected>());
  story.given(kManager, StopExperiment{"resolve-70", {}});
  CHECK(story.event<ExperimentConcluded>().verdict == ExperimentVerdict::invalid);
}

TEST_CASE("a faulty or second experiment is refused and changes nothing") {
  TriedStory story;
  const auto refused = [&](auto change, ErrorCode code = ErrorCode::invalid) {
    StartExperiment command = TriedStory::order();
    change(command);
    story.when(kAdmin, command).then_refused(code);
  };
  refused([](StartExperiment& c) { c.key = "a/b"; });
  refused([](StartExperiment& c) { c.key = "two words"; });
  refused([](StartExperiment& c) { c.share_bp = 0; });
  refused([](StartExperiment& c) { c.share_bp = 10'001; });
  refused([](StartExperiment& c) { c.treatment_ppm = 1'000'001; });
  refused([](StartExperiment& c) { c.treatment_ppm = c.control_ppm; });
  refused([](StartExperiment& c) { c.types = {"no_such_type"}; });
  refused([](StartExperiment& c) { c.types = {"search_knowledge_base"}; });
  refused([](StartExperiment& c) { c.window_s = 0; });
  refused([](StartExperiment& c) { c.alpha_ppm = 0; });
  refused([](StartExperiment& c) { c.guardrails = {{Mishap::error, 1}, {Mishap::error, 2}}; });
  for (const Principal& who : {kManager, kPerson, kAgent, kSystem})
    story.when(who, TriedStory::order()).then_refused(ErrorCode::forbidden);
  CHECK(story.memory.experiments.rows.empty());
  story.begin();
  refused([](StartExperiment&) {}, ErrorCode::conflict);
  refused([](StartExperiment& c) { c.key = "other"; }, ErrorCode::conflict);
  refused([](StartExperiment& c) { c.key = "other", c.types.clear(); }, ErrorCode::conflict);
  StartExperiment apart = TriedStory::order();
  apart.key = "assign";
  apart.types = {"ASSIGN_TO_TEAM"};
  story.begin(apart);
  story.given(kManager, StopExperiment{"resolve-70", {}});
  // A key tells one experiment for ever.
  refused([](StartExperiment&) {}, ErrorCode::conflict);
}

TEST_CASE("what was proposed before it began is judged without it") {
  TriedStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId early = story.proposed(ticket, "send_reply", R"({"text":"hello"})", 650'000);
  StartExperiment command = TriedStory::order();
  command.types = {"send_reply"};
  story.begin(command);
  story.lease(early);
  CHECK(story.has<EffectDispatched>());
  CHECK(story.memory.participants.rows.empty());
}

TEST_CASE("a policy in shadow is judged with its own thresholds") {
  TriedStory story;
  story.given(kAdmin,
              ActivatePolicy{"pol_shadow@1", policy_json(story.policy), PolicyMode::shadow});
  story.begin();
  story.in(kTreatment, 750'000);
  std::vector<PolicyOutcome> outcomes;
  for (const RecordedEvent& event : story.log)
    if (const auto* decided = get_if<PolicyDecided>(&event.data))
      outcomes.push_back(decided->outcome);
  CHECK(outcomes ==
        std::vector<PolicyOutcome>{PolicyOutcome::allow, PolicyOutcome::require_approval});
}

TEST_CASE("the rows of experiments follow from the events") {
  TriedStory story;
  StartExperiment command = TriedStory::order();
  command.guardrails = {{Mishap::rollback, 600'000}};
  story.begin(command);
  for (int i = 0; i < 40; ++i) {
    const TicketId ticket = story.open_ticket();
    story.now += hours(1);
    if (story.resolve(ticket, 650'000 + i * 8'000) != PolicyOutcome::allow) continue;
    const ActionId action = story.event<ActionProposed>().action;
    if (i % 3 == 0) story.roll_back(action);
  }
  Memory again;
  for (const RecordedEvent& event : story.log) evolve(again.state, event);
  CHECK(again.same_as(story.memory));
  CHECK(again.experiments.rows.at("resolve-70").unsettled.size() < 60);
}

}  // namespace
}  // namespace recourse
