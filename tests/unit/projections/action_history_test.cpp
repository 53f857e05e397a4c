#include "projections/action_history.h"

#include "engine/base/sha256.h"
#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

ActionRow action(Story& story) { return story.row<ActionRow>("ticket/tkt_1/act_1"); }

EffectDispatched dispatched(std::string lease, std::string until) {
  EffectDispatched data;
  data.action = kAction;
  data.ticket = kTicket;
  data.connector = "client";
  data.lease = LeaseId(std::move(lease));
  data.lease_until = from_rfc3339(until).value();
  return data;
}

EffectConfirmed effect_confirmed() {
  EffectConfirmed data;
  data.action = kAction;
  data.ticket = kTicket;
  data.provider_ref = "re_1";
  data.result = seal_text("done", {});
  data.writes.push_back({"tkt_1", "priority", "low", "high", {}, {}});
  data.writes.push_back({"ord_1", "status", {}, {}, seal_text("a", {}), seal_text("b", {})});
  return data;
}

std::vector<ActionStatus> statuses(Story& story) {
  std::vector<ActionStatus> all;
  for (const ActionStep& step : action(story).steps) all.push_back(step.status);
  return all;
}

}  // namespace

TEST_CASE("a proposal is a row under its ticket, found by its own id") {
  ActionProposed data = proposed();
  data.reasoning = seal_text("why", {});
  data.amount_minor = 4200;
  data.currency = "EUR";
  Story story(action_history_kind());
  story.then(LogOpened{}).then(data, "agt_7");
  const ActionRow row = action(story);
  CHECK(row.position == 1);
  CHECK(row.status == ActionStatus::proposed);
  CHECK(row.proposed_by == PrincipalId("agt_7"));
  CHECK(row.amount_minor == 4200);
  CHECK(row.args == SealedRef{1, 0, Hash{}});
  CHECK(row.reasoning == SealedRef{1, 1, Hash{}});
  CHECK(story.row<TicketId>("id/act_1") == kTicket);
}

TEST_CASE("each step to success is kept with who took it and when") {
  Story story(action_history_kind());
  story.then(proposed()).then(decided(PolicyOutcome::require_approval)).then(requested());
  story.then(ApprovalGranted{kApproval, kAction, kTicket}, "usr_1");
  story.then(dispatched("lse_1", "2026-01-05T09:01:00Z")).then(effect_confirmed());
  using enum ActionStatus;
  CHECK(statuses(story) ==
        std::vector{proposed, awaiting_approval, authorized, dispatching, succeeded});
  const ActionRow row = action(story);
  CHECK(row.steps[2].actor == PrincipalId("usr_1"));
  CHECK(row.steps[2].at == Story::at(3));
  CHECK(row.approval == kApproval);
  CHECK(row.executed_at == Story::at(5));
  CHECK(row.dispatches == 1);
  CHECK(row.provider_ref == Clear("re_1"));
}

TEST_CASE("what an effect changed is kept field by field, sealed values as references") {
  Story story(action_history_kind());
  story.then(proposed()).then(effect_confirmed());
  const ActionRow row = action(story);
  REQUIRE(row.changes.size() == 2);
  CHECK(row.changes[0].before == Clear("low"));
  CHECK(row.changes[0].after == Clear("high"));
  CHECK(row.result == SealedRef{1, 0, Hash{}});
  CHECK(row.changes[1].sealed_after == SealedRef{1, 1, Hash{}});
  CHECK(row.changes[1].sealed_before == SealedRef{1, 2, Hash{}});
}

TEST_CASE("a lease is shown until it is renewed or the effect is known") {
  Story story(action_history_kind());
  story.then(proposed()).then(dispatched("lse_1", "2026-01-05T09:01:00Z"));
  CHECK(action(story).lease_until == *from_rfc3339("2026-01-05T09:01:00Z"));
  story.then(dispatched("lse_2", "2026-01-05T09:02:00Z"));
  CHECK(action(story).lease_until == *from_rfc3339("2026-01-05T09:02:00Z"));
  story.then(EffectOutcomeUnknown{kAction, kTicket, "lease_expired"});
  CHECK(!action(story).lease_until);
  CHECK(action(story).status == ActionStatus::outcome_unknown);
  CHECK(!action(story).lease);
}

