#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

/// A rollback of a password reset and an escalation that came before it, agreed to and started.
struct Running {
  RollbackStory story;
  TicketId ticket = story.open_ticket();
  ActionId escalated = story.proposed(ticket, "ESCALATE");
  ActionId reset = story.reset(ticket);
  RollbackId id;

  Running() {
    RollBack command;
    command.ticket = ticket;
    command.found = {escalated, reset};
    story.given(kManager, command);
    id = story.rollback();
    story.vote(kSecond, story.event<ApprovalRequested>().approval);
    REQUIRE(story.state(id).status == RollbackStatus::started);
  }

  void fail_for_good() {
    story.lease_step(id, 0);
    story.report_step(id, 0, EffectOutcome::failed);
  }
};

TEST_CASE("an executor takes a step, keeps it and reports; then the older step follows") {
  Running r;
  CHECK(r.story.step(r.id, 0).plan.compensation == Clear("revoke_password_reset"));
  CHECK(r.story.step(r.id, 1).status == StepStatus::planned);  // Newest first.
  r.story.lease_step(r.id, 1).then_refused(ErrorCode::conflict);
  r.story.lease_step(r.id, 0).then({"compensation.started"});
  const LeaseId lease = r.story.event<CompensationStarted>().lease.value();
  CHECK(r.story.action(r.reset).status == ActionStatus::rollback_pending);
  r.story.lease_step(r.id, 0).then_refused(ErrorCode::conflict);
  r.story.now += std::chrono::seconds(50);
  r.story.lease_step(r.id, 0, lease).then({"compensation.heartbeat"});
  r.story.now += std::chrono::seconds(50);
  r.story.when(kSystem, ExpireStepLease{r.id, 0}).then_refused(ErrorCode::conflict);
  ReportStep foreign;
  foreign.rollback = r.id;
  foreign.lease = LeaseId("lse_other");
  foreign.outcome = EffectOutcome::succeeded;
  r.story.when(kAgent, foreign).then_refused(ErrorCode::conflict);
  r.story.report_step(r.id, 0, EffectOutcome::succeeded)
      .then({"compensation.succeeded", "ticket.noted", "compensation.started",
             "ticket.handler_changed", "compensation.succeeded", "ticket.noted",
             "rollback.completed"});
  CHECK(r.story.action(r.reset).status == ActionStatus::rolled_back);
  CHECK(r.story.action(r.escalated).status == ActionStatus::rolled_back);
  r.story.report_step(r.id, 0, EffectOutcome::succeeded).then_refused(ErrorCode::conflict);
  r.story.lease_step(r.id, 0).then_refused(ErrorCode::conflict);
}

TEST_CASE("what may be tried again is tried after a pause, a few times, then a person decides") {
  Running r;
  for (int attempt = 1; attempt < 5; ++attempt) {
    r.story.lease_step(r.id, 0).then({"compensation.started"});
    CHECK(r.story.event<CompensationStarted>().attempt == attempt);
    r.story.report_step(r.id, 0, EffectOutcome::failed, true).then({"compensation.failed"});
    const Timestamp again = r.story.event<CompensationFailed>().retry_at.value();
    CHECK(again > r.story.now);
    r.story.now = again - std::chrono::microseconds(1);
    r.story.lease_step(r.id, 0).then_refused(ErrorCode::conflict);
    r.story.now = again;
  }
  r.story.lease_step(r.id, 0);
  r.story.report_step(r.id, 0, EffectOutcome::failed, true)
      .then({"compensation.failed", "rollback.stuck", "incident.opened",
             "ticket.automation_changed"});
  CHECK(r.story.state(r.id).status == RollbackStatus::stuck);
}

