#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

const Principal kSecondAdmin = person(Role::admin, "usr_second");

/// Everything may run; the confidence asked for is the difference between two of them.
std::string policy_asking(std::int64_t ppm) {
  Policy policy = default_policy();
  for (ThresholdRule& rule : policy.thresholds)
    if (rule.at_least_ppm) rule.at_least_ppm = ppm;
  return policy_json(policy);
}

/// What the server records after a backtest.
void backtested(Story& story, const std::string& policy) {
  PolicyBacktested done;
  done.backtest = "bkt_1";
  done.policy = policy;
  story.record({{"pol_desk", "", {}, "", "", done}});
}

TEST_CASE("a policy is drafted, backtested and activated by a second person") {
  Story story;
  story.given(kAdmin, DraftPolicy{"pol_desk@1", policy_asking(990'000)});
  story.then({"policy.drafted"});
  story.when(kSecondAdmin, ActivatePolicy{"pol_desk@1"}).then_refused(ErrorCode::conflict);
  backtested(story, "pol_desk@1");
  story.when(kSecondAdmin, ActivatePolicy{"pol_desk@1"}).then({"policy.activated"});
  CHECK(story.event<PolicyActivated>().drafted_by == kAdmin.id);
  CHECK(story.event<PolicyActivated>().backtest == Clear("bkt_1"));
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":"x"})", 980'000);
  CHECK(story.event<PolicyDecided>().policy.text == "pol_desk@1");
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::require_approval);
}

TEST_CASE("who drafted a policy does not activate it, unless there is nobody else") {
  Story story;
  story.given(kAdmin, DraftPolicy{"pol_desk@1", policy_asking(990'000)});
  backtested(story, "pol_desk@1");
  story.when(kAdmin, ActivatePolicy{"pol_desk@1"}).then_refused(ErrorCode::forbidden);
  story.when(kAdmin, ActivatePolicy{"pol_desk@2", policy_asking(1)})
      .then_refused(ErrorCode::forbidden);
  story.admins = 1;
  story.when(kAdmin, ActivatePolicy{"pol_desk@1"}).then({"bypass.granted", "policy.activated"});
  CHECK(story.event<BypassGranted>().scope.text == "own_policy");
}

TEST_CASE("a version never has two texts, and only admins activate") {
  Story story;
  story.given(kManager, DraftPolicy{"pol_desk@1", policy_asking(990'000)});
  story.when(kManager, DraftPolicy{"pol_desk@1", policy_asking(1)})
      .then_refused(ErrorCode::conflict);
  story.when(kManager, DraftPolicy{"pol_desk@1", policy_asking(990'000)})
      .then_refused(ErrorCode::conflict);
  backtested(story, "pol_desk@1");
  story.when(kManager, ActivatePolicy{"pol_desk@1"}).then_refused(ErrorCode::forbidden);
  story.when(kAdmin, ActivatePolicy{"pol_other@1"}).then_refused(ErrorCode::not_found);
  story.when(kManager, DraftPolicy{"desk", policy_asking(1)}).then_refused(ErrorCode::invalid);
  story.when(kPerson, DraftPolicy{"pol_desk@9", policy_asking(1)})
      .then_refused(ErrorCode::forbidden);
}

TEST_CASE("a policy that cannot be read is refused, and the active one stays") {
  Story story;
  story.given(kSystem, ActivatePolicy{"pol_desk@1", policy_asking(500'000)});
  story.when(kManager, DraftPolicy{"pol_desk@2", R"({"currency":"USD","colour":"red"})"})
      .then_refused(ErrorCode::invalid);
  story.when(kSystem, ActivatePolicy{"pol_desk@2", R"({"thresholds":[{"rule":"x"}]})"})
      .then_refused(ErrorCode::invalid);
  CHECK(story.memory.tenant.rows.at(TenantId()).policy.text == "pol_desk@1");
}

TEST_CASE("a policy in shadow is recorded beside the one in force, and nothing follows from it") {
  Story story;
  story.given(kManager, DraftPolicy{"pol_desk@2", policy_asking(1'000'000)});
  story.given(kAdmin, ActivatePolicy{"pol_desk@2", "", PolicyMode::shadow});
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":"x"})", 950'000);
  const std::vector<std::string> happened = story.what_happened();
  CHECK(std::count(happened.begin(), happened.end(), "policy.decided") == 2);
  const PolicyDecided& trial = story.event<PolicyDecided>();
  CHECK(trial.shadow);
  CHECK(trial.policy.text == "pol_desk@2");
  CHECK(trial.outcome == PolicyOutcome::require_approval);
  CHECK(story.action(trial.action).status == ActionStatus::succeeded);

  story.given(kManager, RetirePolicy{"pol_desk@2", "seen enough"}).then({"policy.retired"});
  story.propose(story.open_ticket(), "AUTO_RESOLVE", R"({"resolution_steps":"x"})", 950'000);
  CHECK_FALSE(story.event<PolicyDecided>().shadow);
  story.when(kSecondAdmin, ActivatePolicy{"pol_desk@2"}).then_refused(ErrorCode::conflict);
}

TEST_CASE("a policy leaves the shadow when it comes into force") {
  Story story;
  story.given(kManager, DraftPolicy{"pol_desk@2", policy_asking(990'000)});
  story.given(kAdmin, ActivatePolicy{"pol_desk@2", "", PolicyMode::shadow});
  story.when(kAdmin, ActivatePolicy{"pol_desk@2", "", PolicyMode::shadow})
      .then_refused(ErrorCode::conflict);
  backtested(story, "pol_desk@2");
  story.given(kAdmin, ActivatePolicy{"pol_desk@2"});
  CHECK_FALSE(story.memory.tenant.rows.at(TenantId()).shadow_policy);
  story.when(kManager, RetirePolicy{"pol_desk@2", {}}).then_refused(ErrorCode::conflict);
}

Policy with_level(AgentAutonomy level, const char* agent = nullptr) {
  Policy policy = default_policy();
  AutonomyRule rule;
  rule.rule = "all";
  if (agent != nullptr) rule.agent = agent;
  rule.level = level;
  policy.autonomy = {{rule}};
  return policy;
}

TEST_CASE("each level of autonomy lets an agent go as far as it says") {
  struct Row {
    AgentAutonomy level;
    PolicyOutcome read, write;
  };
  constexpr auto kAllow = PolicyOutcome::allow;
  for (const Row& row : {Row{AgentAutonomy::off, PolicyOutcome::deny, PolicyOutcome::deny},
                         Row{AgentAutonomy::shadow, PolicyOutcome::shadow, PolicyOutcome::shadow},
                         Row{AgentAutonomy::suggest, kAllow, PolicyOutcome::shadow},
                         Row{AgentAutonomy::approve, kAllow, PolicyOutcome::require_approval},
                         Row{AgentAutonomy::auto_, kAllow, kAllow}}) {
    CAPTURE(word(row.level));
    Story story;
    story.given(kSystem, ActivatePolicy{"pol_desk@1", policy_json(with_level(row.level))});
    const TicketId ticket = story.open_ticket();
    story.propose(ticket, "search_knowledge_base", R"({"query":"vpn"})");
    CHECK(story.event<PolicyDecided>().outcome == row.read);
    story.propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":"x"})", 1'000'000);
    const PolicyDecided& decided = story.event<PolicyDecided>();
    CHECK(decided.outcome == row.write);
    if (row.level == AgentAutonomy::off) CHECK(decided.problem == Clear("autonomy_level"));
    if (row.write == PolicyOutcome::shadow) {
      CHECK(story.action(decided.action).status == ActionStatus::shadowed);
      CHECK_FALSE(story.has<ApprovalRequested>());
    }
  }
}

TEST_CASE("a rule about one agent goes before one about all, and people are none of them") {
  Story story;
  Policy policy = with_level(AgentAutonomy::off);
  AutonomyRule own;
  own.rule = "helper";
  own.agent = "agt_helper";
  own.level = AgentAutonomy::auto_;
  policy.autonomy->push_back(own);
  story.given(kSystem, ActivatePolicy{"pol_desk@1", policy_json(policy)});
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "search_knowledge_base", R"({"query":"vpn"})");
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::allow);
  ProposeAction command;
  command.ticket = ticket;
  command.type = "search_knowledge_base";
  command.args_json = R"({"query":"vpn"})";
  const Principal other{PrincipalId("agt_other"), ActorType::agent, Role::agent, KeyId("key_o")};
  story.given(other, command);
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::deny);
  story.given(kPerson, command);
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::allow);
}

TEST_CASE("an agent that may only suggest by now loses what was approved before") {
  Story story;
  const ActionId action = story.proposed(story.open_ticket(), "process_refund",
                                         R"({"amount":"10.00","order_id":"o1","reason":"late"})");
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.vote(kManager, approval);
  REQUIRE(story.action(action).status == ActionStatus::held);
  story.given(kSystem,
              ActivatePolicy{"pol_desk@1", policy_json(with_level(AgentAutonomy::suggest))});
  story.lease(action);
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::shadow);
  CHECK_FALSE(story.has<EffectDispatched>());
  CHECK(story.approval(approval).status == ApprovalStatus::staled);
}

TEST_CASE("in an emergency one person goes back to the policy before, and says why") {
  Story story;
  story.given(kSystem, ActivatePolicy{"pol_desk@1", policy_asking(500'000)});
  story.given(kSystem, ActivatePolicy{"pol_desk@2", policy_asking(600'000)});
  story.given(kSystem, ActivatePolicy{"pol_desk@3", policy_asking(700'000)});
  const auto asked = [&] {
    const TicketId ticket = story.open_ticket();
    story.propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":"x"})", 650'000);
    return story.event<PolicyDecided>();
  };
  CHECK(asked().outcome == PolicyOutcome::require_approval);
  story.when(kManager, RevertPolicy{"pol_desk@3", {}}).then_refused(ErrorCode::invalid);
  story.when(kManager, RevertPolicy{"pol_desk@2", "x"}).then_refused(ErrorCode::conflict);
  story.when(kPerson, RevertPolicy{"pol_desk@3", "x"}).then_refused(ErrorCode::forbidden);
  story.when(kAgent, RevertPolicy{"pol_desk@3", "x"}).then_refused(ErrorCode::forbidden);
  story.given(kManager, RevertPolicy{"pol_desk@3", "nothing is resolved any more"});
  story.then({"policy.reverted"});
  CHECK(story.event<PolicyReverted>().from == Clear("pol_desk@3"));
  CHECK(story.event<PolicyReverted>().to == Clear("pol_desk@2"));
  CHECK(story.event<PolicyReverted>().digest == sha256(policy_asking(600'000)));
  CHECK(asked().outcome == PolicyOutcome::allow);
  CHECK(asked().policy == Clear("pol_desk@2"));
  const TenantState& tenant = story.memory.tenant.rows.at(TenantId());
  CHECK(standing_of(story.memory.policies.rows.at("pol_desk@3"), tenant) == "former");
  // Whoever asks again for the same goes no further back.
  story.when(kSecondAdmin, RevertPolicy{"pol_desk@3", "x"}).then_refused(ErrorCode::conflict);
  story.given(kSecondAdmin, RevertPolicy{"pol_desk@2", "that one neither"});
  CHECK(story.event<PolicyReverted>().to == Clear("pol_desk@1"));
  story.when(kSecondAdmin, RevertPolicy{"pol_desk@1", "x"}).then_refused(ErrorCode::conflict);
  // What was put right comes back as any policy does.
  story.given(kSystem, ActivatePolicy{"pol_desk@3"});
  story.given(kSecondAdmin, RevertPolicy{"pol_desk@3", "still wrong"});
  CHECK(story.event<PolicyReverted>().to == Clear("pol_desk@1"));
  Memory again;
  for (const RecordedEvent& event : story.log) evolve(again.state, event);
  CHECK(again.same_as(story.memory));
}

TEST_CASE("nobody goes back to a policy that was retired since") {
  Story story;
  story.given(kSystem, ActivatePolicy{"pol_desk@1", policy_asking(500'000)});
  story.given(kSystem, ActivatePolicy{"pol_desk@2", policy_asking(600'000)});
  story.given(kSystem, ActivatePolicy{"pol_desk@3", policy_asking(700'000)});
  story.given(kManager, RetirePolicy{"pol_desk@2", {}});
  story.given(kManager, RevertPolicy{"pol_desk@3", "wrong"});
  CHECK(story.event<PolicyReverted>().to == Clear("pol_desk@1"));
}

}  // namespace
}  // namespace recourse
