#include "engine/event/json.h"
#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

constexpr const char* kSmallRefund = R"({"amount":1,"order_id":"O-1"})";
constexpr const char* kHello = R"({"text":"hello"})";

struct Held : Story {
  TicketId ticket = open_ticket();
  ActionId action = proposed(ticket, "send_reply", kHello);

  /// A refund that a manager agreed to.
  ActionId agreed_refund() {
    const ActionId refund = proposed(ticket, "process_refund", kSmallRefund);
    vote(kManager, event<ApprovalRequested>().approval);
    return refund;
  }
  /// A lease, now.
  Story& lease_now(const ActionId& id) { return when(kAgent, LeaseAction{id}); }
  const ApprovalState& approval_of(const ActionId& id) const {
    return approval(*action_of(id).approval);
  }
  const ActionState& action_of(const ActionId& id) const { return Story::action(id); }
};

TEST_CASE_FIXTURE(Held, "a reply is held for twenty seconds before anybody may send it") {
  const ActionState held = action_of(action);
  CHECK(held.status == ActionStatus::held);
  CHECK(held.hold_until == now + std::chrono::seconds(20));
  lease_now(action).then_refused(ErrorCode::conflict);
  now += std::chrono::seconds(19);
  lease_now(action).then_refused(ErrorCode::conflict);
  now += std::chrono::seconds(1);
  lease_now(action).then({"policy.decided", "effect.dispatched"});
}

TEST_CASE_FIXTURE(Held, "what is held is recalled as if it had never been") {
  when(kPerson, RecallAction{action, "wrong customer"}).then({"effect.recalled"});
  CHECK(action_of(action).status == ActionStatus::recalled);
  now += std::chrono::hours(1);
  lease_now(action).then_refused(ErrorCode::conflict);
  when(kPerson, RecallAction{action, {}}).then_refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Held,
                  "money is held for ten minutes after people agreed, and recalling voids it") {
  const ActionId refund = agreed_refund();
  then({"approval.voted", "approval.granted", "effect.held", "ticket.automation_changed"});
  CHECK(action_of(refund).hold_until == now + std::chrono::minutes(10));
  when(kPerson, RecallAction{refund, {}}).then({"effect.recalled", "approval.staled"});
  CHECK(event<ApprovalStaled>().cause == Clear("recalled"));
  CHECK(action_of(refund).status == ActionStatus::recalled);
}

TEST_CASE_FIXTURE(Held, "a late vote is not eaten up by the hold window") {
  const ActionId refund = proposed(ticket, "process_refund", kSmallRefund);
  const ApprovalId asked = event<ApprovalRequested>().approval;
  now = approval(asked).expires_at - std::chrono::seconds(1);
  vote(kManager, asked);
  REQUIRE(has<EffectHeld>());
  CHECK(event<ApprovalGranted>().expires_at == now + std::chrono::minutes(25));
  now += std::chrono::minutes(11);
  CHECK(fire_due().empty());
  lease_now(refund).then({"policy.decided", "approval.consumed", "effect.dispatched"});
}

TEST_CASE_FIXTURE(Held, "what is agreed to and never used ends after its time") {
  const ActionId refund = agreed_refund();
  now += std::chrono::hours(2);
  fire_due();
  CHECK(approval_of(refund).status == ApprovalStatus::expired);
  CHECK(action_of(refund).status == ActionStatus::expired);
  lease_now(refund).then_refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Held, "a policy says how long each type is held") {
  Policy policy = default_policy();
  HoldRule replies, messages;
  replies.rule = "replies";
  replies.type = "send_reply";
  replies.hold_s = 300;
  messages.rule = "messages";
  messages.category = "communication";
  messages.hold_s = 60;
  policy.holds = {{messages, replies}};
  given(kSystem, ActivatePolicy{"pol_slow@1", policy_json(policy)});
  const ActionId slow = proposed(ticket, "send_reply", kHello);
  CHECK(action_of(slow).hold_until == now + std::chrono::seconds(300));
  policy.holds->back().hold_s = 0;
  given(kSystem, ActivatePolicy{"pol_fast@1", policy_json(policy)});
  const ActionId fast = proposed(ticket, "send_reply", kHello);
  CHECK(action_of(fast).status == ActionStatus::authorized);
  lease_now(fast).then({"policy.decided", "effect.dispatched"});
}

