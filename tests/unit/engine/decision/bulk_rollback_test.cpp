#include <set>

#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

struct Bulk {
  RollbackStory story;
  std::vector<ActionId> actions;

  explicit Bulk(int tickets) {
    for (int i = 0; i < tickets; ++i) {
      // The policy's limits: fifty a minute, a hundred an hour.
      if (i % 40 == 39) story.now += std::chrono::hours(1);
      actions.push_back(assigned_by(kPerson));
    }
  }
  ActionId assigned_by(const Principal& proposer) {
    ProposeAction proposal;
    proposal.ticket = story.open_ticket();
    proposal.type = "ASSIGN_TO_TEAM";
    proposal.args_json = R"({"team":"Network"})";
    proposal.confidence_ppm = 990'000;
    story.given(proposer, proposal);
    REQUIRE(story.has<EffectConfirmed>());
    return story.event<ActionProposed>().action;
  }
  RollBack command() const {
    RollBack command;
    command.bulk = BulkTarget{};
    command.bulk->agent = kPerson.id;
    command.bulk->type = "ASSIGN_TO_TEAM";
    command.found = actions;
    return command;
  }
  RollbackId started() {
    story.given(kManager, command());
    const RollbackId id = story.rollback();
    const ApprovalId approval = story.event<ApprovalRequested>().approval;
    story.vote(kSecond, approval);
    story.vote(kThird, approval);
    return id;
  }
  std::size_t undone() const {
    std::size_t count = 0;
    for (const ActionId& id : actions)
      count += story.action(id).status == ActionStatus::rolled_back ? 1 : 0;
    return count;
  }
};

TEST_CASE("what somebody did to many tickets is one plan, one approval, carried out in pieces") {
  Bulk bulk(150);
  const RollbackId id = bulk.started();
  CHECK(bulk.undone() == 25);
  CHECK(bulk.story.state(id).heads_left == 125);
  ContinueRollback next;
  next.rollback = id;
  bulk.story.when(kManager, next).then_refused(ErrorCode::forbidden);
  for (int i = 0; i < 5; ++i) bulk.story.given(kSystem, next);
  CHECK(bulk.story.has<RollbackCompleted>());
  CHECK(bulk.undone() == 150);
  bulk.story.when(kSystem, next).then_refused(ErrorCode::conflict);
  std::set<std::int64_t> steps;
  for (const RecordedEvent& event : bulk.story.log)
    if (const auto* done = get_if<CompensationSucceeded>(&event.data))
      CHECK(steps.insert(done->step).second);
  CHECK(steps.size() == 150);
}

TEST_CASE("a long plan follows its header in leaves of at most 64 items, and has one digest") {
  Bulk bulk(150);
  bulk.story.given(kManager, bulk.command());
  const auto& planned = bulk.story.event<RollbackPlanned>();
  CHECK(planned.steps.empty());
  CHECK(planned.step_count == 150);
  CHECK(planned.customers == 1);
  CHECK(bulk.story.count("rollback.plan_continued") == 3);
  CHECK(bulk.story.event<ApprovalRequested>().quorum == 2);
  std::int64_t next = 0;
  for (const RecordedEvent& event : bulk.story.log) {
    const auto* more = get_if<RollbackPlanContinued>(&event.data);
    if (more == nullptr) continue;
    CHECK(more->first_step == next);
    CHECK(more->lists.steps.size() <= 64);
    next += static_cast<std::int64_t>(more->lists.steps.size());
  }
  CHECK(next == 150);
}

TEST_CASE("the selector decides what fits, not who brings the list") {
  Bulk bulk(3);
  RollbackStory& story = bulk.story;
  const ActionId others = bulk.assigned_by(kAgent);
  ProposeAction escalation;
  escalation.ticket = story.action(others).ticket;
  escalation.type = "ESCALATE";
  escalation.confidence_ppm = 990'000;
  story.given(kPerson, escalation);
  const ActionId escalated = story.event<ActionProposed>().action;
  RollBack command = bulk.command();
  command.found.push_back(others);
  command.found.push_back(escalated);
  command.found.push_back(ActionId("act_none"));
  story.given(kManager, command);
  CHECK(story.event<RollbackPlanned>().step_count == 3);
  command.bulk->before = story.now;
  story.given(kManager, command);
  CHECK(story.event<RollbackRefused>().code == Clear("nothing_to_undo"));
  command.bulk->before = story.now + std::chrono::seconds(1);
  command.bulk->agent_version = "v2";
  story.given(kManager, command);
  CHECK(story.has<RollbackRefused>());
}

TEST_CASE("in bulk, tickets that others worked on are left alone and listed") {
  Bulk bulk(3);
  bulk.story.assign(bulk.story.action(bulk.actions[1]).ticket, "Tier 2");
  bulk.story.given(kManager, bulk.command());
  const auto& planned = bulk.story.event<RollbackPlanned>();
  CHECK(planned.step_count == 2);
  REQUIRE(planned.skipped.size() == 1);
  CHECK(planned.skipped[0].action == bulk.actions[1]);
  CHECK(planned.skipped[0].code == Clear("later_writers"));
}

