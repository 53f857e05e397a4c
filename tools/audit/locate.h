#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/ledger/ledger.h"
#include "projections/view_store.h"

namespace recourse {

// Where in a ledger the events of something are. With a view store the index answers and only the
// ledger's tail beyond it is scanned; without one (null) the whole ledger is. Any thread.

/// Positions of all events whose subject is the ticket, ascending; empty for an unknown one.
Result<std::vector<Position>> positions_of_ticket(const Ledger& ledger, const ViewStore* views,
                                                  LedgerId id, const TicketId& ticket);

/// Errors: not_found.
Result<TicketId> ticket_of_number(const Ledger& ledger, const ViewStore* views, LedgerId id,
                                  std::int64_t number);
Result<TicketId> ticket_of_action(const Ledger& ledger, const ViewStore* views, LedgerId id,
                                  const ActionId& action);

/// What a person asks about: everything, one ticket or one action of it.
struct Target {
  std::optional<TicketId> ticket;
  std::optional<ActionId> action;
  bool is_all() const { return !ticket; }
};

/// Reads `all`, a tkt_ id, a ticket number (42 or #42), an act_ id or an action's UUID.
/// Errors: invalid for another text; not_found.
Result<Target> find_target(const Ledger& ledger, const ViewStore* views, LedgerId id,
                           std::string_view text);

/// A place in a ledger as a person gives it: a position, or a time of recording.
using Moment = std::variant<Position, Timestamp>;

/// Reads decimal digits as a position and anything else as an RFC 3339 time. Errors: invalid.
Result<Moment> parse_moment(std::string_view text);

/// The first position at or after the moment: a bound of a half-open range. Errors: io, corrupt.
Result<Position> first_from(const Ledger& ledger, LedgerId id, const Moment& moment);

/// How many events there were at the moment, what happened at it included: with a position the
/// event there counts. Errors: not_found for a position at or beyond the head; io, corrupt.
Result<LogSize> size_at(const Ledger& ledger, LedgerId id, const Moment& moment);

}  // namespace recourse
