#include "projections/rollbacks.h"

#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

const RollbackId kRollback("rbk_1");

RollbackStep step(const char* action, const char* executor) {
  RollbackStep step;
  step.action = ActionId(action);
  step.ticket = kTicket;
  step.kind = "inverse";
  step.executor = executor;
  return step;
}

/// Asked for by usr_1, planned with these steps.
void plan(Story& story, std::vector<RollbackStep> steps) {
  RollbackRequested requested{
      kRollback, kAction, kTicket, RollbackMode::cascade, "wrong", seal_text("typo", {})};
  RollbackPlanned planned;
  planned.rollback = kRollback;
  planned.step_count = static_cast<std::int64_t>(steps.size());
  planned.steps = std::move(steps);
  planned.cannot_undo = {{kAction, kTicket, "no_inverse"}};
  story.then(requested, "usr_1").then(planned, "usr_1");
}
RollbackRow row(Story& story) { return story.row<RollbackRow>("rollback/rbk_1"); }
RollbackStepRow first(Story& story) { return story.row<RollbackStepRow>("step/rbk_1/000000"); }

}  // namespace

TEST_CASE("a rollback shows who asked, what is planned and how far it is") {
  Story story(rollbacks_kind());
  plan(story, {step("act_1", "internal"), step("act_2", "internal")});
  CHECK(row(story).status == RollbackStatus::planned);
  CHECK(row(story).requested_by == PrincipalId("usr_1"));
  CHECK(row(story).reason.has_value());
  CHECK(row(story).cannot_undo.size() == 1);
  CHECK(row(story).ready == 2);
  story.then(RollbackStarted{kRollback, kAction, kTicket});
  CHECK(story.has("going/rbk_1"));
  story.then(CompensationStarted{kRollback, kAction, kTicket, 0});
  story.then(CompensationSucceeded{kRollback, kAction, kTicket, 0, {}});
  CHECK(first(story).status == StepStatus::succeeded);
  CHECK(row(story).undone == 1);
  CHECK(story.has("going/rbk_1"));
  story.then(CompensationSkipped{
      kRollback, kAction, kTicket, 1, PrincipalId("usr_1"), "later_writers", {}});
  CHECK(!story.has("going/rbk_1"));
  story.then(RollbackPartial{kRollback, kAction, kTicket, 1, 1});
  CHECK(row(story).status == RollbackStatus::partial);
  CHECK(row(story).left == 1);
}

TEST_CASE("the engine goes on when the step before has ended, unless somebody paused it") {
  Story story(rollbacks_kind());
  RollbackStep second = step("act_2", "internal");
  second.after = 0;
  plan(story, {step("act_1", "client"), second});
  CHECK(row(story).ready == 0);
  story.then(RollbackStarted{kRollback, kAction, kTicket});
  CHECK(!story.has("going/rbk_1"));
  story.then(RollbackPaused{kRollback, kAction, kTicket, {}}, "usr_2");
  story.then(CompensationSucceeded{kRollback, kAction, kTicket, 0, {}});
  CHECK(row(story).ready == 1);
  CHECK(row(story).paused_by == PrincipalId("usr_2"));
  CHECK(!story.has("going/rbk_1"));
  story.then(RollbackResumed{kRollback, kAction, kTicket}, "usr_2");
  CHECK(!row(story).paused_by);
  CHECK(story.has("going/rbk_1"));
  story.then(CompensationStarted{kRollback, kAction, kTicket, 1});
  CHECK(row(story).ready == 0);
  CHECK(!story.has("going/rbk_1"));
}

TEST_CASE("the steps of a long plan follow its header") {
  Story story(rollbacks_kind());
  plan(story, {});
  RollbackPlanContinued more;
  more.rollback = kRollback;
  more.first_step = 64;
  more.lists.steps = {step("act_9", "client")};
  story.then(more);
  CHECK(story.row<RollbackStepRow>("step/rbk_1/000064").plan.action == ActionId("act_9"));
  CHECK(row(story).ready == 0);
}

TEST_CASE("a lease of a step is shown until it ends, and moves with each heartbeat") {
  Story story(rollbacks_kind());
  plan(story, {step("act_1", "client")});
  const Timestamp until = *from_rfc3339("2026-01-05T10:00:00Z");
  story.then(CompensationStarted{kRollback, kAction, kTicket, 0, 1, LeaseId("lse_1"), until});
  CHECK(first(story).lease_until == until);
  story.then(CompensationHeartbeat{kRollback, kAction, kTicket, 0, LeaseId("lse_1"),
                                   until + std::chrono::minutes(1)});
  CHECK(first(story).lease_until == until + std::chrono::minutes(1));
  CompensationFailed failed{kRollback, kAction, kTicket, 0, "gone", false, 1, {}, {}};
  story.then(failed).then(RollbackStuck{kRollback, kAction, kTicket, 0, "gone"});
  CHECK(!first(story).lease_until);
  CHECK(row(story).status == RollbackStatus::stuck);
  CHECK(row(story).stuck_steps == std::vector<std::int64_t>{0});
  CompensationRecordedManually recorded;
  recorded.rollback = kRollback;
  recorded.action = kAction;
  recorded.ticket = kTicket;
  recorded.by = PrincipalId("usr_2");
  story.then(recorded, "usr_2").then(RollbackCompleted{kRollback, kAction, kTicket});
  CHECK(row(story).status == RollbackStatus::completed);
  CHECK(row(story).stuck_steps.empty());
  CHECK(first(story).by == PrincipalId("usr_2"));
}

TEST_CASE("an incident is listed as open until somebody closed it") {
  Story story(rollbacks_kind());
  story.then(
      IncidentOpened{IncidentId("inc_1"), IncidentKind::review, kRollback, {}, kAction, kTicket});
  CHECK(story.has("open/inc_1"));
  story.then(IncidentClosed{IncidentId("inc_1"), kRollback, kTicket, "reviewed", {}}, "usr_2");
  CHECK(!story.has("open/inc_1"));
  const RollbackIncidentRow row = story.row<RollbackIncidentRow>("incident/inc_1");
  CHECK(!row.open);
  CHECK(row.closed_by == PrincipalId("usr_2"));
  CHECK(row.resolution == Clear("reviewed"));
}
