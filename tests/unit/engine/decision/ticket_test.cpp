#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

TEST_CASE("tickets are numbered from one, and what people typed is sealed") {
  Story story;
  OpenTicket open;
  open.requester = SubjectId("sub_customer");
  open.title = "VPN broken";
  open.description = "since Monday";
  open.category = "network";
  story.when(kPerson, open);
  story.then({"ticket.opened"});
  const auto& opened = story.event<TicketOpened>();
  CHECK(opened.number == 1);
  REQUIRE(opened.title);
  CHECK(opened.title->json == "\"VPN broken\"");
  CHECK(opened.title->subjects == std::vector<std::string>{"sub_customer"});
  CHECK(opened.category == Clear("network"));
  story.when(kPerson, open);
  CHECK(story.event<TicketOpened>().number == 2);
}

TEST_CASE("a ticket without requester, or with an address for a category, is not opened") {
  Story story;
  story.when(kPerson, OpenTicket{});
  story.then_refused(ErrorCode::invalid);
  OpenTicket open;
  open.requester = SubjectId("sub_customer");
  open.category = "ada@example.org";
  story.when(kPerson, open);
  story.then_refused(ErrorCode::invalid);
}

TEST_CASE("an unknown ticket is not found, whatever is asked of it") {
  Story story;
  const TicketId none("tkt_none");
  story.set_status(none, TicketStatus::open).then_refused(ErrorCode::not_found);
  story.customer_writes(none).then_refused(ErrorCode::not_found);
  story.propose(none, "ESCALATE").then_refused(ErrorCode::not_found);
}

TEST_CASE("the first reply opens a new ticket, and the customer's answer wakes a waiting one") {
  Story story;
  const TicketId ticket = story.open_ticket();
  AddMessage reply;
  reply.ticket = ticket;
  reply.from = MessageFrom::agent;
  reply.body = "have you tried";
  story.when(kPerson, reply).then({"message.sent", "ticket.status_changed"});
  story.given(kPerson, [&] {
    SetTicketStatus wait;
    wait.ticket = ticket;
    wait.status = TicketStatus::pending;
    return wait;
  }());
  story.customer_writes(ticket).then({"message.received", "ticket.status_changed"});
  CHECK(story.ticket(ticket).status == TicketStatus::open);
}

TEST_CASE("a status follows only where it can") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.set_status(ticket, TicketStatus::new_).then_refused(ErrorCode::invalid);
  story.set_status(ticket, TicketStatus::merged).then_refused(ErrorCode::invalid);
  story.set_status(ticket, TicketStatus::resolved)
      .then({"ticket.status_changed", "resolution.asserted"});
  story.set_status(ticket, TicketStatus::resolved).then_refused(ErrorCode::conflict);
  story.set_status(ticket, TicketStatus::open).then_refused(ErrorCode::conflict);
  story.set_status(ticket, TicketStatus::closed).then({"ticket.status_changed"});
  story.set_status(ticket, TicketStatus::open).then_refused(ErrorCode::conflict);
}

TEST_CASE("closed is not final: a person or the customer reopens it") {
  Story story;
  const TicketId ticket = story.open_ticket();
  ReopenTicket reopen;
  reopen.ticket = ticket;
  reopen.reason_code = "came_back";
  story.when(kPerson, reopen).then_refused(ErrorCode::conflict);
  story.set_status(ticket, TicketStatus::closed);
  story.when(kCustomer, reopen).then({"ticket.reopened", "ticket.status_changed"});
  CHECK(story.ticket(ticket).status == TicketStatus::open);
}

TEST_CASE("a stale version is refused before anything changes") {
  Story story;
  const TicketId ticket = story.open_ticket();
  SetTicketStatus command;
  command.ticket = ticket;
  command.status = TicketStatus::open;
  command.expected_version = 7;
  story.when(kPerson, command).then_refused(ErrorCode::version_conflict);
  command.expected_version = 0;
  story.when(kPerson, command).then({"ticket.status_changed"});
}

TEST_CASE("assigning keeps what is not named, and assigning the same again is a conflict") {
  Story story;
  const TicketId ticket = story.open_ticket();
  AssignTicket command;
  command.ticket = ticket;
  command.team = "Network";
  story.when(kPerson, command).then({"ticket.assigned"});
  command.team.reset();
  command.assignee = PrincipalId("usr_bob");
  story.when(kPerson, command).then({"ticket.assigned"});
  CHECK(story.ticket(ticket).team == Clear("Network"));
  CHECK(story.ticket(ticket).assignee == PrincipalId("usr_bob"));
  story.when(kPerson, command).then_refused(ErrorCode::conflict);
  command.assignee.reset();
  story.when(kPerson, command).then_refused(ErrorCode::invalid);
}

TEST_CASE("escalating hands the ticket to a person once") {
  Story story;
  const TicketId ticket = story.open_ticket();
  EscalateTicket command;
  command.ticket = ticket;
  command.reason_code = "customer_asked";
  story.when(kPerson, command).then({"ticket.escalated"});
  CHECK(story.ticket(ticket).handler == TicketHandler::human);
  story.when(kPerson, command).then_refused(ErrorCode::conflict);
}

TEST_CASE("a machine changes no ticket directly") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.set_status(ticket, TicketStatus::resolved, kAgent).then_refused(ErrorCode::forbidden);
}

}  // namespace
}  // namespace recourse
