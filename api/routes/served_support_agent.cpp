#include "api/routes/body_reader.h"
#include "api/routes/served_errors.h"
#include "api/routes/served_systems.h"
#include "api/routes/served_ticket_pages.h"
#include "api/routes/served_words.h"
#include "api/routes/write.h"
#include "engine/event/clear_names.h"

namespace recourse::routes::served {
namespace {

constexpr std::size_t kMaxEvents = 1'000;

JsonObject support_ticket(const TicketRow& row) {
  JsonObject out;
  out.value("id", row.ticket)
      .value("ticket_id", row.ticket)
      .number("number", row.number)
      .text("status", support_status(row));
  add_text(out, "subject", row.title);
  add_text(out, "body", row.description);
  add_text(out, "customer_email", row.customer_email);
  out.value("channel", row.channel);
  add_or_null(out, "priority", row.priority);
  add_or_null(out, "category", row.category);
  add_text(out, "metadata", row.metadata, "{}");
  add_or_null(out, "assignee", row.assignee);
  add_or_null(out, "team", row.team);
  out.number("pending_approvals", row.pending_approvals)
      .value("created_at", row.opened_at)
      .value("updated_at", row.updated_at);
  add_or_null(out, "completed_at", row.closed_at ? row.closed_at : row.resolved_at);
  return out;
}

struct NewSupportTicket {
  OpenTicket command;
  std::string requester;
};

void check_label(BodyReader& reader, std::string_view name, const std::string& text) {
  if (!is_label(text))
    reader.fault(name, "1 to 64 bytes, without control characters and without @");
}

NewSupportTicket read_support_ticket(const Call& call, BodyReader& reader) {
  NewSupportTicket made;
  OpenTicket& command = made.command;
  command.title = reader.text("subject", {1, 2'000});
  command.description = reader.text("body", {1, 64U << 10});
  command.customer_email = reader.optional_text("customer_email", {3, 320});
  if (command.customer_email && command.customer_email->find('@') == std::string::npos)
    reader.fault("customer_email", "must be an e-mail address");
  if (auto channel = reader.optional_text("channel", {1, 64})) command.channel = *channel;
  check_label(reader, "channel", command.channel);
  command.priority = reader.optional_text("priority", {1, 64});
  if (command.priority) check_label(reader, "priority", *command.priority);
  command.category = reader.optional_text("category", {1, 64});
  if (command.category) check_label(reader, "category", *command.category);
  command.metadata_json = reader.optional_object_json("metadata");
  made.requester = command.customer_email.value_or(call.principal.id.value());
  return made;
}

/// The ticket as it was opened, from the event and what the request said.
http::Response opened_support_ticket(const OpenTicket& command, const Committed& committed) {
  const auto* opened = find_event<TicketOpened>(committed);
  if (opened == nullptr) return http::json("{}", 201);
  const Timestamp at = committed.events.front().time;
  const auto text = [](const std::optional<std::string>& value) {
    return value ? http::json_string(*value) : std::string("null");
  };
  JsonObject out;
  out.value("id", opened->ticket)
      .value("ticket_id", opened->ticket)
      .number("number", opened->number)
      .text("status", "pending")
      .raw("subject", text(command.title))
      .raw("body", text(command.description))
      .raw("customer_email", text(command.customer_email))
      .text("channel", command.channel)
      .raw("priority", text(command.priority))
      .raw("category", text(command.category))
      .raw("metadata", command.metadata_json.value_or("{}"))
      .value("created_at", at)
      .value("updated_at", at);
  http::Response response = http::json(std::move(out).take(), 201);
  response.headers.set("Location", "/api/v1/tickets/" + opened->ticket.value());
  return response;
}

struct SupportFilter {
  std::optional<std::string> status, channel, priority;

  std::string name() const {
    return "support\n" + status.value_or("") + '\n' + channel.value_or("") + '\n' +
           priority.value_or("");
  }
  bool passes(const TicketRow& row) const {
    if (status && support_status(row) != *status) return false;
    if (channel && row.channel.text != *channel) return false;
    return !priority || (row.priority && row.priority->text == *priority);
  }
};

Result<SupportFilter> support_filter(const Call& call) {
  RECOURSE_TRY(only_query(
      call, {"status", "channel", "priority", "limit", "cursor", "min_position", kOpen, kPurpose}));
  SupportFilter filter;
  RECOURSE_LET(filter.status, query_text(call, "status"));
  RECOURSE_LET(filter.channel, query_text(call, "channel"));
  RECOURSE_LET(filter.priority, query_text(call, "priority"));
  if (filter.status && !is_support_status(*filter.status))
    return Error{ErrorCode::invalid,
                 "query parameter 'status' must be pending, processing, awaiting_approval, "
                 "completed or failed"};
  return filter;
}

/// recourse.ticket.opened.v1 is shown as ticket.opened.
std::string short_type(std::string_view type) {
  if (type.starts_with("recourse.")) type.remove_prefix(9);
  return std::string(type.substr(0, type.rfind('.')));
}

Result<std::string> event_object(const TicketEvent& event, const Shown& shown) {
  RECOURSE_LET(const std::string leaf, shown.leaf(event.leaf, event.position));
  RECOURSE_LET(const LeafHead head, read_leaf_head(event.leaf));
  RECOURSE_LET(const Json json, parse_json(leaf));
  const Json* const data = json.find("data");
  JsonObject out;
  out.value("id", head.id)
      .text("event_type", short_type(head.type))
      .text("type", head.type)
      .number("position", event.position.value())
      .value("created_at", head.time)
      .value("actor", head.actor.id)
      .value("actor_type", head.actor.type)
      .raw("data", data != nullptr ? canonical_json(*data) : "{}");
  return std::move(out).take();
}

Result<std::string> ticket_with_events(const Call& call, const TicketRow& row, const Shown& shown) {
  RECOURSE_LET(const auto events, ticket_events(call, row.ticket, kMaxEvents));
  JsonObject object = support_ticket(row);
  RECOURSE_LET(std::string text, shown.row(std::move(object).take()));
  text.pop_back();
  text += ",\"events\":[";
  for (std::size_t i = 0; i < events.size(); ++i) {
    RECOURSE_LET(const std::string one, event_object(events[i], shown));
    if (i > 0) text += ',';
    text += one;
  }
  text += "]}";
  return text;
}

}  // namespace

void create_support_ticket(CallPtr call) {
  NewSupportTicket made;
  Body body;
  const bool good = with_body(
      *call, body, [&](BodyReader& reader) { made = read_support_ticket(*call, reader); });
  if (!good) return;
  WriteOptions options;
  options.key_required = false;
  options.requester_address = std::move(made.requester);
  submit(
      call, body.canonical, made.command,
      [command = made.command](const Committed& committed) {
        return opened_support_ticket(command, committed);
      },
      std::move(options));
}

void list_support_tickets(CallPtr call) {
  when_reached(call, [call] {
    then(call, support_filter(*call), [&](const SupportFilter& filter) {
      then(call, page_request(*call, filter.name()), [&](const PageRequest& request) {
        auto found = ticket_page(*call, request,
                                 filter.status ? statuses_behind_support(*filter.status)
                                               : std::span<const TicketStatus>(),
                                 [&](const TicketRow& row) { return filter.passes(row); });
        if (!found) return refuse(*call, found.error());
        show_texts(call, found->ids(), [call, request, page = *found](const Shown& shown) {
          std::vector<std::string> objects;
          for (const TicketRow& row : page.rows) objects.push_back(support_ticket(row).take());
          auto items = shown_items(shown, objects);
          if (!items) return refuse(*call, items.error());
          const std::string cursor =
              page.last ? http::json_string(call->app.cursors.seal(request.scope, *page.last))
                        : "null";
          respond(*call,
                  http::json("{\"tickets\":[" + *items + "],\"next_cursor\":" + cursor + '}'));
        });
      });
    });
  });
}

void show_support_ticket(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    with_ticket(call, [&](const TicketRow& row) {
      show_texts(call, {row.ticket.value()}, [call, row](const Shown& shown) {
        auto text = ticket_with_events(*call, row, shown);
        if (!text) return refuse(*call, text.error());
        respond(*call, http::json(std::move(*text)));
      });
    });
  });
}

}  // namespace recourse::routes::served
