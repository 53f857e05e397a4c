#include "api/routes/served_ticket_pages.h"

#include <algorithm>

#include "tools/audit/locate.h"

namespace recourse::routes::served {
namespace {

struct Candidate {
  std::string place;  ///< Where a page that ends here goes on.
  std::string id;
};

/// Tickets with one of the statuses that lie before `from`, newest first, at most `most`. Their ids
/// sort by time, so the lists of several statuses are merged by them.
Result<std::vector<Candidate>> by_status(const Call& call, std::span<const TicketStatus> statuses,
                                         const std::string& from, std::size_t most) {
  std::vector<Candidate> found;
  for (const TicketStatus status : statuses) {
    const std::string prefix = "status/" + std::string(word(status)) + '/';
    std::size_t taken = 0;
    RECOURSE_TRY(call.app.views.each(view::tickets(), call.ledger, prefix,
                                     from.empty() ? "" : prefix + from, ViewStore::Order::backward,
                                     [&](std::string_view key, std::string_view) {
                                       const std::string id(key.substr(prefix.size()));
                                       found.push_back({id, id});
                                       return ++taken < most;
                                     }));
  }
  std::sort(found.begin(), found.end(),
            [](const Candidate& a, const Candidate& b) { return a.id > b.id; });
  if (found.size() > most) found.resize(most);
  return found;
}

/// By number, which tells the order even of tickets of the same millisecond.
Result<std::vector<Candidate>> by_number(const Call& call, const std::string& from,
                                         std::size_t most) {
  std::vector<Candidate> found;
  const std::string prefix = "number/";
  RECOURSE_TRY(call.app.views.each(
      view::tickets(), call.ledger, prefix, from.empty() ? "" : prefix + from,
      ViewStore::Order::backward, [&](std::string_view key, std::string_view json) {
        // The row is the id alone, a JSON string without escapes.
        if (json.size() < 2) return true;
        found.push_back(
            {std::string(key.substr(prefix.size())), std::string(json.substr(1, json.size() - 2))});
        return found.size() < most;
      }));
  return found;
}

}  // namespace

std::vector<std::string> TicketPage::ids() const {
  std::vector<std::string> out;
  for (const TicketRow& row : rows) out.push_back(row.ticket.value());
  return out;
}

Result<TicketPage> ticket_page(const Call& call, const PageRequest& request,
                               std::span<const TicketStatus> statuses,
                               const std::function<bool(const TicketRow&)>& passes) {
  RECOURSE_LET(const auto candidates,
               statuses.empty() ? by_number(call, request.from, kMaxScannedRows)
                                : by_status(call, statuses, request.from, kMaxScannedRows));
  TicketPage page;
  for (const Candidate& candidate : candidates) {
    if (page.rows.size() == request.limit) return page;
    auto row = read_ticket(call, TicketId(candidate.id));
    // A ticket may have moved between the index and the read.
    if (!row && row.error().code != ErrorCode::not_found) return row.error();
    if (row && passes(*row)) page.rows.push_back(std::move(*row));
    page.last = candidate.place;
  }
  if (candidates.size() < kMaxScannedRows) page.last.reset();
  return page;
}

Result<std::vector<TicketEvent>> ticket_events(const Call& call, const TicketId& ticket,
                                               std::size_t most) {
  RECOURSE_LET(auto positions,
               positions_of_ticket(call.app.ledger, &call.app.views, call.ledger, ticket));
  if (positions.size() > most)
    positions.erase(positions.begin(), positions.end() - static_cast<std::ptrdiff_t>(most));
  std::vector<TicketEvent> events;
  events.reserve(positions.size());
  for (const Position position : positions) {
    RECOURSE_LET(std::string leaf, call.app.ledger.leaf(call.ledger, position));
    events.push_back({position, std::move(leaf)});
  }
  return events;
}

}  // namespace recourse::routes::served
