#include <algorithm>

#include "api/routes/body_reader.h"
#include "api/routes/served_errors.h"
#include "api/routes/served_systems.h"
#include "api/routes/served_ticket_pages.h"
#include "api/routes/served_words.h"
#include "api/routes/write.h"
#include "engine/event/clear_names.h"

namespace recourse::routes::served {
namespace {

constexpr std::size_t kMaxInteractions = 500;

/// What the help desk's own clients read of a ticket. What people typed is sealed.
JsonObject help_desk_ticket(const TicketRow& row) {
  JsonObject out;
  out.number("ticket_id", row.number).value("id", row.ticket).text("status", help_desk_status(row));
  // A kind of issue that is no code was typed by somebody and lies sealed in the title.
  if (row.issue_type) {
    out.value("issue_type", *row.issue_type);
  } else {
    add_text(out, "issue_type", row.title);
  }
  add_text(out, "description", row.description, "\"\"");
  add_or_null(out, "category", row.category);
  add_or_null(out, "priority", row.priority);
  out.value("user", row.requester);
  add_or_null(out, "assigned_to", row.assignee);
  add_or_null(out, "team", row.team);
  out.flag("agent_processed", row.actions > 0).value("created_at", row.opened_at);
  out.value("updated_at", row.updated_at);
  add_or_null(out, "resolved_at", row.resolved_at);
  return out;
}

struct NewHelpDeskTicket {
  OpenTicket command;
  std::string requester;
};

/// Members that name somebody or something of ours; all others are kept as metadata.
bool is_known(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kKnown{
      "issue_type", "description", "category",       "priority",
      "user",       "user_email",  "customer_email", "metadata"};
  return std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end();
}

/// Nothing that a client sends is lost: what we have no field for goes into the sealed metadata.
std::optional<std::string> metadata_of(const Json& body, BodyReader& reader) {
  Json metadata = Json::object();
  if (const Json* given = body.find("metadata"); given != nullptr && given->is_object())
    metadata = *given;
  (void)reader.optional_object_json("metadata");
  for (const Json::Member& member : *body.members()) {
    if (is_known(member.name)) continue;
    (void)reader.optional_json(member.name);
    metadata.set(member.name, member.value);
  }
  if (metadata.members()->empty()) return std::nullopt;
  return canonical_json(metadata);
}

/// The person the ticket is for: named by an address, by a name or number of theirs, else the
/// caller.
std::string requester_of(const Json& body, BodyReader& reader, const Call& call) {
  const auto email = reader.optional_text("user_email", {3, 320});
  const Json* const user = body.find("user");
  if (user != nullptr && user->is_integer()) {
    (void)reader.optional_json("user");
    if (!email) return "user:" + std::to_string(*user->integer());
  } else if (const auto name = reader.optional_text("user", {1, 320}); name && !email) {
    return *name;
  }
  return email.value_or(call.principal.id.value());
}

NewHelpDeskTicket read_help_desk_ticket(const Call& call, const Json& body, BodyReader& reader) {
  NewHelpDeskTicket made;
  OpenTicket& command = made.command;
  const std::string issue = reader.text("issue_type", {1, 2'000});
  if (is_code(issue) && is_label(issue)) {
    command.issue_type = issue;
  } else {
    command.title = issue;
  }
  command.description = reader.optional_text("description", {0, 64U << 10});
  command.category = reader.optional_text("category", {1, 64});
  command.priority = reader.optional_text("priority", {1, 64});
  for (const auto& [name, value] :
       {std::pair("category", &command.category), std::pair("priority", &command.priority)})
    if (*value && !is_label(**value))
      reader.fault(name, "at most 64 bytes, without control characters and without @");
  made.requester = requester_of(body, reader, call);
  command.customer_email = reader.optional_text("customer_email", {3, 320});
  if (command.customer_email && made.requester == call.principal.id.value())
    made.requester = *command.customer_email;
  command.metadata_json = metadata_of(body, reader);
  return made;
}

/// The ticket as it was opened, from the event and what the request said.
http::Response opened_help_desk_ticket(const OpenTicket& command, const Committed& committed) {
  const auto* opened = find_event<TicketOpened>(committed);
  if (opened == nullptr) return http::json("{}", 201);
  const Timestamp at = committed.events.front().time;
  const auto text = [](const std::optional<std::string>& value, const char* none) {
    return value ? http::json_string(*value) : std::string(none);
  };
  JsonObject out;
  out.number("ticket_id", opened->number)
      .value("id", opened->ticket)
      .text("status", help_desk_status(opened->status, false))
      .raw("issue_type", text(command.issue_type ? command.issue_type : command.title, "null"))
      .raw("description", text(command.description, "\"\""))
      .raw("category", text(command.category, "null"))
      .raw("priority", text(command.priority, "null"))
      .value("user", opened->requester)
      .raw("assigned_to", "null")
      .raw("team", "null")
      .flag("agent_processed", false)
      .value("created_at", at)
      .value("updated_at", at)
      .raw("resolved_at", "null");
  http::Response response = http::json(std::move(out).take(), 201);
  response.headers.set("Location", "/api/tickets/" + std::to_string(opened->number) + '/');
  return response;
}

/// A message, an agent's response or a note, with its sealed body for Shown to open.
std::optional<std::string> interaction(const TicketEvent& event, const Shown& shown) {
  const auto recorded = read_leaf(event.leaf);
  if (!recorded) return std::nullopt;
  std::string kind;
  if (holds_alternative<MessageReceived>(recorded->data)) {
    kind = "user_message";
  } else if (const auto* sent = get_if<MessageSent>(&recorded->data)) {
    kind = sent->kind == MessageKind::reply ? "agent_message" : std::string(word(sent->kind));
  } else if (const auto* noted = get_if<TicketNoted>(&recorded->data)) {
    // The owner explains a rollback by an agent response.
    kind = noted->rollback ? "agent_response" : "note";
  } else {
    return std::nullopt;
  }
  const auto leaf = shown.leaf(event.leaf, event.position);
  if (!leaf) return std::nullopt;
  const auto json = parse_json(*leaf);
  const Json* const data = json ? json->find("data") : nullptr;
  const Json* const body = data != nullptr ? data->find("body") : nullptr;
  JsonObject out;
  out.value("id", recorded->id)
      .text("interaction_type", kind)
      .raw("content", body != nullptr ? canonical_json(*body) : "null")
      .value("user", recorded->actor.id)
      .value("created_at", recorded->time);
  return std::move(out).take();
}

void answer_ticket(const Call& call, const TicketRow& row, const Shown& shown) {
  const auto events = ticket_events(call, row.ticket, kMaxInteractions);
  if (!events) return refuse(call, events.error());
  JsonObject object = help_desk_ticket(row);
  auto text = shown.row(std::move(object).take());
  if (!text) return refuse(call, text.error());
  text->pop_back();
  *text += ",\"interactions\":[";
  bool first = true;
  for (const TicketEvent& event : *events) {
    const auto one = interaction(event, shown);
    if (!one) continue;
    *text += (first ? "" : ",") + *one;
    first = false;
  }
  *text += "]}";
  respond(call, http::json(std::move(*text)));
}

struct HelpDeskFilter {
  std::optional<std::string> status, category;
  std::string name() const {
    return "help-desk\n" + status.value_or("") + '\n' + category.value_or("");
  }
  bool passes(const TicketRow& row) const {
    if (status && help_desk_status(row) != *status) return false;
    return !category || (row.category && row.category->text == *category);
  }
};

Result<HelpDeskFilter> help_desk_filter(const Call& call) {
  RECOURSE_TRY(
      only_query(call, {"status", "category", "limit", "cursor", "min_position", kOpen, kPurpose}));
  HelpDeskFilter filter;
  RECOURSE_LET(filter.status, query_text(call, "status"));
  RECOURSE_LET(filter.category, query_text(call, "category"));
  if (filter.status && !is_help_desk_status(*filter.status))
    return Error{ErrorCode::invalid,
                 "query parameter 'status' must be open, in-progress, escalated or resolved"};
  return filter;
}

}  // namespace

void create_ticket(CallPtr call) {
  auto read = read_body(*call);
  if (auto* refused = std::get_if<BodyRefusal>(&read))
    return respond(*call, std::move(refused->response));
  const Body& body = std::get<Body>(read);
  BodyReader::Shared shared;
  NewHelpDeskTicket made;
  {
    BodyReader reader(body.json, shared);
    made = read_help_desk_ticket(*call, body.json, reader);
  }
  if (!shared.faults.empty()) return respond(*call, unprocessable(shared.faults));
  WriteOptions options;
  options.key_required = false;
  options.requester_address = std::move(made.requester);
  submit(
      call, body.canonical, made.command,
      [command = made.command](const Committed& committed) {
        return opened_help_desk_ticket(command, committed);
      },
      std::move(options));
}

void list_tickets(CallPtr call) {
  when_reached(call, [call] {
    then(call, help_desk_filter(*call), [&](const HelpDeskFilter& filter) {
      then(call, page_request(*call, filter.name()), [&](const PageRequest& request) {
        auto found = ticket_page(*call, request, {},
                                 [&](const TicketRow& row) { return filter.passes(row); });
        if (!found) return refuse(*call, found.error());
        show_texts(call, found->ids(), [call, request, page = *found](const Shown& shown) {
          std::vector<std::string> objects;
          for (const TicketRow& row : page.rows) objects.push_back(help_desk_ticket(row).take());
          auto items = shown_items(shown, objects);
          if (!items) return refuse(*call, items.error());
          respond(*call, http::json("{\"next\":" + next_link_json(*call, request, page.last) +
                                    ",\"previous\":null,\"results\":[" + *items + "]}"));
        });
      });
    });
  });
}

void show_ticket(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    with_ticket(call, [&](const TicketRow& row) {
      show_texts(call, {row.ticket.value()},
                 [call, row](const Shown& shown) { answer_ticket(*call, row, shown); });
    });
  });
}

}  // namespace recourse::routes::served
