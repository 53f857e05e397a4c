#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

struct Resting {
  TicketId ticket;
  ActionId action;
  ApprovalId approval;
};

Resting resting_on(Story& story, const std::string& type, const std::string& args,
                   std::vector<std::string> reads, bool expect_version = false) {
  ProposeAction command;
  command.ticket = story.open_ticket();
  command.type = type;
  command.args_json = args;
  command.confidence_ppm = 100'000;
  command.reads = std::move(reads);
  if (expect_version)
    command.expected_ticket_version = story.ticket(command.ticket).next_version - 1;
  story.given(kAgent, command);
  REQUIRE(story.has<ApprovalRequested>());
  return {command.ticket, story.event<ActionProposed>().action,
          story.event<ApprovalRequested>().approval};
}

Resting refund_on(Story& story, std::vector<std::string> reads, bool expect_version = false) {
  return resting_on(story, "process_refund", R"({"amount":10,"order_id":"O-1"})", std::move(reads),
                    expect_version);
}

TEST_CASE("what was read and has moved voids the approval when it would be granted") {
  RollbackStory story;
  const Resting one = refund_on(story, {"team", "status"});
  story.assign(one.ticket, "fraud");
  story.vote(kManager, one.approval)
      .then({"approval.voted", "approval.staled", "ticket.automation_changed"});
  const ApprovalStaled& staled = story.event<ApprovalStaled>();
  CHECK(staled.cause == Clear("drift"));
  REQUIRE(staled.changed.has_value());
  REQUIRE(staled.changed->size() == 1);
  CHECK(staled.changed->front().fact == Clear("team"));
  CHECK(staled.changed->front().seen == -1);
  CHECK(staled.changed->front().by == kPerson.id);
  CHECK(story.action(one.action).status == ActionStatus::staled);
}

TEST_CASE("a field that a rollback emptied has moved, and nobody is named who wrote it") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId assigned = story.proposed(ticket, "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  ProposeAction refund;
  refund.ticket = ticket;
  refund.type = "process_refund";
  refund.args_json = R"({"amount":10,"order_id":"O-1"})";
  refund.reads = {"team"};
  story.given(kAgent, refund);
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  RollBack command;
  command.action = assigned;
  command.mode = RollbackMode::detach;
  story.given(kManager, command);
  if (!story.has<RollbackStarted>()) story.start(story.rollback());
  REQUIRE(story.action(assigned).status == ActionStatus::rolled_back);
  story.vote(kSecond, approval)
      .then({"approval.voted", "approval.staled", "ticket.automation_changed"});
  REQUIRE(story.event<ApprovalStaled>().changed.has_value());
  CHECK_FALSE(story.event<ApprovalStaled>().changed->front().by.has_value());
}

TEST_CASE("what nobody read may move") {
  RollbackStory story;
  const Resting one = refund_on(story, {"status"});
  story.assign(one.ticket, "fraud");
  story.vote(kManager, one.approval);
  CHECK(story.has<ApprovalGranted>());
}

TEST_CASE("between the grant and the dispatch the world is looked at again") {
  RollbackStory story;
  const Resting one = refund_on(story, {"team"});
  story.vote(kManager, one.approval);
  story.assign(one.ticket, "fraud");
  story.lease(one.action).then({"approval.staled"});
  CHECK(story.event<ApprovalStaled>().cause == Clear("drift"));
  CHECK(story.action(one.action).status == ActionStatus::staled);
  story.lease(one.action).then_refused(ErrorCode::conflict);
}

TEST_CASE("an expected version holds until somebody says something about the ticket") {
  RollbackStory story;
  // Asking for the approval makes the ticket wait, which is no news to anybody.
  const Resting quiet = refund_on(story, {}, true);
  story.vote(kManager, quiet.approval);
  CHECK(story.has<ApprovalGranted>());
  const Resting moved = refund_on(story, {}, true);
  story.set_status(moved.ticket, TicketStatus::open);
  story.vote(kManager, moved.approval);
  CHECK(story.event<ApprovalStaled>().cause == Clear("drift"));
  const auto& changed = *story.event<ApprovalStaled>().changed;
  REQUIRE(changed.size() == 2);
  CHECK(changed[0].fact == Clear("ticket"));
  CHECK(changed[1].fact == Clear("status"));
}

TEST_CASE("types that go on with what is there now do not drift") {
  RollbackStory story;
  const Resting one =
      resting_on(story, "AUTO_RESOLVE", R"({"resolution_steps":"reboot"})", {"team"});
  story.assign(one.ticket, "fraud");
  story.vote(kManager, one.approval);
  CHECK(story.has<EffectConfirmed>());
}

TEST_CASE("a message after the grant voids what has not run") {
  Story story;
  const Resting one = refund_on(story, {});
  story.vote(kManager, one.approval);
  story.customer_writes(one.ticket);
  CHECK(story.event<ApprovalStaled>().cause == Clear("new_message"));
  story.lease(one.action).then_refused(ErrorCode::conflict);
}

}  // namespace
}  // namespace recourse
