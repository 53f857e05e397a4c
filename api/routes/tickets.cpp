#include <algorithm>

#include "api/routes/automation_now.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/ticket_write.h"
#include "api/routes/write.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

struct TicketFilter {
  std::optional<std::string> status, channel, priority, category, assignee, handler;

  bool passes(std::string_view row) const {
    const auto same = [&](std::string_view name, const std::optional<std::string>& wanted) {
      return !wanted || has_member(row, name, *wanted);
    };
    return same("channel", channel) && same("priority", priority) && same("category", category) &&
           same("assignee", assignee) && same("handler", handler) && same("status", status);
  }
  std::string name() const {
    std::string out = "tickets";
    for (const auto* part : {&status, &channel, &priority, &category, &assignee, &handler})
      out += '\n' + part->value_or("");
    return out;
  }
};

Result<TicketFilter> ticket_filter(const Call& call) {
  RECOURSE_TRY(only_query(call, {"status", "channel", "priority", "category", "assignee", "handler",
                                 "limit", "cursor", "min_position", kOpen, kPurpose}));
  TicketFilter filter;
  RECOURSE_LET(filter.status, query_text(call, "status"));
  RECOURSE_LET(filter.channel, query_text(call, "channel"));
  RECOURSE_LET(filter.priority, query_text(call, "priority"));
  RECOURSE_LET(filter.category, query_text(call, "category"));
  RECOURSE_LET(filter.assignee, query_text(call, "assignee"));
  RECOURSE_LET(filter.handler, query_text(call, "handler"));
  if (filter.status && !from_word<TicketStatus>(*filter.status))
    return Error{ErrorCode::invalid, "query parameter 'status' is no status of a ticket"};
  return filter;
}

struct TicketPage {
  std::vector<std::string> ids, rows;
  std::optional<std::string> last;
};

/// Newest first. With a status its index is walked, else the tickets themselves.
Result<TicketPage> read_page(const Call& call, const TicketFilter& filter,
                             const PageRequest& request) {
  const ViewStore& views = call.app.views;
  const std::string prefix = filter.status ? "status/" + *filter.status + '/' : "ticket/";
  TicketPage page;
  std::size_t scanned = 0;
  Status inner;
  RECOURSE_TRY(views.each(view::tickets(), call.ledger, prefix, request.from,
                          ViewStore::Order::backward,
                          [&](std::string_view key, std::string_view json) {
                            if (page.rows.size() == request.limit || scanned++ == kMaxScannedRows)
                              return false;
                            std::string id(key.substr(prefix.size()));
                            std::string row(json);
                            if (filter.status) {
                              auto found = views.row(view::tickets(), call.ledger, "ticket/" + id);
                              if (!found) {
                                inner = found.error();
                                return false;
                              }
                              row = std::move(*found);
                            }
                            page.last = std::string(key);
                            if (filter.passes(row)) {
                              page.ids.push_back(std::move(id));
                              page.rows.push_back(std::move(row));
                            }
                            return true;
                          }));
  RECOURSE_TRY(std::move(inner));
  if (page.rows.size() < request.limit && scanned <= kMaxScannedRows) page.last.reset();
  return page;
}

/// A ticket as an answer: its version as ETag, for If-Match.
void answer_ticket(const Call& call, const Shown& shown, const std::string& row, bool as_it_is) {
  const auto now = as_it_is ? AutomationNow(call).of(row) : row;
  if (!now) return refuse(call, now.error());
  auto text = shown.row(*now);
  if (!text) return refuse(call, text.error());
  http::Response response = http::json(std::move(*text));
  TicketRow ticket;
  if (decode_row(row, ticket))
    response.headers.set("ETag", '"' + std::to_string(ticket.version) + '"');
  respond(call, std::move(response));
}

http::Response opened(const Committed& committed) {
  JsonObject object;
  if (const auto* ticket = find_event<TicketOpened>(committed))
    object.value("ticket", ticket->ticket)
        .number("number", ticket->number)
        .value("status", ticket->status)
        .value("requester", ticket->requester);
  http::Response response = accepted(committed, std::move(object));
  if (const auto* ticket = find_event<TicketOpened>(committed))
    response.headers.set("Location", "/v1/tickets/" + ticket->ticket.value());
  return response;
}

}  // namespace

void open_ticket(CallPtr call) {
  OpenTicket command;
  std::string address;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.channel = reader.optional_label("channel").value_or("api");
    command.title = reader.optional_text("title", {1, 2'000});
    command.description = reader.optional_text("description");
    command.customer_email = reader.optional_text("customer_email", {3, 320});
    if (command.customer_email && command.customer_email->find('@') == std::string::npos)
      reader.fault("customer_email", "must be an e-mail address");
    address =
        reader.optional_text("requester", {1, 320}).value_or(command.customer_email.value_or(""));
    command.issue_type = reader.optional_label("issue_type");
    command.category = reader.optional_label("category");
    command.priority = reader.optional_label("priority");
    command.metadata_json = reader.optional_object_json("metadata");
  });
  if (!good) return;
  WriteOptions options;
  options.requester_address = std::move(address);
  submit(call, body.canonical, std::move(command), opened, std::move(options));
}

void list_tickets(CallPtr call) {
  when_reached(call, [call] {
    then(call, ticket_filter(*call), [&](const TicketFilter& filter) {
      then(call, page_request(*call, filter.name()), [&](const PageRequest& request) {
        then(call, read_page(*call, filter, request), [&](const TicketPage& found) {
          show(call, found.ids, [call, request, found](const Shown& shown) {
            std::string items;
            AutomationNow automation(*call);
            for (const std::string& row : found.rows) {
              if (!items.empty()) items += ',';
              const auto now = automation.of(row);
              if (!now) return refuse(*call, now.error());
              if (const Status shown_row = shown.append_row(items, *now); !shown_row)
                return refuse(*call, shown_row.error());
            }
            respond(*call, page(*call, request, std::move(items), found.last));
          });
        });
      });
    });
  });
}

void show_ticket(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", "as_of", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    then(call, ticket_parameter(*call), [&](const TicketId& ticket) {
      then(call, as_of(*call), [&](std::optional<Position> at) {
        then(call, ticket_row(*call, ticket, at), [&](const std::string& row) {
          show(call, {ticket.value()},
               [call, row, at](const Shown& shown) { answer_ticket(*call, shown, row, !at); });
        });
      });
    });
  });
}

}  // namespace recourse::routes
