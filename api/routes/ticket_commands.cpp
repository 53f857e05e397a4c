#include <limits>

#include "api/routes/count_input.h"
#include "api/routes/resources.h"
#include "api/routes/ticket_write.h"

namespace recourse::routes {
namespace {

/// `expected_version` in the body, or If-Match; both at once must agree.
std::optional<std::int64_t> expected_version(const std::optional<std::int64_t>& header,
                                             BodyReader& reader) {
  const auto body =
      reader.optional_integer("expected_version", 0, std::numeric_limits<std::int32_t>::max());
  if (header && body && *header != *body) reader.fault("expected_version", "differs from If-Match");
  return body ? body : header;
}

/// Reads ticket, version and body of a command and submits what `fill` made of them.
void ticket_command(
    const CallPtr& call,
    const std::function<Command(BodyReader&, const TicketId&, std::optional<std::int64_t>)>& fill) {
  auto ticket = ticket_parameter(*call);
  if (!ticket) return refuse(*call, ticket.error());
  auto header = if_match(call->request);
  if (!header) return refuse(*call, header.error());
  Body body;
  std::optional<Command> command;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    const auto expected = expected_version(*header, reader);
    command = fill(reader, *ticket, expected);
  });
  if (good) submit_ticket_command(call, *ticket, body.canonical, std::move(*command));
}

Command with_status(BodyReader& reader, const TicketId& ticket, TicketStatus status,
                    std::optional<std::int64_t> expected) {
  SetTicketStatus command;
  command.ticket = ticket;
  command.status = status;
  command.expected_version = expected;
  if (status == TicketStatus::resolved)
    command.resolution_steps = reader.optional_text("resolution_steps");
  return command;
}

Command assignment(BodyReader& reader, const TicketId& ticket,
                   std::optional<std::int64_t> expected) {
  AssignTicket command;
  command.ticket = ticket;
  command.expected_version = expected;
  if (auto assignee = reader.optional_code("assignee")) command.assignee = PrincipalId(*assignee);
  command.team = reader.optional_label("team");
  if (!command.assignee && !command.team) reader.fault("", "needs assignee, team or both");
  return command;
}

/// A message of a customer comes in from outside; what people here write does not. Whose it is
/// stands in the body, so one that cannot be read is nobody's.
void count_customer_message(const CallPtr& call) {
  const auto json = parse_json(call->request.body, call->app.options.json);
  if (!json || !json->is_object()) return;
  const Json* const from = json->find("from");
  if (from == nullptr || from->string() == nullptr || *from->string() != "customer") return;
  count_input(call, "api");
  const Json* const channel = json->find("channel");
  if (channel != nullptr && channel->string() != nullptr)
    name_input_channel(*call, *channel->string());
}

}  // namespace

void change_ticket(CallPtr call) {
  ticket_command(call, [](BodyReader& reader, const TicketId& ticket, auto expected) -> Command {
    const auto status = reader.optional_word_of<TicketStatus>("status");
    if (!status) return assignment(reader, ticket, expected);
    // One request is one command: half of two would be a state that nobody asked for.
    if (reader.optional_code("assignee") || reader.optional_label("team"))
      reader.fault("", "change the status or the assignment, not both in one request");
    return with_status(reader, ticket, *status, expected);
  });
}

void assign_ticket(CallPtr call) { ticket_command(call, assignment); }

void escalate_ticket(CallPtr call) {
  ticket_command(call, [](BodyReader& reader, const TicketId& ticket, auto expected) -> Command {
    EscalateTicket command;
    command.ticket = ticket;
    command.expected_version = expected;
    command.reason_code = reader.optional_code("reason_code").value_or("manual");
    command.to_team = reader.optional_label("to_team");
    command.suggested_action = reader.optional_text("suggested_action");
    command.handoff_summary = reader.optional_text("handoff_summary");
    return command;
  });
}

void resolve_ticket(CallPtr call) {
  ticket_command(call, [](BodyReader& reader, const TicketId& ticket, auto expected) {
    return with_status(reader, ticket, TicketStatus::resolved, expected);
  });
}

void close_ticket(CallPtr call) {
  ticket_command(call, [](BodyReader& reader, const TicketId& ticket, auto expected) {
    return with_status(reader, ticket, TicketStatus::closed, expected);
  });
}

void reopen_ticket(CallPtr call) {
  ticket_command(call, [](BodyReader& reader, const TicketId& ticket, auto expected) -> Command {
    ReopenTicket command;
    command.ticket = ticket;
    command.expected_version = expected;
    command.reason_code = reader.optional_code("reason_code").value_or("manual");
    command.reason = reader.optional_text("reason");
    return command;
  });
}

void merge_ticket(CallPtr call) {
  ticket_command(call,
                 [call](BodyReader& reader, const TicketId& ticket, auto expected) -> Command {
                   MergeTicket command;
                   command.ticket = ticket;
                   command.expected_version = expected;
                   auto into = ticket_named(*call, reader.code("into"));
                   if (into) command.into = std::move(*into);
                   if (!into) reader.fault("into", into.error().message);
                   command.reason = reader.optional_text("reason");
                   return command;
                 });
}

void hand_back_ticket(CallPtr call) {
  ticket_command(call, [](BodyReader& reader, const TicketId& ticket, auto expected) -> Command {
    HandBackTicket command;
    command.ticket = ticket;
    command.expected_version = expected;
    command.to = reader.optional_word_of<TicketHandler>("to").value_or(TicketHandler::agent);
    command.reason = reader.optional_text("reason");
    return command;
  });
}

void switch_automation(CallPtr call) {
  ticket_command(call, [](BodyReader& reader, const TicketId& ticket, auto expected) -> Command {
    SwitchAutomation command;
    command.ticket = ticket;
    command.expected_version = expected;
    const auto to = reader.word_of<Automation>("automation");
    if (to != Automation::off && to != Automation::active)
      reader.fault("automation", "off or active: the others follow by themselves");
    command.on = to == Automation::active;
    command.reason = reader.text("reason");
    return command;
  });
}

void add_message(CallPtr call) {
  count_customer_message(call);
  auto ticket = ticket_parameter(*call);
  if (!ticket) return refuse(*call, ticket.error());
  AddMessage command;
  command.ticket = *ticket;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    const std::string from = reader.text("from");
    if (from == "customer") {
      command.from = MessageFrom::customer;
    } else if (from == "agent") {
      command.from = MessageFrom::agent;
    } else if (from == "note") {
      command.from = MessageFrom::note;
    } else if (!from.empty()) {
      reader.fault("from", "must be customer, agent or note");
    }
    command.channel = reader.optional_label("channel").value_or("api");
    command.body = reader.text("body");
  });
  if (good) submit_ticket_command(call, *ticket, body.canonical, std::move(command));
}

}  // namespace recourse::routes
