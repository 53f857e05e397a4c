#include "projections/tickets.h"

#include "engine/base/sha256.h"
#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

TicketStatusChanged status(TicketStatus from, TicketStatus to) {
  TicketStatusChanged data;
  data.ticket = kTicket;
  data.from = from;
  data.to = to;
  return data;
}

TicketRow ticket(Story& story) { return story.row<TicketRow>("ticket/tkt_1"); }

}  // namespace

TEST_CASE("an opened ticket is found by id, number and status") {
  TicketOpened data = opened("tkt_1", 42);
  data.title = seal_text("late", {"sub_1"});
  data.title->commitment = sha256({"late"});
  data.metadata = seal_json("{}", {});
  Story story(tickets_kind());
  story.then(LogOpened{}).then(data, "usr_1", "tkt_1");
  const TicketRow row = ticket(story);
  CHECK(row.number == 42);
  CHECK(row.status == TicketStatus::new_);
  CHECK(row.opened_at == Story::at(1));
  CHECK(row.version == 0);
  CHECK(row.metadata == SealedRef{1, 0, Hash{}});
  CHECK(row.title == SealedRef{1, 1, sha256({"late"})});
  CHECK(story.row<TicketId>("number/0000000000000042") == kTicket);
  CHECK(story.has("status/new/tkt_1"));
}

TEST_CASE("a ticket is listed under its present status only") {
  Story story(tickets_kind());
  story.then(opened()).then(status(TicketStatus::new_, TicketStatus::open));
  story.then(status(TicketStatus::open, TicketStatus::resolved));
  CHECK(!story.has("status/new/tkt_1"));
  CHECK(!story.has("status/open/tkt_1"));
  CHECK(story.has("status/resolved/tkt_1"));
  CHECK(ticket(story).resolved_at == Story::at(2));
  story.then(status(TicketStatus::resolved, TicketStatus::resolved));
  CHECK(story.has("status/resolved/tkt_1"));
}

TEST_CASE("who gives a team only leaves the assignee alone, and who clears one says whom") {
  Story story(tickets_kind());
  story.then(opened());
  TicketAssigned person{kTicket};
  person.assignee = PrincipalId("usr_2");
  TicketAssigned team{kTicket};
  team.team = "billing";
  story.then(person).then(team);
  CHECK(ticket(story).assignee == PrincipalId("usr_2"));
  CHECK(ticket(story).team == Clear("billing"));
  TicketAssigned cleared{kTicket};
  cleared.prev_assignee = PrincipalId("usr_2");
  story.then(cleared);
  CHECK(!ticket(story).assignee);
  CHECK(ticket(story).team == Clear("billing"));
}

TEST_CASE("a triage that is taken back clears what it had set") {
  Story story(tickets_kind());
  TicketTriaged set{kTicket}, cleared{kTicket};
  set.priority = "high";
  set.category = "refund";
  cleared.prev_priority = "high";
  story.then(opened()).then(set).then(cleared);
  CHECK(!ticket(story).priority);
  CHECK(ticket(story).category == Clear("refund"));
}

TEST_CASE("an escalation gives the ticket to a person until the handler changes back") {
  Story story(tickets_kind());
  TicketEscalated escalated{kTicket, "angry"};
  escalated.to_team = "leads";
  story.then(opened()).then(escalated);
  CHECK(ticket(story).handler == TicketHandler::human);
  CHECK(ticket(story).escalated);
  CHECK(ticket(story).team == Clear("leads"));
  story.then(TicketHandlerChanged{kTicket, TicketHandler::human, TicketHandler::agent, {}});
  CHECK(ticket(story).handler == TicketHandler::agent);
  CHECK(!ticket(story).escalated);
}

TEST_CASE("messages are counted, and only an answer is the first response") {
  Story story(tickets_kind());
  MessageSent note{kTicket, MessageId("msg_1"), "api", MessageKind::note};
  MessageSent reply{kTicket, MessageId("msg_2"), "api", MessageKind::reply};
  story.then(opened()).then(MessageReceived{kTicket, MessageId("msg_0"), "api"});
  story.then(note).then(reply).then(reply);
  CHECK(ticket(story).messages == 4);
  CHECK(ticket(story).first_response_at == Story::at(3));
}

TEST_CASE("an approval is pending once, however it ends and whatever becomes of it later") {
  Story story(tickets_kind());
  story.then(opened()).then(requested("apr_1")).then(requested("apr_2"));
  CHECK(ticket(story).pending_approvals == 2);
  story.then(ApprovalGranted{kApproval, kAction, kTicket});
  CHECK(ticket(story).pending_approvals == 1);
  story.then(ApprovalStaled{kApproval, kAction, kTicket, "killswitch"});
  CHECK(ticket(story).pending_approvals == 1);
  story.then(ApprovalExpired{ApprovalId("apr_2"), kAction, kTicket});
  CHECK(ticket(story).pending_approvals == 0);
}

TEST_CASE("imported events carry the source's times, and an older one does not turn them back") {
  Story story(tickets_kind());
  TicketOpened data = opened();
  data.provenance = {true, "desk", from_rfc3339("2016-02-29T01:16:00Z").value()};
  MessageReceived received{kTicket, MessageId("msg_1"), "email"};
  received.provenance = {true, "desk", from_rfc3339("2016-03-01T00:00:00Z").value()};
  TicketReopened reopened{kTicket, {}, "customer"};
  reopened.provenance = {true, "desk", from_rfc3339("2016-02-29T09:00:00Z").value()};
  story.then(data).then(received).then(reopened);
  const TicketRow row = ticket(story);
  CHECK(row.imported);
  CHECK(row.occurred_at == data.provenance.occurred_at);
  CHECK(row.last_occurred_at == received.provenance.occurred_at);
  CHECK(row.updated_at == Story::at(2));
  CHECK(row.reopenings == 1);
}

TEST_CASE("runs, actions, breaches and automation show on the ticket") {
  Story story(tickets_kind());
  RunStarted started;
  started.run = RunId("run_1");
  started.ticket = kTicket;
  started.agent = PrincipalId("agt_1");
  story.then(opened()).then(started).then(proposed());
  CHECK(ticket(story).run_status == RunStatus::active);
  RunFinished finished;
  finished.run = started.run;
  finished.ticket = kTicket;
  finished.status = RunStatus::failed;
  story.then(finished).then(SlaBreached{kTicket, "resolution"});
  story.then(TicketAutomationChanged{kTicket, Automation::active, Automation::paused, "x"});
  const TicketRow row = ticket(story);
  CHECK(row.run_status == RunStatus::failed);
  CHECK(row.actions == 1);
  CHECK(row.sla_breaches == 1);
  CHECK(row.automation == Automation::paused);
  CHECK(row.last_position == 5);
}

TEST_CASE("only events of the ticket's own stream move its version") {
  Story story(tickets_kind());
  story.then(opened(), "usr_1", "tkt_1").then(proposed(), "agt_1", "act_1");
  CHECK(ticket(story).version == 0);
  story.then(TicketReopened{kTicket, {}, "x"}, "usr_1", "tkt_1");
  CHECK(ticket(story).version == 1);
}

TEST_CASE("events about no ticket make no rows") {
  Story story(tickets_kind());
  story.then(LogOpened{}).then(AuthDenied{"unknown_key", 3}).then(LogHeartbeat{});
  CHECK(story.rows().empty());
}
