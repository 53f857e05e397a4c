#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

constexpr const char* kFirstRefund = R"({"amount":10,"order_id":"O-1"})";
constexpr const char* kSmallerRefund = R"({"amount":5,"order_id":"O-1"})";

struct ToAmend {
  TicketId ticket;
  ActionId action;
  ApprovalId approval;
};

ToAmend to_amend(Story& story, const char* args = kFirstRefund) {
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "process_refund", args, 990'000);
  return {ticket, action, story.event<ApprovalRequested>().approval};
}

AmendAction amend(const ActionId& action, const char* args = kSmallerRefund) {
  AmendAction command;
  command.action = action;
  command.args_json = args;
  command.reason = "the shipping was not ours";
  return command;
}

TEST_CASE("an amendment is a proposal of its own, and the old one ends as superseded") {
  Story story;
  const ToAmend old = to_amend(story);
  story.when(kManager, amend(old.action))
      .then({"action.proposed", "action.amended", "approval.staled", "policy.decided",
             "approval.requested"});
  const ActionId next = story.event<ActionProposed>().action;
  CHECK(story.event<ActionProposed>().amends == old.action);
  CHECK(story.event<ActionAmended>().by == next);
  CHECK(story.event<ApprovalStaled>().cause == Clear("amended"));
  CHECK(story.action(old.action).status == ActionStatus::superseded);
  CHECK(story.approval(old.approval).status == ApprovalStatus::staled);
  CHECK(story.action(next).proposer == kManager.id);
  CHECK(story.ticket(old.ticket).automation == Automation::awaiting_approval);
  story.vote(kSecond, old.approval).then_refused(ErrorCode::conflict);
}

TEST_CASE("neither who amends nor who proposed it first votes on it") {
  Story story;
  ProposeAction first;
  first.ticket = story.open_ticket();
  first.type = "process_refund";
  first.args_json = kFirstRefund;
  story.given(kManager, first);
  const ActionId action = story.event<ActionProposed>().action;
  story.given(kSecond, amend(action));
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.vote(kSecond, approval).then_refused(ErrorCode::forbidden);
  story.vote(kManager, approval).then_refused(ErrorCode::forbidden);
  story.vote(kThird, approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("the policy judges what it is amended to") {
  Story story;
  const ToAmend old = to_amend(story);
  story.given(kManager, amend(old.action, R"({"amount":600,"order_id":"O-1"})"));
  CHECK(story.event<ApprovalRequested>().quorum == 2);
}

TEST_CASE("what the policy refuses takes nothing's place") {
  Story story;
  const ToAmend old = to_amend(story);
  story.given(kManager, amend(old.action, R"({"amount":"much","order_id":"O-1"})"));
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::deny);
  CHECK_FALSE(story.has<ActionAmended>());
  CHECK(story.action(old.action).status == ActionStatus::awaiting_approval);
  CHECK(story.ticket(old.ticket).automation == Automation::awaiting_approval);
  story.vote(kManager, old.approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("arguments that are not to come back do not come back as an amendment") {
  Story story;
  const ToAmend first = to_amend(story, kSmallerRefund);
  CastVote never = story.ballot(first.approval, Vote::reject);
  never.retry = RetryAdvice::forbid;
  story.given(kManager, never);
  const ActionId second = story.proposed(first.ticket, "process_refund", kFirstRefund, 990'000);
  story.given(kSecond, amend(second));
  CHECK(story.event<PolicyDecided>().problem == Clear("duplicate_of_rejected"));
}

TEST_CASE("only what waits can be amended, and with other arguments") {
  Story story;
  const ToAmend old = to_amend(story);
  story.when(kManager, amend(old.action, kFirstRefund)).then_refused(ErrorCode::conflict);
  story.when(kManager, amend(old.action, "[1]")).then_refused(ErrorCode::invalid);
  story.when(kManager, amend(ActionId("act_none"))).then_refused(ErrorCode::not_found);
  Principal other = kAgent;
  other.id = PrincipalId("agt_other");
  story.when(other, amend(old.action)).then_refused(ErrorCode::forbidden);
  story.vote(kManager, old.approval);
  story.lease(old.action);
  story.report(old.action, EffectOutcome::succeeded);
  story.when(kManager, amend(old.action)).then_refused(ErrorCode::conflict);
}

TEST_CASE("the agent amends its own action, also one that was granted") {
  Story story;
  const ToAmend old = to_amend(story);
  story.vote(kManager, old.approval);
  story.given(kAgent, amend(old.action));
  CHECK(story.approval(old.approval).status == ApprovalStatus::staled);
  story.lease(old.action).then_refused(ErrorCode::conflict);
}

TEST_CASE("one of our own actions that needs nobody runs at once") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId old = story.proposed(ticket, "AUTO_RESOLVE", "{}", std::nullopt);
  AmendAction command = amend(old, R"({"resolution_steps":"reboot"})");
  command.confidence_ppm = 990'000;
  story.given(kAgent, command);
  CHECK(story.has<EffectConfirmed>());
  CHECK(story.action(old).status == ActionStatus::superseded);
  CHECK(story.ticket(ticket).automation == Automation::active);
}

}  // namespace
}  // namespace recourse