TEST_CASE("somebody who writes while a bulk rollback is under way keeps what they wrote") {
  Bulk bulk(40);
  const RollbackId id = bulk.started();
  const std::int64_t last = bulk.story.state(id).steps - 1;
  const RollbackStep step = bulk.story.step(id, last).plan;
  bulk.story.assign(step.ticket, "Tier 2");
  CHECK(bulk.story.count("rollback.staled") == 0);
  ContinueRollback next;
  next.rollback = id;
  bulk.story.given(kSystem, next);
  CHECK(bulk.story.event<CompensationSkipped>().code == Clear("later_writers"));
  CHECK(bulk.story.event<RollbackPartial>().left == 1);
  CHECK(bulk.story.ticket(step.ticket).team == Clear("Tier 2"));
  CHECK(bulk.story.action(step.action).status == ActionStatus::succeeded);
}

TEST_CASE("a bulk rollback under way can be paused: nothing begins until it is resumed") {
  Bulk bulk(60);
  const RollbackId id = bulk.started();
  PauseRollback pause;
  pause.rollback = id;
  pause.reason = "the morning rush";
  bulk.story.when(kPerson, pause).then_refused(ErrorCode::forbidden);
  bulk.story.when(kManager, pause).then({"rollback.paused"});
  bulk.story.when(kManager, pause).then_refused(ErrorCode::conflict);
  ContinueRollback next;
  next.rollback = id;
  bulk.story.when(kSystem, next).then_refused(ErrorCode::conflict);
  CHECK(bulk.undone() == 25);
  pause.pause = false;
  bulk.story.when(kManager, pause).then({"rollback.resumed"});
  bulk.story.when(kManager, pause).then_refused(ErrorCode::conflict);
  bulk.story.given(kSystem, next).given(kSystem, next);
  CHECK(bulk.story.has<RollbackCompleted>());
  CHECK(bulk.undone() == 60);
  bulk.story.when(kManager, pause).then_refused(ErrorCode::conflict);
}

TEST_CASE("what one agent did to one ticket is undone newest first, in pieces too") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  RollBack command;
  command.ticket = ticket;
  for (int i = 0; i < 70; ++i) {
    if (i % 40 == 39) story.now += std::chrono::hours(1);
    command.found.push_back(story.proposed(ticket, "SCHEDULE_FOLLOWUP", R"({"delay_hours":24})"));
    REQUIRE(story.has<EffectConfirmed>());
  }
  story.given(kManager, command);
  const RollbackId id = story.rollback();
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.vote(kSecond, approval);
  story.vote(kThird, approval);
  CHECK(story.state(id).undone == 25);
  CHECK(story.state(id).heads_left == 0);
  CHECK(story.state(id).ready == std::vector<std::int64_t>{25});
  ContinueRollback next;
  next.rollback = id;
  story.given(kSystem, next);
  CHECK(story.state(id).undone == 50);
  story.given(kSystem, next);
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.state(id).ready.empty());
  std::int64_t expected = 0;
  for (const RecordedEvent& event : story.log)
    if (const auto* done = get_if<CompensationSucceeded>(&event.data))
      CHECK(done->step == expected++);
  CHECK(expected == 70);
}

TEST_CASE("a selector says something, and a time that can be") {
  Bulk bulk(2);
  RollBack command = bulk.command();
  command.bulk = BulkTarget{};
  bulk.story.when(kManager, command).then_refused(ErrorCode::invalid);
  command.bulk->from = command.bulk->before = bulk.story.now;
  bulk.story.when(kManager, command).then_refused(ErrorCode::invalid);
  command.bulk->before.reset();
  bulk.story.when(kManager, command);
  CHECK(bulk.story.has<RollbackPlanned>());
}

TEST_CASE("a selector that matches nothing is refused, and that is recorded") {
  Bulk bulk(2);
  RollBack command = bulk.command();
  command.bulk->agent = PrincipalId("agt_nobody");
  bulk.story.when(kManager, command).then({"rollback.requested", "rollback.refused"});
  CHECK(bulk.story.event<RollbackRefused>().code == Clear("nothing_to_undo"));
}

TEST_CASE("the actions of one version of an agent are found by what they said") {
  RollbackStory story;
  RollBack command;
  command.bulk = BulkTarget{};
  command.bulk->agent = kAgent.id;
  command.bulk->agent_version = "2026-01-05";
  for (const char* version : {"2026-01-04", "2026-01-05", "2026-01-05", ""}) {
    ProposeAction proposal;
    proposal.ticket = story.open_ticket();
    proposal.type = "ESCALATE";
    proposal.confidence_ppm = 990'000;
    if (*version != '\0') proposal.agent_version = version;
    story.given(kAgent, proposal);
    command.found.push_back(story.event<ActionProposed>().action);
  }
  story.given(kManager, command);
  CHECK(story.event<RollbackPlanned>().step_count == 2);
  ProposeAction wrong;
  wrong.ticket = story.open_ticket();
  wrong.type = "ESCALATE";
  wrong.agent_version = "version 7";
  story.when(kAgent, wrong).then_refused(ErrorCode::invalid);
}

TEST_CASE("a bulk rollback under way can be stopped; what was not begun stays") {
  Bulk bulk(60);
  const RollbackId id = bulk.started();
  bulk.story.abort(id);
  CHECK(bulk.story.event<RollbackPartial>().undone == 25);
  CHECK(bulk.story.event<RollbackPartial>().left == 35);
  ContinueRollback next;
  next.rollback = id;
  bulk.story.when(kSystem, next).then_refused(ErrorCode::conflict);
  CHECK(bulk.undone() == 25);
}

}  // namespace
}  // namespace recourse
