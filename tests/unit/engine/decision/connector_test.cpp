#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

constexpr const char* kShopRefund = R"({"amount":1,"order_id":"O-1"})";
constexpr const char* kShopReset = R"({"user_email":"a@b.c"})";

ConfigureConnector shop() {
  ConfigureConnector command;
  command.connector = "shop";
  command.url = "https://shop.example/effects";
  command.look_up_url = "https://shop.example/effects";
  command.types = {"reset_password", "process_refund"};
  command.credential = "shop";
  command.max_attempts = 3;
  return command;
}

struct Connected : Story {
  Connected() { given(kAdmin, shop()); }

  TicketId ticket = open_ticket();

  ActionId reset() { return proposed(ticket, "reset_password", kShopReset); }
  Story& send(const ActionId& id, std::string connector = "shop") {
    return when(kSystem, LeaseAction{id, 60, {}, std::move(connector)});
  }
  Story& answer(const ActionId& id, EffectOutcome outcome, bool retryable = false) {
    ReportAction report;
    report.action = id;
    report.outcome = outcome;
    report.retryable = retryable;
    if (action(id).status == ActionStatus::dispatching) report.lease = action(id).lease;
    return when(kSystem, report);
  }
  bool waits(TimerKind kind, const ActionId& id) const { return has_timer(kind, id.value()); }
};

TEST_CASE("a connector is refused unless it can run what it says") {
  Story story;
  const auto refuse = [&](auto change, ErrorCode code = ErrorCode::invalid) {
    ConfigureConnector command = shop();
    change(command);
    story.when(kAdmin, command).then_refused(code);
  };
  refuse([](auto& c) { c.url = "ftp://shop.example"; });
  refuse([](auto& c) { c.url = "http://shop.example/"; });
  refuse([](auto& c) { c.url = "https://user:word@shop.example/"; });
  refuse([](auto& c) { c.url = "https://shop.example/?key=1"; });
  refuse([](auto& c) { c.url = "https://"; });
  refuse([](auto& c) { c.look_up_url = "shop.example"; });
  refuse([](auto& c) { c.types = {}; });
  refuse([](auto& c) { c.types = {"no_such_type"}; });
  refuse([](auto& c) { c.types = {"AUTO_RESOLVE"}; });
  refuse([](auto& c) { c.types = {"collect_refund"}; });
  refuse([](auto& c) { c.connector = "client"; });
  refuse([](auto& c) { c.credential = "a b"; });
  refuse([](auto& c) { c.timeout_s = 0; });
  refuse([](auto& c) { c.max_attempts = 21; });
  story.when(kManager, shop()).then_refused(ErrorCode::forbidden);
  ConfigureConnector here = shop();
  here.url = "http://127.0.0.1:9000/effects";
  story.given(kAdmin, here);
}

TEST_CASE_FIXTURE(Connected,
                  "a type is run by one connector, and its setting is replaced by name") {
  ConfigureConnector other = shop();
  other.connector = "bank";
  when(kAdmin, other).then_refused(ErrorCode::conflict);
  other.types = {"create_bug_report"};
  given(kAdmin, other);
  ConfigureConnector again = shop();
  again.timeout_s = 5;
  given(kAdmin, again);
  CHECK(memory.connectors.rows.at("shop").timeout_s == 5);
  given(kAdmin, RemoveConnector{"bank", {}});
  when(kAdmin, RemoveConnector{"bank", {}}).then_refused(ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Connected,
                  "what a connector runs stands in the outbox and nobody else takes it") {
  const ActionId action = reset();
  CHECK(event<EffectHeld>().connector == Clear("shop"));
  CHECK(event<EffectHeld>().until == now);
  CHECK(waits(TimerKind::dispatch, action));
  lease(action).then_refused(ErrorCode::conflict);
  send(action, "bank").then_refused(ErrorCode::conflict);
  send(action).then({"policy.decided", "effect.dispatched"});
  CHECK(event<EffectDispatched>().connector == Clear("shop"));
  CHECK(event<EffectDispatched>().provider_key == Clear(action.value() + ".1"));
  CHECK_FALSE(waits(TimerKind::dispatch, action));
  answer(action, EffectOutcome::succeeded).then({"effect.confirmed"});
  CHECK(memory.due.rows.empty());
}

TEST_CASE_FIXTURE(Connected, "money waits for its window, for the connector too") {
  const ActionId refund = proposed(ticket, "process_refund", kShopRefund);
  vote(kManager, event<ApprovalRequested>().approval);
  CHECK(event<EffectHeld>().until == now + std::chrono::minutes(10));
  send(refund).then_refused(ErrorCode::conflict);
  when(kPerson, RecallAction{refund, {}});
  CHECK_FALSE(waits(TimerKind::dispatch, refund));
}

TEST_CASE_FIXTURE(Connected,
                  "what the provider turned away is tried again, under another key and the same "
                  "approval, until its attempts are used up") {
  const ActionId refund = proposed(ticket, "process_refund", kShopRefund);
  vote(kManager, event<ApprovalRequested>().approval);
  std::vector<std::string> keys;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    now = *action(refund).hold_until;
    send(refund);
    REQUIRE(has<EffectDispatched>());
    CHECK(has<ApprovalConsumed>() == (attempt == 1));
    keys.push_back(event<EffectDispatched>().provider_key->text);
    answer(refund, EffectOutcome::failed, true).then({"effect.rejected"});
    CHECK(event<EffectRejected>().retry_at.has_value() == (attempt < 3));
    CHECK(waits(TimerKind::dispatch, refund) == (attempt < 3));
  }
  CHECK(keys == std::vector{refund.value() + ".1", refund.value() + ".2", refund.value() + ".3"});
  CHECK(action(refund).status == ActionStatus::failed);
  CHECK(memory.due.rows.empty());
}