TEST_CASE_FIXTURE(Held, "a hold beyond a day, and one for nothing, is no policy") {
  const auto refuses = [](std::string_view holds) {
    Policy policy = default_policy();
    std::string text = policy_json(policy);
    text.insert(text.size() - 1, ",\"holds\":" + std::string(holds));
    const auto parsed = parse_policy(text);
    REQUIRE_FALSE(parsed.ok());
    return parsed.error().message;
  };
  CHECK(refuses(R"([{"rule":"long","hold_s":86401}])").find("hold_s") != std::string::npos);
  CHECK(refuses(R"([{"rule":"a","type":"no_such_type","hold_s":1}])").find("no action type") !=
        std::string::npos);
  CHECK(refuses(R"([{"rule":"a","hold_s":1},{"rule":"a","hold_s":2}])").find("twice") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(Held, "a machine recalls its own actions only, people everybody's") {
  const Principal other{PrincipalId("agt_other"), ActorType::agent, Role::agent, KeyId("key_o")};
  when(other, RecallAction{action, {}}).then_refused(ErrorCode::forbidden);
  when(kCustomer, RecallAction{action, {}}).then_refused(ErrorCode::forbidden);
  when(kAgent, RecallAction{action, {}}).then({"effect.recalled"});
}

TEST_CASE_FIXTURE(Held, "what has been sent, or waits for people, is not recalled") {
  const ActionId refund = proposed(ticket, "process_refund", kSmallRefund);
  when(kPerson, RecallAction{refund, {}}).then_refused(ErrorCode::conflict);
  lease(action);
  when(kPerson, RecallAction{action, {}}).then_refused(ErrorCode::conflict);
  report(action, EffectOutcome::unknown);
  when(kPerson, RecallAction{action, {}}).then_refused(ErrorCode::conflict);
  when(kPerson, RecallAction{ActionId("act_none"), {}}).then_refused(ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Held, "a rollback of what is held recalls it, and nobody has to be asked") {
  roll_back(action);
  CHECK(has<EffectRecalled>());
  CHECK(has<RollbackCompleted>());
  CHECK(event<EffectRecalled>().rollback == event<RollbackCompleted>().rollback);
  const auto& planned = event<RollbackPlanned>();
  REQUIRE(planned.steps.size() == 1);
  CHECK(planned.steps[0].kind == Clear("recall"));
  CHECK(planned.required_approvals == 0);
  CHECK(action_of(action).status == ActionStatus::recalled);
}

TEST_CASE_FIXTURE(Held, "what is held can be withdrawn and amended by who proposed it") {
  AmendAction amend;
  amend.action = action;
  amend.args_json = R"({"text":"hello again"})";
  amend.confidence_ppm = 950'000;
  given(kAgent, amend);
  CHECK(action_of(action).status == ActionStatus::superseded);
  const ActionId second = event<ActionProposed>().action;
  CHECK(action_of(second).status == ActionStatus::held);
  given(kAgent, WithdrawAction{second, {}});
  CHECK(action_of(second).status == ActionStatus::withdrawn);
}

TEST_CASE_FIXTURE(Held, "an approval that is revoked while its action is held ends the action") {
  const ActionId refund = agreed_refund();
  when(kManager, RevokeApproval{approval_of(refund).approval, "the customer called"});
  CHECK(action_of(refund).status == ActionStatus::rejected);
  now += std::chrono::minutes(10);
  lease_now(refund).then_refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Held, "a kill switch says how many effects it holds back, scope by scope") {
  agreed_refund();
  const auto held_within = [&](const std::string& scope) {
    given(kManager, EngageKillswitch{scope, {}});
    const auto held = event<KillswitchEngaged>().held_effects;
    given(kManager, ReleaseKillswitch{scope, {}});
    return held;
  };
  CHECK(held_within("tenant") == 2);
  CHECK(held_within("agt_helper") == 2);
  CHECK(held_within("agt_other") == 0);
  CHECK(held_within("send_reply") == 1);
  given(kPerson, RecallAction{action, {}});
  CHECK(held_within("tenant") == 1);
  CHECK(held_within("send_reply") == 0);
  CHECK_FALSE(held_within("deployment"));
}

TEST_CASE_FIXTURE(Held, "an executor that says it is still at it keeps its lease") {
  lease(action);
  const LeaseId own = *action_of(action).lease;
  now += std::chrono::seconds(50);
  when(kAgent, LeaseAction{action, 60, own}).then({"effect.heartbeat"});
  now += std::chrono::seconds(50);
  CHECK(fire_due().empty());
  when(kAgent, LeaseAction{action, 60, LeaseId("lse_other")}).then_refused(ErrorCode::conflict);
  now += std::chrono::seconds(10);
  when(kAgent, LeaseAction{action, 60, own}).then_refused(ErrorCode::conflict);
  CHECK(fire_due().size() == 1);
  CHECK(action_of(action).status == ActionStatus::outcome_unknown);
  when(kAgent, LeaseAction{action, 60, own}).then_refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Held, "an outcome that nobody knows is an incident until somebody finds out") {
  lease(action);
  report(action, EffectOutcome::unknown).then({"effect.outcome_unknown", "incident.opened"});
  CHECK(event<IncidentOpened>().kind == IncidentKind::outcome_unknown);
  const IncidentId incident = event<IncidentOpened>().incident;
  ReportAction found;
  found.action = action;
  found.outcome = EffectOutcome::succeeded;
  when(kManager, found).then({"effect.reconciled", "incident.closed"});
  CHECK(event<IncidentClosed>().incident == incident);
  CHECK(action_of(action).status == ActionStatus::succeeded);
}

}  // namespace
}  // namespace recourse
