#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

constexpr const char* kRefund = R"({"amount":10,"order_id":"O-1"})";
constexpr const char* kLargeRefund = R"({"amount":600,"order_id":"O-1"})";

struct Waiting {
  TicketId ticket;
  ActionId action;
  ApprovalId approval;
};

Waiting waiting(Story& story, const char* type = "process_refund", const char* args = kRefund,
                std::optional<std::int64_t> confidence = 990'000) {
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, type, args, confidence);
  return {ticket, action, story.event<ApprovalRequested>().approval};
}

TEST_CASE("an approved refund is held for its window and the ticket stops waiting") {
  Story story;
  const auto [ticket, action, approval] = waiting(story);
  story.now += std::chrono::minutes(2);
  story.vote(kManager, approval);
  story.then({"approval.voted", "approval.granted", "effect.held", "ticket.automation_changed"});
  CHECK(story.event<ApprovalVoted>().decision_ms == 120'000);
  CHECK(story.action(action).status == ActionStatus::held);
  CHECK(story.approval(approval).status == ApprovalStatus::granted);
  CHECK(story.ticket(ticket).automation == Automation::active);
}

TEST_CASE("an approved action of our own runs at once with the arguments that were approved") {
  Story story;
  const auto [ticket, action, approval] =
      waiting(story, "AUTO_RESOLVE", R"({"resolution_steps":"reboot"})", std::nullopt);
  story.vote(kManager, approval);
  story.then({"approval.voted", "approval.granted", "policy.decided", "approval.consumed",
              "effect.dispatched", "message.sent", "ticket.status_changed", "resolution.asserted",
              "followup.scheduled", "effect.confirmed", "ticket.automation_changed"});
  CHECK(story.event<MessageSent>().body.json == "\"reboot\"");
  CHECK(story.event<PolicyDecided>().at == Clear("dispatch"));
  CHECK(story.event<EffectDispatched>().args_commitment == story.action(action).args_commitment);
  CHECK(story.approval(approval).status == ApprovalStatus::consumed);
  CHECK(story.action(action).status == ActionStatus::succeeded);
  CHECK(story.ticket(ticket).open_approvals.empty());
}

TEST_CASE("a rejection tells why, and whether the same arguments may be asked about again") {
  Story story;
  const auto [ticket, action, approval] = waiting(story);
  CastVote silent = story.ballot(approval, Vote::reject);
  silent.reason.reset();
  story.when(kManager, silent).then_refused(ErrorCode::invalid);
  story.vote(kManager, approval, Vote::reject);
  story.then({"approval.voted", "approval.rejected", "ticket.automation_changed"});
  CHECK(story.action(action).status == ActionStatus::rejected);
  CHECK(story.event<ApprovalRejected>().retry == RetryAdvice::revise);
  story.propose(ticket, "process_refund", kRefund);
  CastVote never = story.ballot(story.event<ApprovalRequested>().approval, Vote::reject);
  never.reason_code = "wrong_customer";
  never.retry = RetryAdvice::forbid;
  story.given(kManager, never);
  CHECK(story.event<ApprovalRejected>().reason_code == Clear("wrong_customer"));
  story.propose(ticket, "process_refund", kRefund);
  CHECK(story.event<PolicyDecided>().problem == Clear("duplicate_of_rejected"));
  story.propose(ticket, "process_refund", R"({"amount":5,"order_id":"O-1"})");
  CHECK(story.has<ApprovalRequested>());
}

TEST_CASE("machines, wrong roles and strangers to the quorum do not vote") {
  Story story;
  const auto [ticket, action, approval] = waiting(story);
  story.vote(kAgent, approval).then_refused(ErrorCode::forbidden);
  story.vote(kSystem, approval).then_refused(ErrorCode::forbidden);
  story.vote(kPerson, approval).then_refused(ErrorCode::forbidden);
  // Refunds are for managers and admins.
  story.vote(person(Role::operator_), approval).then_refused(ErrorCode::forbidden);
  story.vote(kManager, approval);
  CHECK_FALSE(story.refused());
}

TEST_CASE("a large refund takes two different people") {
  Story story;
  const auto [ticket, action, approval] = waiting(story, "process_refund", kLargeRefund);
  story.vote(kManager, approval).then({"approval.voted"});
  CHECK(story.action(action).status == ActionStatus::awaiting_approval);
  story.vote(kManager, approval).then_refused(ErrorCode::conflict);
  story.vote(kAdmin, approval);
  CHECK(story.has<ApprovalGranted>());
  CHECK(story.action(action).status == ActionStatus::held);
}

TEST_CASE("one rejection ends it, also after an approval") {
  Story story;
  const auto [ticket, action, approval] = waiting(story, "process_refund", kLargeRefund);
  story.vote(kManager, approval);
  story.vote(kAdmin, approval, Vote::reject);
  CHECK(story.action(action).status == ActionStatus::rejected);
  story.vote(person(Role::admin, "usr_third"), approval).then_refused(ErrorCode::conflict);
}

TEST_CASE("who asked for an action does not approve it, unless there is nobody else") {
  Story story;
  const TicketId ticket = story.open_ticket();
  ProposeAction command;
  command.ticket = ticket;
  command.type = "process_refund";
  command.args_json = kRefund;
  story.given(kAdmin, command);
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.vote(kAdmin, approval).then_refused(ErrorCode::forbidden);
  story.admins = 1;
  story.vote(kAdmin, approval);
  story.then({"bypass.granted", "approval.voted", "approval.granted", "effect.held",
              "ticket.automation_changed"});
  CHECK(story.event<BypassGranted>().by == kAdmin.id);
}

TEST_CASE("a manager who asked is refused even where there is one admin only") {
  Story story;
  story.admins = 1;
  const TicketId ticket = story.open_ticket();
  ProposeAction command;
  command.ticket = ticket;
  command.type = "process_refund";
  command.args_json = kRefund;
  story.given(kManager, command);
  story.vote(kManager, story.event<ApprovalRequested>().approval)
      .then_refused(ErrorCode::forbidden);
}

TEST_CASE("a vote quotes what was shown") {
  Story story;
  const auto [ticket, action, approval] = waiting(story);
  CastVote ballot = story.ballot(approval);
  ballot.render_digest.reset();
  story.when(kManager, ballot).then_refused(ErrorCode::precondition_missing);
  ballot.render_digest = to_base64(as_text(Hash{}));
  story.when(kManager, ballot).then_refused(ErrorCode::conflict);
  ballot.channel = "served";
  story.when(kManager, ballot).then_refused(ErrorCode::conflict);
  ballot.render_digest.reset();
  story.when(kManager, ballot);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("an approval expires, by the timer or when somebody is too late") {
  Story story;
  const auto [ticket, action, approval] = waiting(story);
  const ExpireApproval expire{approval};
  story.when(kSystem, expire).then_refused(ErrorCode::conflict);
  story.now += std::chrono::minutes(60);
  story.vote(kManager, approval).then_refused(ErrorCode::conflict);
  story.when(kAdmin, expire).then_refused(ErrorCode::forbidden);
  story.when(kSystem, expire).then({"approval.expired", "ticket.automation_changed"});
  CHECK(story.action(action).status == ActionStatus::expired);
  story.when(kSystem, expire).then_refused(ErrorCode::conflict);
}

TEST_CASE("a granted approval that nobody used in time is void as well") {
  Story story;
  const auto [ticket, action, approval] = waiting(story);
  story.vote(kManager, approval);
  story.now += std::chrono::hours(2);
  story.lease(action).then({"approval.expired"});
  CHECK(story.action(action).status == ActionStatus::expired);
}

TEST_CASE("a withdrawn action takes its approval with it") {
  Story story;
  const auto [ticket, action, approval] = waiting(story);
  Principal other = kAgent;
  other.id = PrincipalId("agt_other");
  const WithdrawAction withdraw{action, "changed my mind"};
  story.when(other, withdraw).then_refused(ErrorCode::forbidden);
  story.when(kAgent, withdraw);
  story.then({"action.withdrawn", "approval.staled", "ticket.automation_changed"});
  CHECK(story.action(action).status == ActionStatus::withdrawn);
  CHECK(story.approval(approval).status == ApprovalStatus::withdrawn);
  story.when(kAgent, withdraw).then_refused(ErrorCode::conflict);
  story.vote(kManager, approval).then_refused(ErrorCode::conflict);
}

TEST_CASE("a message of the customer voids what was to be approved, where the type says so") {
  Story story;
  const auto [ticket, action, approval] = waiting(story);
  story.customer_writes(ticket);
  story.then({"message.received", "approval.staled", "ticket.automation_changed"});
  CHECK(story.action(action).status == ActionStatus::staled);

  const auto own = waiting(story, "AUTO_RESOLVE", "{}", std::nullopt);
  story.customer_writes(own.ticket).then({"message.received"});
  CHECK(story.action(own.action).status == ActionStatus::awaiting_approval);
}

TEST_CASE("closing a ticket voids all that waited on it") {
  Story story;
  const auto own = waiting(story, "AUTO_RESOLVE", "{}", std::nullopt);
  story.set_status(own.ticket, TicketStatus::closed);
  CHECK(story.has<ApprovalStaled>());
  CHECK(story.ticket(own.ticket).automation == Automation::active);
}

TEST_CASE("the ticket waits as long as one approval is pending") {
  Story story;
  const auto first = waiting(story);
  story.propose(first.ticket, "process_refund", R"({"amount":5,"order_id":"O-2"})");
  story.then({"action.proposed", "policy.decided", "approval.requested"});
  const ApprovalId second = story.event<ApprovalRequested>().approval;
  story.vote(kManager, first.approval).then({"approval.voted", "approval.granted", "effect.held"});
  CHECK(story.ticket(first.ticket).automation == Automation::awaiting_approval);
  story.vote(kManager, second);
  CHECK(story.ticket(first.ticket).automation == Automation::active);
}

TEST_CASE("while the kill switch is engaged an approval is not burnt, and a rejection counts") {
  Story story;
  const auto one = waiting(story, "AUTO_RESOLVE", "{}", std::nullopt);
  const auto two = waiting(story, "AUTO_RESOLVE", "{}", std::nullopt);
  story.given(kManager, EngageKillswitch{});
  story.vote(kManager, one.approval).then_refused(ErrorCode::conflict);
  story.vote(kManager, two.approval, Vote::reject);
  CHECK(story.has<ApprovalRejected>());
  story.given(kManager, ReleaseKillswitch{});
  story.vote(kManager, one.approval);
  CHECK(story.has<EffectConfirmed>());
}

TEST_CASE("an approval whose arguments were erased runs nothing") {
  Story story;
  const auto own = waiting(story, "AUTO_RESOLVE", "{}", std::nullopt);
  story.erased = true;
  story.vote(kManager, own.approval);
  CHECK(story.event<EffectRejected>().code == Clear("erased"));
  CHECK_FALSE(story.has<EffectDispatched>());
  CHECK(story.action(own.action).status == ActionStatus::failed);
  CHECK(story.ticket(own.ticket).automation == Automation::active);
}

TEST_CASE("the policy is asked again when an approval is granted") {
  Story story;
  const auto own = waiting(story, "AUTO_RESOLVE", "{}", std::nullopt);
  story.set_status(own.ticket, TicketStatus::resolved);
  story.vote(kManager, own.approval);
  CHECK(story.event<PolicyDecided>().problem == Clear("ticket_state"));
  CHECK_FALSE(story.has<EffectDispatched>());
  CHECK(story.has<ApprovalStaled>());
  CHECK(story.action(own.action).status == ActionStatus::denied);
}

TEST_CASE("a stricter policy asks for the approval anew") {
  Story story;
  const auto own = waiting(story, "AUTO_RESOLVE", "{}", std::nullopt);
  Policy strict = default_policy();
  strict.low_confidence_quorum = 2;
  story.given(kSystem, ActivatePolicy{"pol_strict@1", policy_json(strict)});
  story.vote(kManager, own.approval);
  CHECK(story.has<ApprovalStaled>());
  CHECK(story.event<ApprovalRequested>().quorum == 2);
  CHECK(story.event<ApprovalRequested>().render_digest != Hash{});
  CHECK(story.action(own.action).status == ActionStatus::awaiting_approval);
  CHECK(story.ticket(own.ticket).automation == Automation::awaiting_approval);
}

TEST_CASE("an unknown approval is not found") {
  Story story;
  CastVote ballot;
  ballot.approval = ApprovalId("apr_none");
  story.when(kManager, ballot).then_refused(ErrorCode::not_found);
  story.when(kSystem, ExpireApproval{ApprovalId("apr_none")}).then_refused(ErrorCode::not_found);
}

}  // namespace
}  // namespace recourse
