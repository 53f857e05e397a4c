#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "projections/rates.h"

namespace recourse::routes {
namespace {

/// The counts under a key; zeros when nothing was counted there.
template <class Counts>
Result<Counts> counts_at(const Call& call, std::uint8_t projection, const std::string& key) {
  Counts counts;
  const auto row = call.app.views.row(projection, call.ledger, key);
  if (!row && row.error().code == ErrorCode::not_found) return counts;
  if (!row) return row.error();
  if (!decode_row(*row, counts)) return Error{ErrorCode::corrupt, "a row of counts"};
  return counts;
}

template <class Counts>
std::string counted_json(const Counts& counts) {
  JsonObject object;
  object.value("counts", counts).value("rates", rates_of(counts));
  return std::move(object).take();
}

/// Each key below `prefix` without a further slash, as a member.
template <class Counts>
Result<std::string> counted_below(const Call& call, std::uint8_t projection,
                                  const std::string& prefix, const std::string& from,
                                  const std::string& to) {
  JsonObject object;
  bool damaged = false;
  RECOURSE_TRY(call.app.views.each(projection, call.ledger, prefix, "", ViewStore::Order::forward,
                                   [&](std::string_view key, std::string_view json) {
                                     const std::string name(key.substr(prefix.size()));
                                     if (name.find('/') != std::string::npos) return true;
                                     if (!from.empty() && name < from) return true;
                                     if (!to.empty() && name > to) return false;
                                     Counts counts;
                                     damaged = !decode_row(json, counts);
                                     object.raw(name, counted_json(counts));
                                     return !damaged;
                                   }));
  if (damaged) return Error{ErrorCode::corrupt, "a row of counts"};
  return std::move(object).take();
}

Result<std::string> resolutions_json(const Call& call) {
  RECOURSE_TRY(only_query(call, {"min_position"}));
  const std::uint8_t view = view::resolution_analytics();
  RECOURSE_LET(const auto all, counts_at<ResolutionCounts>(call, view, "counts/all"));
  RECOURSE_LET(const auto types,
               counted_below<ResolutionCounts>(call, view, "counts/type/", "", ""));
  JsonObject object;
  object.raw("all", counted_json(all)).raw("by_action_type", types);
  if (call.position) object.number("position", call.position->value());
  return std::move(object).take();
}

/// A UTC day, 2026-01-05. Errors: invalid.
Result<std::string> day(const Call& call, std::string_view name) {
  RECOURSE_LET(const auto text, query_text(call, name));
  if (!text) return std::string();
  if (text->size() != 10 || !from_rfc3339(*text + "T00:00:00Z"))
    return Error{ErrorCode::invalid,
                 "query parameter '" + std::string(name) + "' must be a day such as 2026-01-05"};
  return *text;
}

Result<std::string> agent_json(const Call& call) {
  RECOURSE_TRY(only_query(call, {"min_position", "from", "to"}));
  RECOURSE_LET(const std::string from, day(call, "from"));
  RECOURSE_LET(const std::string to, day(call, "to"));
  const std::uint8_t view = view::agent_analytics();
  RECOURSE_LET(const auto actions, counts_at<ActionCounts>(call, view, "actions/all"));
  RECOURSE_LET(const auto tickets, counts_at<TicketCounts>(call, view, "tickets/all"));
  RECOURSE_LET(const auto types, counted_below<ActionCounts>(call, view, "actions/type/", "", ""));
  RECOURSE_LET(const auto days, counted_below<ActionCounts>(call, view, "actions/day/", from, to));
  RECOURSE_LET(const auto ticket_days,
               counted_below<TicketCounts>(call, view, "tickets/day/", from, to));
  JsonObject object;
  object.raw("actions", counted_json(actions))
      .raw("tickets", counted_json(tickets))
      .raw("actions_by_type", types)
      .raw("actions_by_day", days)
      .raw("tickets_by_day", ticket_days);
  if (call.position) object.number("position", call.position->value());
  return std::move(object).take();
}

void answer(const CallPtr& call, Result<std::string> (*make)(const Call&)) {
  when_reached(call, [call, make] {
    then(call, make(*call), [&](std::string json) { respond(*call, http::json(std::move(json))); });
  });
}

}  // namespace

void show_resolution_analytics(CallPtr call) { answer(call, resolutions_json); }
void show_agent_analytics(CallPtr call) { answer(call, agent_json); }

}  // namespace recourse::routes
