#include "engine/decision/plan_rollback.h"
#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

constexpr const char* kNetwork = R"({"team":"Network"})";
constexpr const char* kStorage = R"({"team":"Storage"})";

TEST_CASE("a plan that was only asked for waits, and is carried out as it was looked at") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  RollBack command;
  command.action = action;
  command.plan_only = true;
  story.given(kManager, command);
  story.then({"rollback.requested", "rollback.planned"});
  const RollbackId id = story.rollback();
  const auto& planned = story.event<RollbackPlanned>();
  CHECK(planned.step_count == 1);
  CHECK(planned.customers == 1);
  CHECK(planned.base_position ==
        static_cast<std::int64_t>(story.action(action).executed_at.value()));
  PlanLists lists;
  lists.steps = planned.steps;
  CHECK(planned.plan_digest == plan_digest(RollbackMode::restrict_, lists));
  CHECK(story.ticket(ticket).team == Clear("Network"));
  StartRollback other{id, to_base64(as_text(Hash{}))};
  story.when(kManager, other).then_refused(ErrorCode::conflict);
  story.start(id);
  CHECK(story.has<RollbackCompleted>());
  CHECK(!story.ticket(ticket).team);
  story.start(id).then_refused(ErrorCode::conflict);
}

TEST_CASE("a write to what the plan would write stales it; it has to be planned again") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  RollBack command;
  command.action = action;
  command.plan_only = true;
  story.given(kManager, command);
  const RollbackId id = story.rollback();
  SUBCASE("by a person") {
    story.assign(ticket, "Tier 2");
    story.then({"ticket.assigned", "rollback.staled"});
    CHECK(story.event<RollbackStaled>().cause == Clear("recourse.ticket.assigned.v1"));
    story.start(id).then_refused(ErrorCode::conflict);
    CHECK(story.ticket(ticket).team == Clear("Tier 2"));
    CHECK(story.ticket(ticket).open_plans.empty());
  }
  SUBCASE("by another rollback of the same") {
    story.roll_back(action);
    CHECK(story.count("rollback.staled") == 1);
    CHECK(story.state(id).status == RollbackStatus::staled);
  }
  SUBCASE("by an action that is built on it") {
    story.proposed_after(ticket, "ESCALATE", "{}", action);
    CHECK(story.state(id).status == RollbackStatus::staled);
  }
  SUBCASE("not by a write to something else") {
    story.set_status(ticket, TicketStatus::open);
    CHECK(story.state(id).status == RollbackStatus::planned);
    story.start(id);
    CHECK(story.has<RollbackCompleted>());
  }
}

TEST_CASE("restrict refuses what later actions were built on, and lists them") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId first = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  const ActionId caused = story.proposed_after(ticket, "ESCALATE", "{}", first);
  const ActionId read = story.proposed_after(ticket, "SCHEDULE_FOLLOWUP", "{}", {}, {"team"});
  story.roll_back(first);
  story.then({"rollback.requested", "rollback.refused"});
  const auto& refused = story.event<RollbackRefused>();
  CHECK(refused.code == Clear("dependents"));
  REQUIRE(refused.dependents.has_value());
  REQUIRE(refused.dependents->size() == 2);
  CHECK((*refused.dependents)[0] == Dependent{caused, ticket, first, "causal"});
  CHECK((*refused.dependents)[1] == Dependent{read, ticket, first, "data"});
}