TEST_CASE("policies say what became of a proposal, those on trial say nothing about it") {
  Story story(action_history_kind());
  PolicyDecided shadow = decided(PolicyOutcome::deny);
  shadow.shadow = true;
  story.then(proposed()).then(shadow);
  CHECK(action(story).status == ActionStatus::proposed);
  CHECK(!action(story).outcome);
  // Of what others did before, the verdict is all there is to say.
  shadow.provenance = {true, "desk", {}};
  story.then(shadow);
  CHECK(action(story).status == ActionStatus::proposed);
  CHECK(action(story).outcome == Clear("deny"));
  PolicyDecided denied = decided(PolicyOutcome::deny);
  denied.problem = "kill_switch";
  denied.rules.push_back({"kill_switch", "forbid", "matched", {{"scope", "tenant"}}});
  story.then(denied);
  CHECK(action(story).status == ActionStatus::denied);
  CHECK(action(story).problem == Clear("kill_switch"));
  CHECK(action(story).decided_at == action(story).last_position);
}

TEST_CASE("a withdrawn action stays withdrawn when its approval becomes void") {
  Story story(action_history_kind());
  story.then(proposed()).then(decided(PolicyOutcome::require_approval)).then(requested());
  story.then(ActionWithdrawn{kAction, kTicket, {}});
  story.then(ApprovalStaled{kApproval, kAction, kTicket, "withdrawn"});
  CHECK(action(story).status == ActionStatus::withdrawn);
}

TEST_CASE("an authorized action becomes stale with its approval, an executed one does not") {
  Story story(action_history_kind());
  story.then(proposed()).then(requested()).then(ApprovalGranted{kApproval, kAction, kTicket});
  story.then(ApprovalStaled{kApproval, kAction, kTicket, "new_message"});
  CHECK(action(story).status == ActionStatus::staled);
  Story executed(action_history_kind());
  executed.then(proposed()).then(effect_confirmed());
  executed.then(ApprovalStaled{kApproval, kAction, kTicket, "new_message"});
  CHECK(action(executed).status == ActionStatus::succeeded);
}

TEST_CASE("reconciling settles an unknown outcome and keeps what was changed") {
  Story story(action_history_kind());
  story.then(proposed()).then(EffectOutcomeUnknown{kAction, kTicket, "timeout"});
  EffectReconciled reconciled;
  reconciled.action = kAction;
  reconciled.ticket = kTicket;
  reconciled.verdict = EffectOutcome::succeeded;
  reconciled.writes.push_back({"tkt_1", "team", "a", "b", {}, {}});
  story.then(reconciled);
  CHECK(action(story).status == ActionStatus::succeeded);
  CHECK(action(story).changes.size() == 1);
  EffectReconciled failed = reconciled;
  failed.verdict = EffectOutcome::failed;
  failed.writes.clear();
  story.then(failed);
  CHECK(action(story).status == ActionStatus::failed);
}

TEST_CASE("a rollback shows who asked, who refused or who took it back") {
  Story story(action_history_kind());
  RollbackRequested asked{RollbackId("rbk_1"), kAction, kTicket, RollbackMode::restrict_, "wrong"};
  asked.reason = seal_text("typo", {});
  story.then(proposed()).then(effect_confirmed()).then(asked, "usr_1");
  story.then(RollbackRefused{RollbackId("rbk_1"), kAction, kTicket, "later_writers", {}});
  CHECK(action(story).rollback_refusal == Clear("later_writers"));
  CHECK(!action(story).rolled_back);
  asked.rollback = RollbackId("rbk_2");
  story.then(asked, "usr_2").then(RollbackStarted{RollbackId("rbk_2"), kAction, kTicket});
  story.then(CompensationStarted{RollbackId("rbk_2"), kAction, kTicket});
  CHECK(action(story).status == ActionStatus::rollback_pending);
  story.then(CompensationSucceeded{RollbackId("rbk_2"), kAction, kTicket, 0, {}}, "agt_1");
  story.then(RollbackCompleted{RollbackId("rbk_2"), kAction, kTicket}, "agt_1");
  const ActionRow row = action(story);
  CHECK(row.rolled_back);
  CHECK(row.rolled_back_by == PrincipalId("usr_2"));
  CHECK(row.rollback == RollbackId("rbk_2"));
  CHECK(row.rollback_reason == SealedRef{4, 0, Hash{}});
}

TEST_CASE("of many steps the newest 32 are kept") {
  Story story(action_history_kind());
  story.then(proposed());
  for (int i = 0; i < 40; ++i) story.then(dispatched("lse_1", "2026-01-05T09:01:00Z"));
  CHECK(action(story).steps.size() == 32);
  CHECK(action(story).steps.back().position == 40);
  CHECK(action(story).dispatches == 40);
}

TEST_CASE("the resolution that an action brought about is named with it") {
  Story story(action_history_kind());
  story.then(proposed()).then(asserted());
  CHECK(action(story).resolution == kResolution);
}
