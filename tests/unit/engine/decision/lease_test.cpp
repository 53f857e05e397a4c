#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

constexpr const char* kOrder = R"({"order_id":"O-1"})";

struct Authorized {
  TicketId ticket;
  ActionId action;
};

Authorized authorized(Story& story, const char* type = "check_order_status",
                      const char* args = kOrder) {
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, type, args);
  REQUIRE(may_be_taken_back(story.action(action).status));
  return {ticket, action};
}

TEST_CASE("an executor leases what is authorized, and what may run is what was proposed") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.lease(action).then({"policy.decided", "effect.dispatched"});
  const auto& dispatched = story.event<EffectDispatched>();
  CHECK(dispatched.connector == Clear("client"));
  CHECK(dispatched.lease_until == story.now + std::chrono::seconds(60));
  CHECK(dispatched.attempt == 1);
  CHECK(dispatched.args_commitment == story.action(action).args_commitment);
  CHECK(story.event<PolicyDecided>().at == Clear("dispatch"));
}

TEST_CASE("one attempt is dispatched once") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.lease(action);
  story.lease(action).then_refused(ErrorCode::conflict);
  story.report(action, EffectOutcome::succeeded).then({"effect.confirmed"});
  story.lease(action).then_refused(ErrorCode::conflict);
  story.report(action, EffectOutcome::succeeded).then_refused(ErrorCode::conflict);
}

TEST_CASE("only authorized actions of a client are leased") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.lease(story.proposed(ticket, "process_refund", R"({"amount":1,"order_id":"O"})"))
      .then_refused(ErrorCode::conflict);
  story.lease(story.proposed(ticket, "ESCALATE")).then_refused(ErrorCode::conflict);
  story.lease(story.proposed(ticket, "no_such_tool")).then_refused(ErrorCode::conflict);
  story.lease(ActionId("act_none")).then_refused(ErrorCode::not_found);
  const auto own = authorized(story);
  LeaseAction forever;
  forever.action = own.action;
  forever.lease_s = 100'000;
  story.when(kAgent, forever).then_refused(ErrorCode::invalid);
}

TEST_CASE("a granted approval is used up by the dispatch") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action =
      story.proposed(ticket, "process_refund", R"({"amount":1,"order_id":"O"})");
  const ApprovalId approval = story.event<ApprovalRequested>().approval;
  story.vote(kManager, approval);
  story.lease(action).then({"policy.decided", "approval.consumed", "effect.dispatched"});
  CHECK(story.approval(approval).status == ApprovalStatus::consumed);
  CHECK(story.ticket(ticket).open_approvals.empty());
}

TEST_CASE("the kill switch holds a dispatch and gives it back") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.given(kManager, EngageKillswitch{});
  story.lease(action).then({"policy.decided"});
  CHECK(story.event<PolicyDecided>().problem == Clear("kill_switch"));
  CHECK(story.action(action).status == ActionStatus::authorized);
  story.given(kManager, ReleaseKillswitch{});
  story.lease(action);
  CHECK(story.has<EffectDispatched>());
}

TEST_CASE("a reply that the customer's message overtook is not sent") {
  Story story;
  const auto [ticket, action] = authorized(story, "send_reply", R"({"text":"hello"})");
  story.customer_writes(ticket);
  story.lease(action).then({"policy.decided"});
  CHECK(story.event<PolicyDecided>().problem == Clear("new_message"));
  CHECK(story.action(action).status == ActionStatus::denied);
}

TEST_CASE("a ticket closed in between stops the dispatch") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.set_status(ticket, TicketStatus::closed);
  story.lease(action);
  CHECK(story.event<PolicyDecided>().problem == Clear("ticket_state"));
}