TEST_CASE_FIXTURE(Connected,
                  "another try is asked about again when the world moved since people agreed") {
  ProposeAction proposal;
  proposal.ticket = ticket;
  proposal.type = "process_refund";
  proposal.args_json = kShopRefund;
  proposal.confidence_ppm = 990'000;
  proposal.reads = {"assignee"};
  given(kAgent, proposal);
  const ActionId refund = event<ActionProposed>().action;
  vote(kManager, event<ApprovalRequested>().approval);
  now = *action(refund).hold_until;
  send(refund);
  answer(refund, EffectOutcome::failed, true);
  AssignTicket assign;
  assign.ticket = ticket;
  assign.team = "billing";
  assign.assignee = PrincipalId("usr_desk");
  given(kPerson, assign);
  now = *action(refund).hold_until;
  send(refund);
  CHECK_FALSE(has<EffectDispatched>());
  CHECK(event<ApprovalRequested>().excluded == std::vector{kAgent.id});
  CHECK(action(refund).status == ActionStatus::awaiting_approval);
  CHECK_FALSE(waits(TimerKind::dispatch, refund));
}

TEST_CASE_FIXTURE(Connected, "a later attempt waits as long as the provider asks") {
  const ActionId action = reset();
  send(action);
  ReportAction busy;
  busy.action = action;
  busy.outcome = EffectOutcome::failed;
  busy.retryable = true;
  busy.retry_after_s = 1'800;
  busy.lease = this->action(action).lease;
  given(kSystem, busy);
  CHECK(*event<EffectRejected>().retry_at >= now + std::chrono::minutes(30));
}

TEST_CASE_FIXTURE(Connected, "an agreement that ends before the next attempt is not stretched") {
  const ActionId refund = proposed(ticket, "process_refund", kShopRefund);
  vote(kManager, event<ApprovalRequested>().approval);
  now = approval(*action(refund).approval).expires_at - std::chrono::seconds(1);
  send(refund);
  REQUIRE(has<EffectDispatched>());
  answer(refund, EffectOutcome::failed, true);
  CHECK_FALSE(event<EffectRejected>().retry_at);
  CHECK(action(refund).status == ActionStatus::failed);
}

TEST_CASE_FIXTURE(Connected, "an answer that was lost is looked up, and never sent again") {
  const ActionId action = reset();
  send(action);
  now += std::chrono::seconds(60);
  CHECK(fire_due().size() == 1);  // The lease.
  CHECK(event<EffectOutcomeUnknown>().look_up_at);
  CHECK(waits(TimerKind::look_up, action));
  send(action).then_refused(ErrorCode::conflict);
  answer(action, EffectOutcome::unknown).then({"effect.reconciled"});
  CHECK(waits(TimerKind::look_up, action));
  answer(action, EffectOutcome::succeeded).then({"effect.reconciled"});
  CHECK(this->action(action).status == ActionStatus::succeeded);
  CHECK(memory.due.rows.empty());
}

TEST_CASE_FIXTURE(Connected, "what cannot be found out by asking is left to people") {
  const ActionId action = reset();
  send(action);
  answer(action, EffectOutcome::unknown);
  int looks = 0;
  for (; waits(TimerKind::look_up, action) && looks < 100; ++looks)
    answer(action, EffectOutcome::unknown);
  CHECK(looks == 8);
  CHECK(has<IncidentOpened>());
  ReportAction found;
  found.action = action;
  found.outcome = EffectOutcome::failed;
  when(kManager, found).then({"effect.reconciled", "incident.closed"});
  CHECK(this->action(action).status == ActionStatus::failed);
}