TEST_CASE("a step that fails for good stops the ticket's automation and opens an incident") {
  Running r;
  r.fail_for_good();
  r.story.then(
      {"compensation.failed", "rollback.stuck", "incident.opened", "ticket.automation_changed"});
  CHECK(r.story.event<IncidentOpened>().step == std::optional<std::int64_t>(0));
  CHECK(r.story.ticket(r.ticket).automation == Automation::suspended);
  CHECK(r.story.action(r.escalated).status == ActionStatus::succeeded);
  CHECK(!r.story.event<CompensationFailed>().retry_at);
  r.story.lease_step(r.id, 0).then_refused(ErrorCode::conflict);

  SUBCASE("retry: it stays suspended until it worked") {
    r.story.retry_step(r.id, 0).then({"compensation.retried"});
    CHECK(r.story.ticket(r.ticket).automation == Automation::suspended);
    r.story.lease_step(r.id, 0);
    CHECK(r.story.event<CompensationStarted>().attempt == 2);
    SUBCASE("it fails again: one incident, not two") {
      r.story.report_step(r.id, 0, EffectOutcome::failed)
          .then({"compensation.failed", "rollback.stuck"});
    }
    SUBCASE("it works") {
      r.story.report_step(r.id, 0, EffectOutcome::succeeded);
      CHECK(r.story.count("incident.closed") == 1);
      CHECK(r.story.has<RollbackCompleted>());
      CHECK(r.story.ticket(r.ticket).automation == Automation::active);
    }
  }
  SUBCASE("by hand, with evidence") {
    RecordStep without;
    without.rollback = r.id;
    without.evidence_sha256 = "none";
    r.story.when(kManager, without).then_refused(ErrorCode::invalid);
    r.story.record_step(r.id, 0);
    CHECK(r.story.event<CompensationRecordedManually>().by == kManager.id);
    CHECK(r.story.has<RollbackCompleted>());
    CHECK(r.story.ticket(r.ticket).automation == Automation::active);
    r.story.record_step(r.id, 0).then_refused(ErrorCode::conflict);
  }
  SUBCASE("skipped, with a second person") {
    r.story.skip_step(r.id, 0).then({"approval.requested", "ticket.noted"});
    const ApprovalId waiver = r.story.event<ApprovalRequested>().approval;
    r.story.vote(kManager, waiver).then_refused(ErrorCode::forbidden);
    r.story.skip_step(r.id, 0).then_refused(ErrorCode::conflict);
    SUBCASE("who says no") {
      r.story.vote(kSecond, waiver, Vote::reject).then({"approval.voted", "approval.rejected"});
      CHECK(r.story.state(r.id).status == RollbackStatus::stuck);
      r.story.skip_step(r.id, 0);
      CHECK(r.story.has<ApprovalRequested>());
    }
    SUBCASE("who says yes") {
      r.story.vote(kSecond, waiver);
      CHECK(r.story.event<CompensationSkipped>().by == kManager.id);
      CHECK(r.story.event<CompensationSkipped>().waiver == waiver);
      CHECK(r.story.event<RollbackPartial>().undone == 1);
      CHECK(r.story.action(r.reset).status == ActionStatus::rollback_failed);
      CHECK(r.story.action(r.escalated).status == ActionStatus::rolled_back);
      CHECK(r.story.ticket(r.ticket).automation == Automation::active);
    }
  }
  SUBCASE("aborted: the rest stays as it is") {
    r.story.abort(r.id);
    CHECK(r.story.event<RollbackPartial>().left == 2);
    CHECK(r.story.action(r.escalated).status == ActionStatus::succeeded);
    CHECK(r.story.ticket(r.ticket).automation == Automation::active);
    r.story.retry_step(r.id, 0).then_refused(ErrorCode::conflict);
    r.story.roll_back(r.escalated);
    CHECK(r.story.has<RollbackCompleted>());
  }
  SUBCASE("the incident is not closed beside the step") {
    CloseIncident close;
    close.incident = r.story.step(r.id, 0).incident.value();
    close.resolution = "done";
    r.story.when(kManager, close).then_refused(ErrorCode::conflict);
  }
}

TEST_CASE("a paused rollback hands out no step; what was taken ends as it ends") {
  Running r;
  r.story.lease_step(r.id, 0);
  PauseRollback pause;
  pause.rollback = r.id;
  r.story.given(kManager, pause);
  r.story.report_step(r.id, 0, EffectOutcome::succeeded)
      .then({"compensation.succeeded", "ticket.noted"});
  CHECK(r.story.action(r.escalated).status == ActionStatus::succeeded);
  pause.pause = false;
  r.story.given(kManager, pause);
  ContinueRollback next;
  next.rollback = r.id;
  r.story.given(kSystem, next);
  CHECK(r.story.action(r.escalated).status == ActionStatus::rolled_back);
  CHECK(r.story.has<RollbackCompleted>());
}

