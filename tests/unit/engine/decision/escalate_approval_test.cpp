#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

constexpr const char* kEscalatedRefund = R"({"amount":10,"order_id":"O-1"})";
constexpr const char* kTwoPeople = R"({"amount":600,"order_id":"O-1"})";

ApprovalId to_escalate(Story& story, const char* args = kEscalatedRefund,
                       const char* type = "process_refund",
                       std::optional<std::int64_t> confidence = 990'000) {
  story.proposed(story.open_ticket(), type, args, confidence);
  return story.event<ApprovalRequested>().approval;
}

TEST_CASE("when half of the time is over the escalation roles are asked, once") {
  Story story;
  const ApprovalId approval = to_escalate(story);
  CHECK(story.event<ApprovalRequested>().escalate_at == story.now + std::chrono::minutes(30));
  const EscalateApproval escalate{approval, {}};
  story.now += std::chrono::minutes(29);
  story.when(kSystem, escalate).then_refused(ErrorCode::conflict);
  story.now += std::chrono::minutes(1);
  story.when(kSystem, escalate).then({"approval.escalated"});
  CHECK(story.event<ApprovalEscalated>().to == std::vector<Clear>{"admin"});
  CHECK(story.event<ApprovalEscalated>().cause == Clear("half_time"));
  story.when(kSystem, escalate).then_refused(ErrorCode::conflict);
  story.vote(kManager, approval).then_refused(ErrorCode::forbidden);
  story.vote(kAdmin, approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("a person escalates earlier, and says why") {
  Story story;
  const ApprovalId approval = to_escalate(story);
  EscalateApproval escalate{approval, "above my pay"};
  story.when(kAgent, escalate).then_refused(ErrorCode::forbidden);
  story.when(kPerson, escalate).then_refused(ErrorCode::forbidden);
  story.when(kManager, escalate).then({"approval.escalated"});
  CHECK(story.event<ApprovalEscalated>().cause == Clear("manual"));
  CHECK(story.event<ApprovalEscalated>().reason.has_value());
  story.when(kManager, escalate).then_refused(ErrorCode::conflict);
  story.when(kManager, EscalateApproval{ApprovalId("apr_none"), {}})
      .then_refused(ErrorCode::not_found);
}

TEST_CASE("votes of those who may still vote are kept, others do not count any more") {
  for (const bool admin_first : {false, true}) {
    Story story;
    const ApprovalId approval = to_escalate(story, kTwoPeople);
    story.vote(admin_first ? kAdmin : kManager, approval).then({"approval.voted"});
    story.given(kAdmin, EscalateApproval{approval, {}});
    story.vote(kThird, approval);
    CHECK(story.has<ApprovalGranted>() == admin_first);
  }
}

TEST_CASE("a single admin cannot make two, so those who were asked before stay") {
  Story story;
  story.admins = 1;
  const ApprovalId approval = to_escalate(story, kTwoPeople);
  story.vote(kManager, approval);
  story.given(kAdmin, EscalateApproval{approval, {}});
  CHECK(story.event<ApprovalEscalated>().to == std::vector<Clear>{"admin", "manager"});
  story.vote(kAdmin, approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("the policy says for each type who is asked next") {
  Story story;
  Policy policy = default_policy();
  EscalationRule general, refunds;
  general.rule = "all";
  general.escalate_to = {Role::manager, Role::admin};
  refunds.rule = "refunds";
  refunds.type = Clear("process_refund");
  refunds.escalate_to = {Role::manager};
  policy.escalations = {{general, refunds}};
  story.given(kSystem, ActivatePolicy{"pol_two@1", policy_json(policy)});
  to_escalate(story);
  CHECK(story.event<ApprovalRequested>().escalate_to == std::vector<Clear>{"manager"});
  to_escalate(story, "{}", "AUTO_RESOLVE", std::nullopt);
  CHECK(story.event<ApprovalRequested>().escalate_to == std::vector<Clear>{"manager", "admin"});
}

TEST_CASE("a granted approval is revoked before it is used, and never after") {
  Story story;
  const ApprovalId approval = to_escalate(story);
  const ActionId action = story.approval(approval).action;
  RevokeApproval revoke{approval, "the customer called"};
  story.when(kManager, revoke).then_refused(ErrorCode::conflict);
  story.vote(kManager, approval);
  story.when(kAgent, revoke).then_refused(ErrorCode::forbidden);
  story.when(person(Role::operator_), revoke).then_refused(ErrorCode::forbidden);
  story.when(kSecond, RevokeApproval{approval, {}}).then_refused(ErrorCode::invalid);
  story.when(kSecond, revoke).then({"approval.revoked"});
  CHECK(story.approval(approval).status == ApprovalStatus::revoked);
  CHECK(story.action(action).status == ActionStatus::rejected);
  story.lease(action).then_refused(ErrorCode::conflict);
  story.when(kSecond, revoke).then_refused(ErrorCode::conflict);

  const ApprovalId used = to_escalate(story);
  story.vote(kManager, used);
  story.lease(story.approval(used).action);
  CHECK(story.approval(used).status == ApprovalStatus::consumed);
  story.when(kManager, RevokeApproval{used, "too late"}).then_refused(ErrorCode::conflict);
}

TEST_CASE("a vote says how the voter was known, and in which role") {
  Story story;
  const ApprovalId approval = to_escalate(story);
  story.vote(kManager, approval);
  const ApprovalVoted& voted = story.event<ApprovalVoted>();
  CHECK(voted.role == Clear("manager"));
  CHECK(voted.auth_level == Clear("api_key"));
  CHECK(voted.authenticated_at == story.now);
}

TEST_CASE("plans of rollbacks are escalated to admins") {
  RollbackStory story;
  story.given(kManager, [&] {
    RollBack command;
    command.action = story.reset(story.open_ticket());
    command.reason = "wrong";
    return command;
  }());
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.now += std::chrono::minutes(30);
  story.when(kSystem, EscalateApproval{approval, {}}).then({"approval.escalated"});
  story.vote(kSecond, approval).then_refused(ErrorCode::forbidden);
  story.vote(kThird, approval);
  CHECK(story.has<RollbackStarted>());
}

}  // namespace
}  // namespace recourse
