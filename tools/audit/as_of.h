#pragma once

#include <span>
#include <string>

#include "engine/ledger/ledger.h"

namespace recourse {

// What a ticket or an action was at an earlier place in its ledger: the events up to and with the
// one at `at`, folded again by the projections that keep the live rows, over empty ones. So an old
// state has the shape and the meaning of today's rows. No sealed text is read. Any thread.

/// The TicketRow as canonical JSON. `positions` are those of the ticket's events, ascending; see
/// positions_of_ticket(). Errors: not_found when the ticket was not there yet; those of the leaves.
Result<std::string> ticket_as_of(const Ledger& ledger, LedgerId id, const TicketId& ticket,
                                 std::span<const Position> positions, Position at);

/// The ActionRow as canonical JSON; `positions` are those of its ticket's events.
Result<std::string> action_as_of(const Ledger& ledger, LedgerId id, const TicketId& ticket,
                                 const ActionId& action, std::span<const Position> positions,
                                 Position at);

}  // namespace recourse