TEST_CASE("a lost lease is not a failure: nobody compensates twice before somebody found out") {
  Running r;
  r.story.lease_step(r.id, 0);
  r.story.now += std::chrono::seconds(61);
  r.story.when(kSystem, ExpireStepLease{r.id, 0});
  CHECK(r.story.event<CompensationOutcomeUnknown>().cause == Clear("lease_lost"));
  CHECK(r.story.has<IncidentOpened>());
  r.story.retry_step(r.id, 0).then_refused(ErrorCode::conflict);
  r.story.lease_step(r.id, 0).then_refused(ErrorCode::conflict);
  ReportStep found;
  found.rollback = r.id;
  r.story.when(kAgent, found).then_refused(ErrorCode::conflict);
  SUBCASE("it had happened") {
    found.outcome = EffectOutcome::succeeded;
    r.story.when(kManager, found);
    CHECK(r.story.has<RollbackCompleted>());
  }
  SUBCASE("it had not") {
    found.outcome = EffectOutcome::failed;
    found.code = "never_arrived";
    r.story.when(kManager, found);
    CHECK(r.story.step(r.id, 0).status == StepStatus::failed);
    r.story.retry_step(r.id, 0).then({"compensation.retried"});
    r.story.lease_step(r.id, 0).then({"compensation.started"});
  }
}

TEST_CASE("a step that is being carried out is not aborted under the executor's hands") {
  Running r;
  r.story.lease_step(r.id, 0);
  r.story.abort(r.id).then_refused(ErrorCode::conflict);
}

TEST_CASE("nobody agrees to leave out a step that an executor is carrying out") {
  Running r;
  r.story.skip_step(r.id, 0);
  const ApprovalId waiver = r.story.event<ApprovalRequested>().approval;
  r.story.lease_step(r.id, 0);
  r.story.vote(kSecond, waiver).then_refused(ErrorCode::conflict);
  SUBCASE("what failed may be left out") {
    r.story.report_step(r.id, 0, EffectOutcome::failed);
    r.story.vote(kSecond, waiver);
    CHECK(r.story.has<CompensationSkipped>());
  }
  SUBCASE("what succeeded needs no waiver any more") {
    r.story.report_step(r.id, 0, EffectOutcome::succeeded);
    CHECK(r.story.approval(waiver).status == ApprovalStatus::staled);
    CHECK(r.story.action(r.reset).status == ActionStatus::rolled_back);
  }
}

TEST_CASE("an aborted rollback asks nobody any more whether to leave out a step") {
  Running r;
  r.story.skip_step(r.id, 0);
  const ApprovalId waiver = r.story.event<ApprovalRequested>().approval;
  r.story.abort(r.id).then({"approval.staled", "rollback.partial"});
  CHECK(r.story.approval(waiver).status == ApprovalStatus::staled);
}

TEST_CASE("where two rollbacks want the same action undone, one of them undoes it") {
  Running r;
  RollBack command;
  command.action = r.reset;
  r.story.given(kManager, command);
  const RollbackId other = r.story.rollback();
  if (r.story.has<ApprovalRequested>())
    r.story.vote(kSecond, r.story.event<ApprovalRequested>().approval);
  REQUIRE(r.story.state(other).status == RollbackStatus::started);

  SUBCASE("while one is at it the other one has nothing to say") {
    r.story.lease_step(r.id, 0).then({"compensation.started"});
    r.story.record_step(other, 0).then_refused(ErrorCode::conflict);
    CHECK(r.story.action(r.reset).status == ActionStatus::rollback_pending);
  }
  SUBCASE("what people have undone by hand, before anybody had begun, is undone once") {
    r.story.record_step(r.id, 0).then(
        {"compensation.recorded_manually", "ticket.noted", "compensation.started",
         "ticket.handler_changed", "compensation.succeeded", "ticket.noted", "rollback.completed"});
    r.story.record_step(other, 0).then_refused(ErrorCode::conflict);
    r.story.lease_step(other, 0).then_refused(ErrorCode::conflict);
  }
  SUBCASE("a waiver of one does not take it out of the other one's hands") {
    r.story.skip_step(other, 0);
    const ApprovalId waiver = r.story.event<ApprovalRequested>().approval;
    r.story.lease_step(r.id, 0);
    r.story.vote(kSecond, waiver);
    CHECK(r.story.action(r.reset).status == ActionStatus::rollback_pending);
    r.story.report_step(r.id, 0, EffectOutcome::succeeded);
    CHECK(r.story.action(r.reset).status == ActionStatus::rolled_back);
  }
  SUBCASE("what one has undone the other one neither records nor reports, but skips") {
    r.story.lease_step(r.id, 0);
    r.story.report_step(r.id, 0, EffectOutcome::unknown);
    r.story.report_step(r.id, 0, EffectOutcome::failed);
    r.story.record_step(r.id, 0);
    REQUIRE(r.story.action(r.reset).status == ActionStatus::rolled_back);
    r.story.record_step(other, 0).then_refused(ErrorCode::conflict);
    r.story.lease_step(other, 0).then_refused(ErrorCode::conflict);
    r.story.skip_step(other, 0);
    CHECK_FALSE(r.story.refused());
  }
}