/// A rollback whose one step is in the connector's hands.
struct ConnectedUndo : RollbackStory {
  ConnectedUndo() {
    undone = reset(open_ticket());
    ConfigureConnector connector = shop();
    connector.types = {"revoke_password_reset"};
    given(kAdmin, connector);
    roll_back_as(undone, RollbackMode::restrict_);
    undoing = rollback();
    vote(kSecond, event<ApprovalRequested>().approval);
    REQUIRE(waits(TimerKind::dispatch));
    LeaseStep lease;
    lease.rollback = undoing;
    lease.connector = "shop";
    lease.lease_s = 60;
    given(kSystem, lease);
    CHECK_FALSE(waits(TimerKind::dispatch));
  }

  bool waits(TimerKind kind) const { return has_timer(kind, step_key(undoing, 0)); }
  /// What the connector says: of its call, or of its look-up.
  Story& told(EffectOutcome outcome, const Principal& by = kSystem) {
    ReportStep report;
    report.rollback = undoing;
    report.outcome = outcome;
    report.lease = step(undoing, 0).lease;
    return when(by, report);
  }

  ActionId undone;
  RollbackId undoing;
};

TEST_CASE_FIXTURE(ConnectedUndo,
                  "a step whose answer was lost is looked up before people are asked") {
  told(EffectOutcome::unknown).then({"compensation.outcome_unknown"});
  REQUIRE(event<CompensationOutcomeUnknown>().look_up_at);
  CHECK(waits(TimerKind::look_up));
  CHECK(state(undoing).status == RollbackStatus::started);
  told(EffectOutcome::unknown, kAgent).then_refused(ErrorCode::conflict);
  told(EffectOutcome::unknown).then({"compensation.outcome_unknown"});
  CHECK(event<CompensationOutcomeUnknown>().cause == Clear("looked_up"));
  CHECK(waits(TimerKind::look_up));
  SUBCASE("it had happened") {
    told(EffectOutcome::succeeded)
        .then({"compensation.succeeded", "ticket.noted", "rollback.completed"});
    CHECK(action(undone).status == ActionStatus::rolled_back);
    CHECK(memory.due.rows.empty());
  }
  SUBCASE("it had not, and people say what now") {
    told(EffectOutcome::failed);
    CHECK(has<RollbackStuck>());
    CHECK_FALSE(waits(TimerKind::look_up));
    retry_step(undoing, 0);
    CHECK(waits(TimerKind::dispatch));
  }
  SUBCASE("a person knows before the provider says it") {
    record_step(undoing, 0);
    CHECK(action(undone).status == ActionStatus::rolled_back);
    CHECK_FALSE(waits(TimerKind::look_up));
  }
}

TEST_CASE_FIXTURE(ConnectedUndo, "a step that nobody finds out about is left to people") {
  now += std::chrono::seconds(60);
  CHECK(fire_due().size() == 1);  // The lease.
  CHECK(waits(TimerKind::look_up));
  int looks = 0;
  for (; waits(TimerKind::look_up) && looks < 100; ++looks) told(EffectOutcome::unknown);
  CHECK(looks == 8);
  CHECK(has<RollbackStuck>());
  CHECK(has<IncidentOpened>());
  told(EffectOutcome::succeeded).then_refused(ErrorCode::conflict);
  told(EffectOutcome::succeeded, kManager);
  CHECK(has<IncidentClosed>());
  CHECK(action(undone).status == ActionStatus::rolled_back);
}

TEST_CASE_FIXTURE(Connected, "a stopped agent's effects stay in the outbox and go on afterwards") {
  const ActionId action = reset();
  given(kManager, EngageKillswitch{});
  send(action).then({"policy.decided"});
  CHECK(this->action(action).status == ActionStatus::held);
  CHECK(waits(TimerKind::dispatch, action));
  send(action).then_refused(ErrorCode::conflict);  // It comes back in a minute.
  now += std::chrono::seconds(60);
  given(kManager, ReleaseKillswitch{});
  send(action).then({"policy.decided", "effect.dispatched"});
}

TEST_CASE_FIXTURE(Connected, "what a removed connector has not sent waits for another executor") {
  const ActionId action = reset();
  given(kAdmin, RemoveConnector{"shop", {}});
  lease(action).then({"policy.decided", "effect.dispatched"});
  CHECK(event<EffectDispatched>().connector == Clear("client"));
}

TEST_CASE_FIXTURE(Connected, "the outbox follows from the log") {
  const ActionId action = reset();
  send(action);
  answer(action, EffectOutcome::unknown);
  const ActionId held = reset();
  Memory again;
  for (const RecordedEvent& event : log) evolve(again.state, event);
  CHECK(again.same_as(memory));
  CHECK(waits(TimerKind::dispatch, held));
}

}  // namespace
}  // namespace recourse
