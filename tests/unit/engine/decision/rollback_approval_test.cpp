#include "engine/event/bind.h"
#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

struct Asked {
  RollbackId rollback;
  ApprovalId approval;
};

Asked ask(RollbackStory& story, const ActionId& action) {
  story.roll_back(action);
  story.then({"rollback.requested", "rollback.planned", "approval.requested"});
  return {story.rollback(), story.event<ApprovalRequested>().approval};
}

TEST_CASE("an inverse outside of this program needs one more person, bound to the plan's digest") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const Asked asked = ask(story, story.reset(ticket));
  const auto& requested = story.event<ApprovalRequested>();
  CHECK(requested.quorum == 1);
  CHECK(requested.args_commitment == story.state(asked.rollback).plan_digest);
  CHECK(requested.render_digest ==
        rollback_approval_digest(asked.approval, asked.rollback, {}, requested.args_commitment));
  CHECK(requested.expires_at == story.now + std::chrono::minutes(60));
  CHECK(story.ticket(ticket).automation == Automation::active);
  SUBCASE("not the requester") {
    story.vote(kManager, asked.approval).then_refused(ErrorCode::forbidden);
  }
  SUBCASE("no machine") {
    Principal machine = kAgent;
    machine.role = Role::admin;
    story.vote(machine, asked.approval).then_refused(ErrorCode::forbidden);
    story.vote(kSystem, asked.approval).then_refused(ErrorCode::forbidden);
  }
  SUBCASE("nobody who may not roll back") {
    story.vote(person(Role::operator_, "usr_op"), asked.approval)
        .then_refused(ErrorCode::forbidden);
  }
  SUBCASE("not about another plan") {
    CastVote ballot = story.ballot(asked.approval);
    ballot.render_digest = to_base64(as_text(Hash{}));
    story.when(kSecond, ballot).then_refused(ErrorCode::conflict);
  }
  SUBCASE("another manager") {
    story.vote(kSecond, asked.approval)
        .then({"approval.voted", "approval.granted", "approval.consumed", "rollback.started"});
    CHECK(story.state(asked.rollback).status == RollbackStatus::started);
  }
  SUBCASE("a no ends it") {
    story.vote(kSecond, asked.approval, Vote::reject)
        .then({"approval.voted", "approval.rejected", "rollback.aborted"});
    story.vote(kThird, asked.approval).then_refused(ErrorCode::conflict);
  }
  SUBCASE("after an hour it is too late") {
    story.now += std::chrono::minutes(61);
    story.vote(kSecond, asked.approval).then_refused(ErrorCode::conflict);
    story.when(kSystem, ExpireApproval{asked.approval})
        .then({"approval.expired", "rollback.aborted"});
    CHECK(story.state(asked.rollback).status == RollbackStatus::aborted);
  }
  SUBCASE("the requester takes it back") {
    story.abort(asked.rollback).then({"approval.staled", "rollback.aborted"});
    story.vote(kSecond, asked.approval).then_refused(ErrorCode::conflict);
  }
  SUBCASE("nobody starts it around the approval") {
    story.start(asked.rollback).then_refused(ErrorCode::conflict);
  }
}

TEST_CASE("who agreed to the action cannot be the only one who agrees to its rollback") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "AUTO_RESOLVE", "{}", std::nullopt);
  story.vote(kSecond, story.event<ApprovalRequested>().approval);
  REQUIRE(story.has<EffectConfirmed>());
  story.now += std::chrono::hours(25);
  const Asked asked = ask(story, action);
  CHECK(story.event<ApprovalRequested>().not_alone == std::vector<PrincipalId>{kSecond.id});
  story.vote(kSecond, asked.approval).then({"approval.voted"});
  CHECK(story.state(asked.rollback).status == RollbackStatus::awaiting_approval);
  story.vote(kThird, asked.approval);
  CHECK(story.has<RollbackStarted>());
}

TEST_CASE("in an emergency an admin breaks the glass, and people look at it afterwards") {
  RollbackStory story;
  const ActionId action = story.reset(story.open_ticket());
  const Asked asked = ask(story, action);
  StartRollback glass;
  glass.rollback = asked.rollback;
  glass.plan_digest = to_base64(as_text(story.state(asked.rollback).plan_digest));
  glass.break_glass = true;
  story.when(kThird, glass).then_refused(ErrorCode::invalid);
  glass.reason = "links go to strangers";
  story.when(kSecond, glass).then_refused(ErrorCode::forbidden);
  StartRollback other = glass;
  other.plan_digest = to_base64(as_text(Hash{}));
  story.when(kThird, other).then_refused(ErrorCode::conflict);
  story.when(kThird, glass)
      .then({"bypass.granted", "approval.staled", "incident.opened", "rollback.started"});
  CHECK(story.event<BypassGranted>().by == kThird.id);
  CHECK(story.event<BypassGranted>().reason.has_value());
  CHECK(story.event<IncidentOpened>().kind == IncidentKind::review);
  CHECK(story.event<IncidentOpened>().due_at == story.now + std::chrono::hours(24));
  story.vote(kSecond, asked.approval).then_refused(ErrorCode::conflict);
  story.when(kThird, glass).then_refused(ErrorCode::conflict);
  story.lease_step(asked.rollback, 0).then({"compensation.started"});
}