TEST_CASE("what was erased cannot be handed to an executor, and a person learns of it") {
  Running r;
  r.story.erased = true;
  r.story.lease_step(r.id, 0);
  CHECK(r.story.event<CompensationFailed>().code == Clear("erased"));
  CHECK(r.story.has<RollbackStuck>());
}

TEST_CASE("steps of other tickets go on while one is stuck") {
  RollbackStory story;
  const TicketId one = story.open_ticket(), two = story.open_ticket();
  const ActionId first = story.reset(one), second = story.reset(two);
  RollBack command;
  command.bulk = BulkTarget{};
  command.bulk->type = "reset_password";
  command.found = {first, second};
  story.given(kManager, command);
  const RollbackId id = story.rollback();
  story.vote(kSecond, story.event<ApprovalRequested>().approval);
  story.lease_step(id, 0);
  story.report_step(id, 0, EffectOutcome::failed);
  CHECK(story.state(id).status == RollbackStatus::stuck);
  story.lease_step(id, 1).then({"compensation.started"});
  story.report_step(id, 1, EffectOutcome::succeeded);
  CHECK(!story.has<RollbackCompleted>());
  CHECK(story.ticket(one).automation == Automation::active);
  CHECK(story.ticket(two).automation == Automation::suspended);
  story.record_step(id, 0);
  CHECK(story.has<RollbackCompleted>());
}

TEST_CASE("after some stuck rollbacks their action type is held open for every agent") {
  RollbackStory story;
  Policy policy = default_policy();
  policy.limits.reset();
  policy.breaker->stuck_rollbacks = 2;
  story.given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  const auto get_stuck = [&] {
    const TicketId ticket = story.open_ticket();
    story.roll_back(story.reset(ticket));
    const RollbackId id = story.rollback();
    story.vote(kSecond, story.event<ApprovalRequested>().approval);
    story.lease_step(id, 0);
    story.report_step(id, 0, EffectOutcome::failed);
    REQUIRE(story.has<RollbackStuck>());
    return id;
  };
  const RollbackId first = get_stuck();
  CHECK_FALSE(story.has<BreakerTransitioned>());
  // Tried again in vain it is the same case.
  story.retry_step(first, 0);
  story.lease_step(first, 0);
  story.report_step(first, 0, EffectOutcome::failed)
      .then({"compensation.failed", "rollback.stuck"});
  SUBCASE("within a week") {
    story.now += std::chrono::hours(24 * 6);
    get_stuck();
    const auto opened = story.event<BreakerTransitioned>();
    CHECK(opened.cause == Clear("stuck_rollbacks"));
    CHECK(opened.action_type == Clear("reset_password"));
    CHECK(opened.agent == PrincipalId("all"));
    CHECK(opened.bad == 2);
    CHECK_FALSE(opened.until);
    const TicketId ticket = story.open_ticket();
    story.propose(ticket, "reset_password", R"({"user_email":"jane@example.com"})");
    CHECK(story.event<PolicyDecided>().problem == Clear("breaker"));
    // Time does not close it, a person does, and the count begins again.
    story.now += std::chrono::hours(24 * 30);
    CHECK(story.fire_due().empty());
    SetBreaker command;
    command.agent = PrincipalId("all");
    command.action_type = "reset_password";
    command.open = false;
    story.given(kManager, command);
    story.propose(ticket, "reset_password", R"({"user_email":"jane@example.com"})");
    CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::allow);
    get_stuck();
    CHECK_FALSE(story.has<BreakerTransitioned>());
  }
  SUBCASE("not over more than a week") {
    story.now += std::chrono::hours(24 * 8);
    get_stuck();
    CHECK_FALSE(story.has<BreakerTransitioned>());
  }
  Memory again;
  for (const RecordedEvent& event : story.log) evolve(again.state, event);
  CHECK(again.same_as(story.memory));
}

}  // namespace
}  // namespace recourse