TEST_CASE("cascade undoes the closure newest first, by one plan") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId first = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  const ActionId over = story.proposed(ticket, "ASSIGN_TO_TEAM", kStorage);
  const ActionId caused = story.proposed_after(ticket, "ESCALATE", "{}", over);
  const ActionId other = story.proposed(ticket, "SCHEDULE_FOLLOWUP");
  story.roll_back_as(first, RollbackMode::cascade);
  story.then({"rollback.requested", "rollback.planned"});
  const RollbackId id = story.rollback();
  const auto& planned = story.event<RollbackPlanned>();
  REQUIRE(planned.steps.size() == 3);
  CHECK(planned.steps[0].action == caused);
  CHECK(planned.steps[1].action == over);
  CHECK(planned.steps[2].action == first);
  CHECK(planned.steps[1].after == std::optional<std::int64_t>(0));
  CHECK(planned.steps[2].writes[0].before == Clear("Network"));
  CHECK(!planned.steps[2].writes[0].after);
  CHECK(planned.dependents[0].edge == Clear("overwrite"));
  story.start(id);
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.count("compensation.succeeded") == 3);
  CHECK(!story.ticket(ticket).team);
  CHECK(story.ticket(ticket).handler == TicketHandler::none);
  for (const ActionId& undone : {first, over, caused})
    CHECK(story.action(undone).status == ActionStatus::rolled_back);
  CHECK(story.action(other).status == ActionStatus::succeeded);
}

TEST_CASE("a person's value is kept in every mode, also under an agent's later one") {
  for (const RollbackMode mode : {RollbackMode::cascade, RollbackMode::detach}) {
    RollbackStory story;
    const TicketId ticket = story.open_ticket();
    const ActionId first = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
    story.assign(ticket, "Tier 2");
    SUBCASE("written last") {
      story.roll_back_as(first, mode);
      CHECK(story.event<RollbackPlanned>().steps.at(0).writes.empty());
      CHECK(story.event<RollbackPlanned>().conflicts.at(0).actor == kPerson.id);
      story.start(story.rollback());
      CHECK(story.ticket(ticket).team == Clear("Tier 2"));
    }
    SUBCASE("an agent wrote over it: that was not built on the first") {
      story.proposed(ticket, "ASSIGN_TO_TEAM", kStorage);
      story.roll_back_as(first, mode);
      CHECK(story.event<RollbackPlanned>().dependents.empty());
      story.start(story.rollback());
      CHECK(story.ticket(ticket).team == Clear("Storage"));
    }
  }
}

TEST_CASE("detach undoes the target alone, marks what was built on it and asks for a review") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId first = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  const ActionId caused = story.proposed_after(ticket, "ESCALATE", "{}", first);
  story.roll_back_as(first, RollbackMode::detach);
  const RollbackId id = story.rollback();
  REQUIRE(story.event<RollbackPlanned>().steps.size() == 1);
  story.start(id);
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.event<ActionTainted>().action == caused);
  CHECK(story.event<IncidentOpened>().kind == IncidentKind::review);
  CHECK(story.action(first).status == ActionStatus::rolled_back);
  CHECK(story.action(caused).status == ActionStatus::succeeded);
  CHECK(story.action(caused).tainted);
  CHECK(story.ticket(ticket).handler == TicketHandler::human);
  CloseIncident close;
  close.incident = story.event<IncidentOpened>().incident;
  close.resolution = "reviewed";
  story.when(kAgent, close).then_refused(ErrorCode::forbidden);
  story.when(kManager, close).then({"incident.closed"});
  story.when(kManager, close).then_refused(ErrorCode::conflict);
}

TEST_CASE("forward_fix undoes nothing: an open remediation is recorded until people settled it") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId sent = story.proposed(ticket, "REQUEST_CLARIFICATION");
  story.roll_back(sent);
  CHECK(story.event<RollbackRefused>().code == Clear("no_inverse"));
  story.roll_back_as(sent, RollbackMode::forward_fix);
  story.then({"rollback.requested", "rollback.planned", "incident.opened"});
  const RollbackId id = story.rollback();
  CHECK(story.event<RollbackPlanned>().steps.empty());
  CHECK(story.state(id).status == RollbackStatus::remediation);
  CHECK(story.action(sent).status == ActionStatus::succeeded);
  CloseIncident close;
  close.incident = story.event<IncidentOpened>().incident;
  close.resolution = "customer_called";
  story.when(kManager, close).then({"incident.closed", "rollback.completed"});
  CHECK(story.action(sent).status == ActionStatus::succeeded);
}

