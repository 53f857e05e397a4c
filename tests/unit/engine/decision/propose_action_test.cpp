#include <algorithm>

#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

TEST_CASE(
    "a sure agent resolves a ticket: answer, status, resolution and follow-up in one commit") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":["restart","log in"]})");
  story.then({"action.proposed", "policy.decided", "effect.dispatched", "message.sent",
              "ticket.status_changed", "resolution.asserted", "followup.scheduled",
              "effect.confirmed"});
  CHECK(story.event<MessageSent>().kind == MessageKind::agent_response);
  CHECK(story.event<MessageSent>().body.json == R"("restart\nlog in")");
  CHECK(story.event<FollowUpScheduled>().due_at == story.now + std::chrono::hours(24));
  const auto& writes = story.event<EffectConfirmed>().writes;
  REQUIRE(writes.size() == 1);
  CHECK(writes[0].field == Clear("status"));
  CHECK(writes[0].before == Clear("new"));
  CHECK(writes[0].after == Clear("resolved"));
  CHECK(story.ticket(ticket).status == TicketStatus::resolved);
  const ActionState& action = story.action(story.event<ActionProposed>().action);
  CHECK(action.status == ActionStatus::succeeded);
  CHECK(action.resolution.has_value());
  CHECK(action.followups.size() == 1);
  CHECK(story.event<EffectDispatched>().args_commitment ==
        story.event<ActionProposed>().args.commitment);
}

TEST_CASE("an unsure agent waits for a person, and the ticket shows it") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "AUTO_RESOLVE", "{}", std::nullopt);
  story.then(
      {"action.proposed", "policy.decided", "approval.requested", "ticket.automation_changed"});
  const auto& requested = story.event<ApprovalRequested>();
  CHECK(requested.args_commitment == story.event<ActionProposed>().args.commitment);
  CHECK(requested.render_digest == approval_digest(requested.approval, *requested.action,
                                                   "AUTO_RESOLVE", 1, requested.args_commitment));
  CHECK(requested.excluded == std::vector<PrincipalId>{kAgent.id});
  CHECK(requested.expires_at == story.now + std::chrono::minutes(60));
  CHECK(story.ticket(ticket).automation == Automation::awaiting_approval);
  CHECK(story.ticket(ticket).status == TicketStatus::new_);
}

TEST_CASE("the tools of the approval matrix run at once or wait, and clients execute them") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const auto after = [&](const char* type, const char* args) {
    return story.action(story.proposed(ticket, type, args)).status;
  };
  CHECK(after("check_order_status", R"({"order_id":"O-1"})") == ActionStatus::authorized);
  CHECK(after("search_knowledge_base", R"({"query":"vpn"})") == ActionStatus::authorized);
  CHECK(after("reset_password", R"({"user_email":"a@b.c"})") == ActionStatus::authorized);
  CHECK(after("create_bug_report", R"({"description":"d","title":"t"})") ==
        ActionStatus::authorized);
  CHECK(after("process_refund", R"({"amount":10,"order_id":"O-1"})") ==
        ActionStatus::awaiting_approval);
  CHECK(after("escalate_to_human", R"({"reason":"angry"})") == ActionStatus::succeeded);
}

TEST_CASE("the amount of a refund is clear and exact, its arguments are sealed") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "process_refund", R"({"amount":19.99,"currency":"EUR","order_id":"O-1"})");
  const auto& proposed = story.event<ActionProposed>();
  CHECK(proposed.amount_minor == 1999);
  CHECK(proposed.currency == Clear("EUR"));
  CHECK(proposed.args.kind == SealedKind::object);
}

TEST_CASE("a tool that a model invented is recorded, sealed and denied") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "delete_customer ada@example.org");
  story.then({"action.proposed", "policy.decided"});
  const auto& proposed = story.event<ActionProposed>();
  CHECK(proposed.type == Clear("unknown"));
  REQUIRE(proposed.unknown_type);
  CHECK(proposed.unknown_type->json == "\"delete_customer ada@example.org\"");
  CHECK(story.event<PolicyDecided>().problem == Clear("unknown_type"));
  CHECK(story.action(proposed.action).status == ActionStatus::denied);
}

TEST_CASE("arguments against the schema are a recorded denial, a body that is no object an error") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "process_refund", R"({"amount":-5,"order_id":"O-1"})");
  story.then({"action.proposed", "policy.decided"});
  CHECK(story.event<PolicyDecided>().problem == Clear("schema"));
  CHECK_FALSE(story.event<ActionProposed>().amount_minor.has_value());
  story.propose(ticket, "process_refund", "[1]").then_refused(ErrorCode::invalid);
  story.propose(ticket, "process_refund", "{").then_refused(ErrorCode::invalid);
  story.propose(ticket, "process_refund", R"({"amount":9007199254740993})")
      .then_refused(ErrorCode::invalid);
}

TEST_CASE("a confidence outside of zero to one is an error") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "ESCALATE", "{}", 1'000'001).then_refused(ErrorCode::invalid);
  story.propose(ticket, "ESCALATE", "{}", -1).then_refused(ErrorCode::invalid);
}

TEST_CASE("nothing is proposed on a closed ticket") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.set_status(ticket, TicketStatus::closed);
  story.propose(ticket, "ESCALATE").then_refused(ErrorCode::conflict);
}

