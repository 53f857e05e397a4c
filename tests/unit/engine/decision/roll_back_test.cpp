#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

std::string refusal(const Story& story) { return story.event<RollbackRefused>().code.text; }

TEST_CASE("rolling back a resolution restores the ticket and all that hung on it, and says so") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "AUTO_RESOLVE");
  story.roll_back(action);
  story.then({"rollback.requested", "rollback.planned", "rollback.started", "compensation.started",
              "ticket.status_changed", "followup.cancelled", "resolution.voided",
              "compensation.succeeded", "ticket.noted", "rollback.completed"});
  CHECK(story.ticket(ticket).status == TicketStatus::new_);
  CHECK(story.ticket(ticket).pending_followups.empty());
  CHECK(story.ticket(ticket).open_resolutions.empty());
  CHECK(story.action(action).status == ActionStatus::rolled_back);
  CHECK(story.action(action).rollback == story.event<RollbackCompleted>().rollback);
  const auto& planned = story.event<RollbackPlanned>();
  REQUIRE(planned.steps.size() == 1);
  CHECK(planned.steps[0].writes[0].before == Clear("resolved"));
  CHECK(planned.steps[0].writes[0].after == Clear("new"));
  CHECK(planned.plan_digest != Hash{});
  CHECK(story.event<TicketNoted>().body.json == "\"AUTO_RESOLVE was rolled back. Reason: wrong\"");
}

TEST_CASE("all four reversible types go back to exactly what was") {
  for (const auto& [type, args] : std::map<std::string, std::string>{
           {"AUTO_RESOLVE", "{}"},
           {"ESCALATE", R"({"team":"Tier 2"})"},
           {"ASSIGN_TO_TEAM", R"({"assignee":"usr_bob","team":"Network"})"},
           {"SCHEDULE_FOLLOWUP", "{}"}}) {
    CAPTURE(type);
    Story story;
    const TicketId ticket = story.open_ticket();
    const TicketState before = story.ticket(ticket);
    const ActionId action = story.proposed(ticket, type, args);
    story.roll_back(action);
    CHECK(story.has<RollbackCompleted>());
    const TicketState& after = story.ticket(ticket);
    CHECK(after.status == before.status);
    CHECK(after.handler == before.handler);
    CHECK(after.assignee == before.assignee);
    CHECK(after.team == before.team);
    CHECK(after.pending_followups.empty());
  }
}

TEST_CASE("only managers and admins roll back") {
  Story story;
  const ActionId action = story.proposed(story.open_ticket(), "ESCALATE");
  story.roll_back(action, kPerson).then_refused(ErrorCode::forbidden);
  story.roll_back(action, kAgent).then_refused(ErrorCode::forbidden);
  story.roll_back(action, kAdmin);
  CHECK(story.has<RollbackCompleted>());
}

TEST_CASE("rolling back twice is refused, and the refusal is recorded") {
  Story story;
  const ActionId action = story.proposed(story.open_ticket(), "ESCALATE");
  story.roll_back(action);
  story.roll_back(action).then({"rollback.requested", "rollback.refused"});
  CHECK(refusal(story) == "already_rolled_back");
  CHECK(story.action(action).status == ActionStatus::rolled_back);
}

TEST_CASE("an error of a tool is a failed action; it never starts a rollback by itself") {
  Story story;
  const ActionId action = story.proposed(story.open_ticket(), "create_bug_report",
                                         R"({"description":"d","title":"t"})");
  story.lease(action);
  story.report(action, EffectOutcome::failed);
  CHECK(story.action(action).status == ActionStatus::failed);
  CHECK(story.memory.rollbacks.rows.empty());
  story.roll_back(action);
  CHECK(refusal(story) == "not_executed");
}

TEST_CASE("an unknown action is not found") {
  Story story;
  story.roll_back(ActionId("act_none")).then_refused(ErrorCode::not_found);
}

TEST_CASE("a rollback has one target, not none and not two") {
  Story story;
  RollBack command;
  story.when(kManager, command).then_refused(ErrorCode::invalid);
  command.action = story.proposed(story.open_ticket(), "ESCALATE");
  command.ticket = story.action(command.action).ticket;
  story.when(kManager, command).then_refused(ErrorCode::invalid);
}