TEST_CASE("what cannot be undone stands in the plan before anybody agrees to it") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId first = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  const ActionId asked = story.proposed_after(ticket, "REQUEST_CLARIFICATION", "{}", first);
  story.roll_back_as(first, RollbackMode::cascade);
  const auto& planned = story.event<RollbackPlanned>();
  REQUIRE(planned.cannot_undo.size() == 1);
  CHECK(planned.cannot_undo[0] == NotUndone{asked, ticket, "no_inverse"});
  CHECK(planned.steps.size() == 1);
}

TEST_CASE("a proposal that was built on it and still waits is withdrawn, not run") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId first = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  const ActionId waits =
      story.proposed_after(ticket, "process_refund", R"({"amount":10,"order_id":"O"})", first);
  REQUIRE(story.action(waits).status == ActionStatus::awaiting_approval);
  story.roll_back_as(first, RollbackMode::cascade);
  CHECK(story.event<RollbackPlanned>().steps.at(0).kind == Clear("cancel"));
  story.start(story.rollback());
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.action(waits).status == ActionStatus::withdrawn);
  CHECK(story.ticket(ticket).automation == Automation::active);
}

TEST_CASE("an effect of which nobody knows is found out first, never compensated") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId action =
      story.proposed(ticket, "create_bug_report", R"({"description":"d","title":"t"})");
  story.lease(action);
  story.report(action, EffectOutcome::unknown);
  story.roll_back(action);
  CHECK(story.event<RollbackRefused>().code == Clear("outcome_unknown"));
}

TEST_CASE("a whole ticket is undone by one plan") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId team = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  const ActionId solved = story.proposed(ticket, "AUTO_RESOLVE");
  RollBack command;
  command.ticket = ticket;
  command.found = {team, solved, team};
  story.given(kManager, command);
  const RollbackId id = story.rollback();
  REQUIRE(story.event<RollbackPlanned>().steps.size() == 2);
  CHECK(story.event<RollbackPlanned>().steps[0].action == solved);
  story.start(id);
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.ticket(ticket).status == TicketStatus::new_);
  CHECK(!story.ticket(ticket).team);
  command.ticket = story.open_ticket();
  story.when(kManager, command);
  CHECK(story.event<RollbackRefused>().code == Clear("nothing_to_undo"));
  command.run = RunId("run_1");
  story.when(kManager, command).then_refused(ErrorCode::invalid);
}

TEST_CASE("nobody is asked about a resolution that was undone; a given score stays") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId solved = story.proposed(ticket, "AUTO_RESOLVE");
  const ActionId again = story.proposed(ticket, "SCHEDULE_FOLLOWUP");
  REQUIRE(story.ticket(ticket).pending_followups.size() == 2);
  SubmitFeedback feedback;
  feedback.ticket = ticket;
  feedback.score = 5;
  story.given(kCustomer, feedback);
  const std::size_t before = story.log.size();
  story.roll_back(solved);
  CHECK(story.has<RollbackCompleted>());
  CHECK(story.count("followup.cancelled") == 2);
  CHECK(story.count("resolution.voided") == 1);
  CHECK(story.ticket(ticket).pending_followups.empty());
  CHECK(story.action(again).status == ActionStatus::succeeded);
  for (std::size_t i = before; i < story.log.size(); ++i)
    CHECK(!holds_alternative<FeedbackSubmitted>(story.log[i].data));
}

TEST_CASE("there is no rollback of a rollback: it is done again as a new action that says so") {
  RollbackStory story;
  const TicketId ticket = story.open_ticket();
  const ActionId first = story.proposed(ticket, "ASSIGN_TO_TEAM", kNetwork);
  ProposeAction again;
  again.ticket = ticket;
  again.type = "ASSIGN_TO_TEAM";
  again.args_json = kNetwork;
  again.confidence_ppm = 990'000;
  again.redo_of = first;
  story.when(kAgent, again).then_refused(ErrorCode::conflict);
  story.roll_back(first);
  story.given(kAgent, again);
  CHECK(story.event<ActionBasedOn>().redo_of == first);
  CHECK(story.has<PolicyDecided>());
  CHECK(story.ticket(ticket).team == Clear("Network"));
}

}  // namespace
}  // namespace recourse