TEST_CASE("the glass is not broken where nobody has to agree") {
  RollbackStory story;
  RollBack command;
  command.action = story.proposed(story.open_ticket(), "ESCALATE");
  command.plan_only = true;
  story.given(kManager, command);
  StartRollback glass;
  glass.rollback = story.rollback();
  glass.plan_digest = to_base64(as_text(story.state(glass.rollback).plan_digest));
  glass.break_glass = true;
  glass.reason = "hurry";
  story.when(kThird, glass).then_refused(ErrorCode::conflict);
}

TEST_CASE("money needs two people, and is then a person's task with a record of the sum") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId refund = story.refund(ticket, {kAdmin, kManager});
  const Asked asked = ask(story, refund);
  const auto& requested = story.event<ApprovalRequested>();
  CHECK(requested.quorum == 2);
  story.vote(kSecond, asked.approval).then({"approval.voted"});
  story.vote(kSecond, asked.approval).then_refused(ErrorCode::conflict);
  story.vote(kThird, asked.approval);
  CHECK(story.has<RollbackStarted>());
  const StepState& step = story.step(asked.rollback, 0);
  CHECK(step.plan.kind == Clear("compensate"));
  CHECK(step.plan.executor == Clear("person"));
  CHECK(step.plan.amount_minor == std::optional<std::int64_t>(1'000));
  story.lease_step(asked.rollback, 0).then_refused(ErrorCode::conflict);
  story.record_step(asked.rollback, 0)
      .then({"compensation.recorded_manually", "ticket.noted", "rollback.completed"});
  CHECK(story.action(refund).status == ActionStatus::rolled_back);
}

TEST_CASE("two of one team are not two who agree") {
  RollbackStory story;
  const ActionId refund = story.refund(story.open_ticket(), {kAdmin, kManager});
  const Asked asked = ask(story, refund);
  const auto of = [](Principal person, const char* team) {
    person.team = team;
    return person;
  };
  story.vote(of(kSecond, "support"), asked.approval).then({"approval.voted"});
  CHECK(story.event<ApprovalVoted>().team == Clear("support"));
  story.vote(of(kThird, "support"), asked.approval).then({"approval.voted"});
  CHECK(story.state(asked.rollback).status == RollbackStatus::awaiting_approval);
  SUBCASE("somebody of another team makes it enough") {
    story.vote(of(person(Role::admin, "usr_fourth"), "finance"), asked.approval);
    CHECK(story.has<RollbackStarted>());
  }
  SUBCASE("so does somebody whose team nobody knows") {
    story.vote(person(Role::admin, "usr_fourth"), asked.approval);
    CHECK(story.has<RollbackStarted>());
  }
}

TEST_CASE("a day later the requester alone is not enough for our own actions either") {
  RollbackStory story;
  const ActionId action = story.proposed(story.open_ticket(), "ESCALATE");
  story.now += std::chrono::hours(24);
  const Asked asked = ask(story, action);
  CHECK(story.event<ApprovalRequested>().quorum == 1);
  story.vote(kSecond, asked.approval);
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.action(action).status == ActionStatus::rolled_back);
}

TEST_CASE("more than five steps need two people") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  std::vector<ActionId> actions;
  for (int i = 0; i < 6; ++i)
    actions.push_back(
        story.proposed(ticket, "ASSIGN_TO_TEAM", R"({"team":"T)" + std::to_string(i) + "\"}"));
  story.roll_back_as(actions.front(), RollbackMode::cascade);
  REQUIRE(story.event<RollbackPlanned>().steps.size() == 6);
  CHECK(story.event<ApprovalRequested>().quorum == 2);
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.vote(kSecond, approval);
  story.vote(kThird, approval);
  CHECK(story.has<RollbackCompleted>());
  CHECK(!story.ticket(ticket).team);
}

TEST_CASE("a plan that is overtaken while people look at it takes its approval with it") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  story.now += std::chrono::hours(30);
  const Asked asked = ask(story, action);
  story.assign(ticket, "Tier 2");
  story.then({"ticket.assigned", "approval.staled", "rollback.staled"});
  story.vote(kSecond, asked.approval).then_refused(ErrorCode::conflict);
  CHECK(story.ticket(ticket).team == Clear("Tier 2"));
}

TEST_CASE("the kill switch stops agents, not the people who clean up") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "ESCALATE");
  const Asked asked = ask(story, story.reset(story.open_ticket()));
  story.given(kManager, EngageKillswitch{});
  story.roll_back(action);
  CHECK(story.has<RollbackCompleted>());
  story.vote(kSecond, asked.approval);
  CHECK(story.has<RollbackStarted>());
}

TEST_CASE("a single admin may agree alone, and that this was so is recorded") {
  RollbackStory story;
  const ActionId action = story.reset(story.open_ticket());
  story.admins = 1;
  story.roll_back(action, kAdmin);
  story.vote(kAdmin, story.event<ApprovalRequested>().approval);
  CHECK(story.has<BypassGranted>());
  CHECK(story.has<RollbackStarted>());
}

}  // namespace
}  // namespace recourse
