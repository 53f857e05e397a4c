#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "api/routes/served_rows.h"

namespace recourse::routes::served {

/// One page of tickets, newest first.
struct TicketPage {
  std::vector<TicketRow> rows;
  std::optional<std::string> last;  ///< Where the next page begins, when there may be one.

  std::vector<std::string> ids() const;
};

/// The tickets whose status is one of `statuses` (none: all) and that pass. A page may be short
/// when few of many tickets pass; `last` says whether to go on.
Result<TicketPage> ticket_page(const Call& call, const PageRequest& request,
                               std::span<const TicketStatus> statuses,
                               const std::function<bool(const TicketRow&)>& passes);

/// The texts that were said about a ticket, as a query needs them: every event with its leaf.
struct TicketEvent {
  Position position;
  std::string leaf;
};
/// The newest `most` events of a ticket, oldest first. Errors: those of the ledger.
Result<std::vector<TicketEvent>> ticket_events(const Call& call, const TicketId& ticket,
                                               std::size_t most);

}  // namespace recourse::routes::served
