#include <algorithm>

#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/ticket_write.h"
#include "tools/audit/locate.h"

namespace recourse::routes {
namespace {

struct TimelinePage {
  std::vector<Position> positions;
  std::optional<Position> next_after;
};

Result<TimelinePage> read_page(const Call& call, const TicketId& ticket) {
  RECOURSE_TRY(only_query(call, {"after", "limit", "as_of", "min_position", kOpen, kPurpose}));
  RECOURSE_LET(const auto after, query_number(call, "after", -1, Json::kMaxInteger));
  RECOURSE_LET(
      const auto limit,
      query_number(call, "limit", 1, static_cast<std::int64_t>(call.app.options.max_page)));
  RECOURSE_LET(const auto at, as_of(call));
  RECOURSE_LET(auto positions,
               positions_of_ticket(call.app.ledger, &call.app.views, call.ledger, ticket));
  if (positions.empty()) return Error{ErrorCode::not_found, "no such ticket"};
  if (at)
    positions.erase(std::upper_bound(positions.begin(), positions.end(), *at), positions.end());
  if (after && *after >= 0)
    positions.erase(positions.begin(),
                    std::upper_bound(positions.begin(), positions.end(),
                                     Position(static_cast<std::uint64_t>(*after))));
  const auto most = static_cast<std::size_t>(
      limit.value_or(static_cast<std::int64_t>(call.app.options.default_page)));
  TimelinePage page;
  if (positions.size() > most) {
    positions.resize(most);
    page.next_after = positions.back();
  }
  page.positions = std::move(positions);
  return page;
}

/// {"items":[leaf,…],"next_after":…}: the events themselves, so that each can be proved.
void answer(const Call& call, const TimelinePage& page, const Shown& shown) {
  std::string body = R"({"items":[)";
  for (const Position position : page.positions) {
    const auto leaf = call.app.ledger.leaf(call.ledger, position);
    if (!leaf) return refuse(call, leaf.error());
    const auto text = shown.leaf(*leaf, position);
    if (!text) return refuse(call, text.error());
    if (!body.ends_with('[')) body += ',';
    body += *text;
  }
  body += R"(],"next_after":)";
  body += page.next_after ? std::to_string(page.next_after->value()) : "null";
  body += '}';
  respond(call, http::json(std::move(body)));
}

}  // namespace

void show_timeline(CallPtr call) {
  when_reached(call, [call] {
    then(call, ticket_parameter(*call), [&](const TicketId& ticket) {
      then(call, read_page(*call, ticket), [&](const TimelinePage& page) {
        show(call, {ticket.value()},
             [call, page](const Shown& shown) { answer(*call, page, shown); });
      });
    });
  });
}

}  // namespace recourse::routes