TEST_CASE("later writers are never overwritten: the refusal lists them") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "AUTO_RESOLVE");
  story.set_status(ticket, TicketStatus::closed);
  story.roll_back(action);
  story.then({"rollback.requested", "rollback.refused"});
  CHECK(refusal(story) == "later_writers");
  const auto& later = story.event<RollbackRefused>().later_writers;
  REQUIRE(later.size() == 1);
  CHECK(later[0].field == Clear("status"));
  CHECK(later[0].actor == kPerson.id);
  CHECK(later[0].actor_type == ActorType::human);
  CHECK(later[0].type == Clear("recourse.ticket.status_changed.v1"));
  CHECK(story.ticket(ticket).status == TicketStatus::closed);
  CHECK(story.action(action).status == ActionStatus::succeeded);
}

TEST_CASE("writes of other fields do not stand in the way") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "AUTO_RESOLVE");
  AssignTicket other;
  other.ticket = ticket;
  other.team = "Network";
  story.given(kPerson, other);
  story.roll_back(action);
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.ticket(ticket).team == Clear("Network"));
}

TEST_CASE("actions on one field are undone newest first, and not otherwise") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId first = story.proposed(ticket, "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  const ActionId second = story.proposed(ticket, "ASSIGN_TO_TEAM", R"({"team":"Storage"})");
  story.roll_back(first);
  CHECK(refusal(story) == "later_writers");
  story.roll_back(second);
  CHECK(story.ticket(ticket).team == Clear("Network"));
  story.roll_back(first);
  CHECK(story.has<RollbackCompleted>());
  CHECK_FALSE(story.ticket(ticket).team.has_value());
}

TEST_CASE("what the customer reopened stays open, and the rest of the resolution is undone") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "AUTO_RESOLVE");
  SubmitFeedback no;
  no.ticket = ticket;
  no.confirmed = false;
  story.given(kCustomer, no);
  story.roll_back(action);
  CHECK(story.has<RollbackCompleted>());
  CHECK_FALSE(story.has<TicketStatusChanged>());
  CHECK(story.ticket(ticket).status == TicketStatus::open);
}

TEST_CASE("what was not executed, or cannot be undone, is refused by name") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const auto refused = [&](const ActionId& action) {
    story.roll_back(action);
    return refusal(story);
  };
  CHECK(refused(story.proposed(ticket, "AUTO_RESOLVE", "{}", std::nullopt)) == "not_executed");
  CHECK(refused(story.proposed(ticket, "no_such_tool")) == "not_executed");
  CHECK(refused(story.proposed(ticket, "REQUEST_CLARIFICATION")) == "no_inverse");

  const auto executed = [&](const char* type, const char* args) {
    const ActionId action = story.proposed(ticket, type, args);
    story.lease(action);
    CHECK(refused(action) == "outcome_unknown");
    story.report(action, EffectOutcome::succeeded);
    return action;
  };
  CHECK(refused(executed("check_order_status", R"({"order_id":"O"})")) == "nothing_to_undo");
}

TEST_CASE("without a recorded state before, a resolved ticket becomes work in progress") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action("act_imported");
  ActionProposed proposed;
  proposed.action = action;
  proposed.ticket = ticket;
  proposed.type = "AUTO_RESOLVE";
  proposed.provenance.imported = true;
  EffectConfirmed confirmed;
  confirmed.action = action;
  confirmed.ticket = ticket;
  confirmed.provenance.imported = true;
  TicketStatusChanged resolved;
  resolved.ticket = ticket;
  resolved.to = TicketStatus::resolved;
  resolved.action = action;
  const Actor agent{ActorType::agent, PrincipalId("agt_old")};
  story.record({NewEvent{action.value(), ticket.value(), agent, "", "", proposed},
                NewEvent{ticket.value(), ticket.value(), agent, "", "", resolved},
                NewEvent{action.value(), ticket.value(), agent, "", "", confirmed}});
  story.roll_back(action);
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.ticket(ticket).status == TicketStatus::open);
}

TEST_CASE("imported writes of tools that nobody executes here are refused, with the reason") {
  for (const auto& [type, code] :
       std::map<std::string, std::string>{{"cancel_pending_order", "no_inverse"},
                                          {"modify_user_address", "no_executor"},
                                          {"unknown", "no_inverse"}}) {
    CAPTURE(type);
    Story story;
    const TicketId ticket = story.open_ticket();
    ActionProposed proposed;
    proposed.action = ActionId("act_imported");
    proposed.ticket = ticket;
    proposed.type = type;
    proposed.provenance.imported = true;
    EffectConfirmed confirmed;
    confirmed.action = proposed.action;
    confirmed.ticket = ticket;
    story.record({NewEvent{"act_imported", ticket.value(), {}, "", "", proposed},
                  NewEvent{"act_imported", ticket.value(), {}, "", "", confirmed}});
    story.roll_back(ActionId("act_imported"));
    CHECK(refusal(story) == code);
  }
}

}  // namespace
}  // namespace recourse
