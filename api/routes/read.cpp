#include "api/routes/read.h"

#include <algorithm>
#include <charconv>

#include "api/routes/route_views.h"
#include "engine/event/canonical_json.h"
#include "projections/action_history.h"
#include "projections/agent_analytics.h"
#include "projections/approvals.h"
#include "projections/resolution_analytics.h"
#include "projections/resolutions.h"
#include "projections/rollbacks.h"
#include "projections/tickets.h"
#include "tools/audit/as_of.h"
#include "tools/audit/locate.h"

namespace recourse::routes {

namespace view {
std::uint8_t decision_state() { return 0; }
std::uint8_t tickets() { return tickets_kind().number; }
std::uint8_t action_history() { return action_history_kind().number; }
std::uint8_t approvals() { return approvals_kind().number; }
std::uint8_t resolutions() { return resolutions_kind().number; }
std::uint8_t resolution_analytics() { return resolution_analytics_kind().number; }
std::uint8_t agent_analytics() { return agent_analytics_kind().number; }
std::uint8_t rollbacks() { return rollbacks_kind().number; }
}  // namespace view

namespace {

/// Answers that the rows do not cover `min_position`, and how far they go.
void answer_not_yet(const Call& call) {
  std::string why = "the rows have not reached min_position";
  for (const ViewBehind& view : behind_of(call))
    why += "; " + view.projection +
           (view.why == ViewBehind::Why::stopped ? " stopped: " + view.cause
                                                 : std::string(" is being brought up to date"));
  const std::string at = std::to_string(call.position.value_or(Position(0)).value());
  respond(call, http::problem(504, "not-yet", "Not there yet", why, http::Outcome::rejected,
                              {{"position", at}}));
}

Error none(std::string_view what) { return {ErrorCode::not_found, "no such " + std::string(what)}; }

}  // namespace

void when_reached(const CallPtr& call, std::function<void()> use) {
  const auto wanted = query_number(*call, "min_position", 0, Json::kMaxInteger - 1);
  if (!wanted) return refuse(*call, wanted.error());
  if (!*wanted) return use();
  const LogSize size(static_cast<std::uint64_t>(**wanted) + 1);
  if (shown_size(*call) >= size) return use();
  // What is behind for another reason than its age does not come on by waiting for a commit.
  if (!behind_of(*call).empty()) return answer_not_yet(*call);
  const auto deadline = std::chrono::steady_clock::now() + call->app.options.catch_up_wait;
  call->app.waiters.wait(call->ledger, size, deadline, [call, size, use = std::move(use)](bool) {
    call->position = shown_position(*call);
    if (shown_size(*call) >= size) return use();
    answer_not_yet(*call);
  });
}

Result<std::optional<Position>> as_of(const Call& call) {
  RECOURSE_LET(const auto text, query_text(call, "as_of"));
  if (!text) return std::optional<Position>();
  RECOURSE_LET(const Moment moment, parse_moment(*text));
  RECOURSE_LET(const LogSize size, size_at(call.app.ledger, call.ledger, moment));
  if (size.value() == 0) return Error{ErrorCode::not_found, "there was nothing yet at that time"};
  return std::optional(Position(size.value() - 1));
}

Result<std::string> id_row(const Call& call, std::uint8_t projection, std::string_view key) {
  RECOURSE_LET(const std::string json, call.app.views.row(projection, call.ledger, key));
  if (json.size() < 2 || json.front() != '"')
    return Error{ErrorCode::corrupt, "an index row holds no id"};
  return json.substr(1, json.size() - 2);
}

Result<std::string> ticket_row(const Call& call, const TicketId& ticket,
                               std::optional<Position> at) {
  if (at) {
    RECOURSE_LET(const auto positions,
                 positions_of_ticket(call.app.ledger, &call.app.views, call.ledger, ticket));
    return ticket_as_of(call.app.ledger, call.ledger, ticket, positions, *at);
  }
  auto row = call.app.views.row(view::tickets(), call.ledger, "ticket/" + ticket.value());
  if (!row && row.error().code == ErrorCode::not_found) return none("ticket");
  return row;
}

Result<ActionId> action_id(std::string_view text) {
  if (!text.starts_with("act_")) {
    auto id = action_id_from_uuid(text);
    if (!id) return none("action");
    return id;
  }
  const bool good = text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '_';
                    });
  if (!good) return none("action");
  return ActionId(std::string(text));
}

Result<TicketId> ticket_of(const Call& call, const ActionId& action) {
  auto ticket = id_row(call, view::action_history(), "id/" + action.value());
  if (!ticket && ticket.error().code == ErrorCode::not_found) return none("action");
  if (!ticket) return ticket.error();
  return TicketId(std::move(*ticket));
}

Result<std::string> action_row(const Call& call, const TicketId& ticket, const ActionId& action,
                               std::optional<Position> at) {
  if (at) {
    RECOURSE_LET(const auto positions,
                 positions_of_ticket(call.app.ledger, &call.app.views, call.ledger, ticket));
    return action_as_of(call.app.ledger, call.ledger, ticket, action, positions, *at);
  }
  auto row = call.app.views.row(view::action_history(), call.ledger,
                                "ticket/" + ticket.value() + '/' + action.value());
  if (!row && row.error().code == ErrorCode::not_found) return none("action");
  return row;
}

Result<PageRequest> page_request(const Call& call, std::string_view list) {
  const auto& options = call.app.options;
  PageRequest request;
  RECOURSE_LET(const auto limit,
               query_number(call, "limit", 1, static_cast<std::int64_t>(options.max_page)));
  request.limit = limit ? static_cast<std::size_t>(*limit) : options.default_page;
  request.scope = call.tenant.value() + '\n' + std::string(list);
  RECOURSE_LET(const auto cursor, query_text(call, "cursor"));
  if (cursor) {
    auto opened = call.app.cursors.open(request.scope, *cursor);
    if (!opened)
      return Error{ErrorCode::invalid, "this cursor is not one of this list with these filters"};
    request.from = std::move(*opened);
  }
  return request;
}

http::Response page(const Call& call, const PageRequest& request, std::string items,
                    const std::optional<std::string>& last) {
  // In the place of the items: they are most of the answer, and copying them is most of the work.
  std::string body = std::move(items);
  body.insert(0, R"({"items":[)");
  body += R"(],"next_cursor":)";
  body += last ? http::json_string(call.app.cursors.seal(request.scope, *last)) : "null";
  body += '}';
  return http::json(std::move(body));
}

void answer_row(const Call& call, const Shown& shown, std::string_view row) {
  auto text = shown.row(row);
  if (!text) return refuse(call, text.error());
  respond(call, http::json(std::move(*text)));
}

bool has_member(std::string_view row, std::string_view name, std::string_view text) {
  std::string wanted = '"' + std::string(name) + "\":";
  append_canonical_string(wanted, text);
  return row.find(wanted) != std::string_view::npos;
}

}  // namespace recourse::routes