TEST_CASE("a policy that asks for more than was granted sends the action back to people") {
  Story story;
  const auto [ticket, action] = authorized(story, "reset_password", R"({"user_email":"a@b.c"})");
  Policy strict = default_policy();
  for (MatrixRule& rule : strict.matrix)
    if (rule.rule.text == "account_changes") rule.except_types.clear();
  story.given(kSystem, ActivatePolicy{"pol_strict@1", policy_json(strict)});
  story.lease(action).then({"policy.decided", "approval.requested", "ticket.automation_changed"});
  CHECK(story.action(action).status == ActionStatus::awaiting_approval);
  CHECK(story.event<ApprovalRequested>().args_commitment == story.action(action).args_commitment);
}

TEST_CASE("arguments that were erased are not run") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.erased = true;
  story.lease(action).then({"effect.rejected"});
  CHECK(story.action(action).status == ActionStatus::failed);
}

TEST_CASE("a report needs the lease of its action") {
  Story story;
  const auto [ticket, action] = authorized(story);
  ReportAction report;
  report.action = action;
  report.outcome = EffectOutcome::succeeded;
  story.when(kAgent, report).then_refused(ErrorCode::conflict);  // Nothing is dispatched yet.
  story.lease(action);
  story.when(kAgent, report).then_refused(ErrorCode::precondition_missing);
  report.lease = LeaseId("lse_other");
  story.when(kAgent, report).then_refused(ErrorCode::conflict);
}

TEST_CASE("what an executor reports is sealed, and its references are clear") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.lease(action);
  ReportAction report;
  report.action = action;
  report.outcome = EffectOutcome::succeeded;
  report.lease = story.action(action).lease;
  report.provider_ref = "order/O-1";
  report.result_json = R"({"status":"shipped"})";
  report.writes = {{"order_O-1", "seen", std::nullopt, "true"}};
  story.when(kAgent, report).then({"effect.confirmed"});
  const auto& confirmed = story.event<EffectConfirmed>();
  CHECK(confirmed.provider_ref == Clear("order/O-1"));
  REQUIRE(confirmed.writes.size() == 1);
  CHECK_FALSE(confirmed.writes[0].after.has_value());
  CHECK(confirmed.writes[0].sealed_after.has_value());
  CHECK(story.action(action).writes[0].sealed_after->json.empty());
}

TEST_CASE("a reference with an address in it is refused") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.lease(action);
  ReportAction report;
  report.action = action;
  report.lease = story.action(action).lease;
  report.provider_ref = "ada@example.org";
  story.when(kAgent, report).then_refused(ErrorCode::invalid);
}

TEST_CASE("a failure is final, and starts nothing by itself") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.lease(action);
  story.report(action, EffectOutcome::failed).then({"effect.rejected"});
  CHECK(story.action(action).status == ActionStatus::failed);
}

TEST_CASE("a lost lease is an unknown outcome, which a late report reconciles") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.lease(action);
  story.when(kSystem, ExpireLease{action}).then_refused(ErrorCode::conflict);
  story.now += std::chrono::seconds(60);
  story.when(kSystem, ExpireLease{action}).then({"effect.outcome_unknown", "incident.opened"});
  CHECK(story.event<EffectOutcomeUnknown>().cause == Clear("lease_lost"));
  story.lease(action).then_refused(ErrorCode::conflict);
  story.report(action, EffectOutcome::unknown).then_refused(ErrorCode::conflict);
  story.report(action, EffectOutcome::succeeded).then({"effect.reconciled", "incident.closed"});
  CHECK(story.action(action).status == ActionStatus::succeeded);
}

TEST_CASE("a person may say what became of a lost effect, a machine without lease may not") {
  Story story;
  const auto [ticket, action] = authorized(story);
  story.lease(action);
  story.now += std::chrono::seconds(60);
  story.given(kSystem, ExpireLease{action});
  ReportAction report;
  report.action = action;
  report.outcome = EffectOutcome::failed;
  story.when(kAgent, report).then_refused(ErrorCode::precondition_missing);
  story.when(kManager, report).then({"effect.reconciled", "incident.closed"});
  CHECK(story.action(action).status == ActionStatus::failed);
}

}  // namespace
}  // namespace recourse