TEST_CASE("a resolved ticket is not resolved again") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.proposed(ticket, "AUTO_RESOLVE");
  story.propose(ticket, "AUTO_RESOLVE");
  CHECK(story.event<PolicyDecided>().problem == Clear("ticket_state"));
}

TEST_CASE("what was decided on an old version stands or falls with the type") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.customer_writes(ticket);
  ProposeAction command;
  command.ticket = ticket;
  command.type = "send_reply";
  command.args_json = R"({"text":"hi"})";
  command.confidence_ppm = 900'000;
  command.expected_ticket_version = 0;
  story.when(kAgent, command).then_refused(ErrorCode::version_conflict);
  command.expected_ticket_version = 1;
  story.given(kAgent, command);
  command.type = "ESCALATE";
  command.args_json = "{}";
  command.expected_ticket_version = 0;
  story.given(kAgent, command);
}

TEST_CASE("the kill switch denies the next proposal, and releasing it lets actions run again") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.given(kManager, EngageKillswitch{});
  story.propose(ticket, "check_order_status", R"({"order_id":"O-1"})");
  story.then({"action.proposed", "policy.decided"});
  CHECK(story.event<PolicyDecided>().problem == Clear("kill_switch"));
  story.given(kManager, ReleaseKillswitch{});
  story.propose(ticket, "ESCALATE");
  CHECK(story.has<EffectConfirmed>());
}

TEST_CASE("a kill switch of one type leaves the others alone") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.given(kManager, EngageKillswitch{"AUTO_RESOLVE", std::nullopt});
  story.propose(ticket, "AUTO_RESOLVE");
  CHECK(story.event<PolicyDecided>().problem == Clear("kill_switch"));
  story.propose(ticket, "ESCALATE");
  CHECK(story.has<EffectConfirmed>());
  story.when(kManager, EngageKillswitch{"AUTO_RESOLVE", std::nullopt});
  story.then_refused(ErrorCode::conflict);
  story.when(kManager, EngageKillswitch{"no_such_type", std::nullopt});
  story.then_refused(ErrorCode::invalid);
}

TEST_CASE("each internal action changes what its type says and notes before and after") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.propose(ticket, "ASSIGN_TO_TEAM", R"({"assignee":"usr_bob","team":"Network"})");
  story.then({"action.proposed", "policy.decided", "effect.dispatched", "ticket.assigned",
              "effect.confirmed"});
  CHECK(story.event<EffectConfirmed>().writes.size() == 2);
  story.propose(ticket, "ESCALATE", R"({"reason":"hard","team":"Tier 2"})");
  story.then({"action.proposed", "policy.decided", "effect.dispatched", "ticket.escalated",
              "effect.confirmed"});
  CHECK(story.ticket(ticket).handler == TicketHandler::human);
  CHECK(story.ticket(ticket).team == Clear("Tier 2"));
  story.propose(ticket, "SCHEDULE_FOLLOWUP", R"({"delay_hours":2})");
  CHECK(story.event<FollowUpScheduled>().due_at == story.now + std::chrono::hours(2));
  story.propose(ticket, "REQUEST_CLARIFICATION", "{}", std::nullopt);
  story.then({"action.proposed", "policy.decided", "effect.dispatched", "message.sent",
              "ticket.status_changed", "effect.confirmed"});
  CHECK(story.ticket(ticket).status == TicketStatus::pending);
}

TEST_CASE("an action that changes nothing writes nothing") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.proposed(ticket, "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  story.propose(ticket, "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  CHECK_FALSE(story.has<TicketAssigned>());
  CHECK(story.event<EffectConfirmed>().writes.empty());
}

TEST_CASE("a policy activated for the tenant decides from then on") {
  Story story;
  const TicketId ticket = story.open_ticket();
  Policy strict = default_policy();
  strict.autonomy_enabled = false;
  story.given(kSystem, ActivatePolicy{"pol_strict@1", policy_json(strict)});
  CHECK(story.event<PolicyActivated>().digest == sha256(policy_json(strict)));
  story.propose(ticket, "ESCALATE");
  CHECK(story.event<PolicyDecided>().policy == Clear("pol_strict@1"));
  CHECK(story.event<PolicyDecided>().problem == Clear("autonomy"));
  story.when(kSystem, ActivatePolicy{"pol_strict@1", policy_json(default_policy())});
  story.then_refused(ErrorCode::conflict);
  story.when(kSystem, ActivatePolicy{"strict", policy_json(strict)});
  story.then_refused(ErrorCode::invalid);
  story.when(kSystem, ActivatePolicy{"pol_strict@2", "{}"}).then_refused(ErrorCode::invalid);
}

TEST_CASE("a policy text that this program cannot read denies everything") {
  Story story;
  const TicketId ticket = story.open_ticket();
  PolicyActivated newer;
  newer.policy = "pol_newer@1";
  newer.text = R"({"from":"the future"})";
  story.record({NewEvent{"pol_newer", "", {}, "", "", newer}});
  story.propose(ticket, "check_order_status", R"({"order_id":"O-1"})");
  CHECK(story.event<PolicyDecided>().outcome == PolicyOutcome::deny);
}

TEST_CASE("events of a run carry its id") {
  Story story;
  const TicketId ticket = story.open_ticket();
  ProposeAction command;
  command.ticket = ticket;
  command.type = "ESCALATE";
  command.run = RunId("run_1");
  story.given(kAgent, command);
  CHECK(story.log.back().correlation == "run_1");
}

}  // namespace
}  // namespace recourse
