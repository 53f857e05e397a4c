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
    if (const auto* done = std::get_if<CompensationSucceeded>(&event.data))
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
    const auto* more = std::get_if<RollbackPlanContinued>(&event.data);
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
