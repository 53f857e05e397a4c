#include "api/routes/served_rows.h"

#include "api/routes/served_errors.h"
#include "api/routes/ticket_write.h"

namespace recourse::routes::served {
namespace {

bool may_see_texts(const Call& call) {
  switch (call.principal.role) {
    case Role::viewer:
      return false;
    case Role::auditor:
      return call.has(kPurpose);
    default:
      return true;
  }
}

/// Percent-encodes all but the unreserved characters (RFC 3986, 2.3).
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      for (const char digit : to_hex(std::string_view(&c, 1)))
        out += digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
    }
  }
  return out;
}

template <class Row>
Result<Row> decoded(const Result<std::string>& json) {
  if (!json) return json.error();
  Row row;
  if (!decode_row(*json, row)) return Error{ErrorCode::corrupt, "a stored row cannot be read"};
  return row;
}

}  // namespace

void show_texts(const CallPtr& call, std::vector<std::string> tickets,
                std::function<void(const Shown&)> use) {
  if (!call->has(kOpen) && may_see_texts(*call))
    call->request.query.emplace_back(std::string(kOpen), "true");
  show(call, std::move(tickets), std::move(use));
}

Result<TicketRow> read_ticket(const Call& call, const TicketId& ticket) {
  return decoded<TicketRow>(ticket_row(call, ticket));
}

Result<ActionRow> read_action(const Call& call, const TicketId& ticket, const ActionId& action) {
  return decoded<ActionRow>(action_row(call, ticket, action));
}

void with_ticket(const CallPtr& call, const std::function<void(const TicketRow&)>& use,
                 const std::function<void()>& missing) {
  const auto id = ticket_parameter(*call);
  const auto row = id ? read_ticket(*call, *id) : Result<TicketRow>(id.error());
  if (row) return use(*row);
  if (row.error().code != ErrorCode::not_found) return refuse(*call, row.error());
  if (missing) missing();
  refuse_with(*call, ErrorCode::not_found, "Ticket not found");
}

JsonObject& add_text(JsonObject& object, std::string_view name,
                     const std::optional<SealedRef>& text, std::string_view none) {
  return text ? object.value(name, *text) : object.raw(name, none);
}

Result<std::string> shown_items(const Shown& shown, const std::vector<std::string>& objects) {
  std::string items;
  for (const std::string& object : objects) {
    if (!items.empty()) items += ',';
    RECOURSE_TRY(shown.append_row(items, object));
  }
  return items;
}

std::string next_link_json(const Call& call, const PageRequest& request,
                           const std::optional<std::string>& last) {
  if (!last) return "null";
  std::string link;
  for (const std::string& segment : call.request.segments) link += '/' + encoded(segment);
  link += "/?";
  for (const auto& [name, value] : call.request.query)
    if (name != "cursor" && name != kOpen) link += encoded(name) + '=' + encoded(value) + '&';
  link += "cursor=" + encoded(call.app.cursors.seal(request.scope, *last));
  return http::json_string(link);
}

Result<std::optional<Timestamp>> query_time(const Call& call, std::string_view name) {
  RECOURSE_LET(const auto text, query_text(call, name));
  if (!text) return std::optional<Timestamp>();
  const auto time = from_rfc3339(*text);
  if (!time)
    return Error{ErrorCode::invalid, "query parameter '" + std::string(name) +
                                         "' must be an RFC 3339 time such as 2026-02-27T09:00:00Z"};
  return std::optional(*time);
}

}  // namespace recourse::routes::served
