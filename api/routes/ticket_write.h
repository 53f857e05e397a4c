#pragma once

#include "api/routes/write.h"

namespace recourse::routes {

/// The ticket that the path names by id or by number. Errors: not_found.
Result<TicketId> ticket_parameter(const Call& call);

/// Gives a command about one ticket. The answer: the ticket, its version as ETag too, and what
/// happened, as names of events. A stale expectation is 412 with the version that the ticket has.
void submit_ticket_command(const CallPtr& call, const TicketId& ticket, std::string_view body,
                           Command command);

}  // namespace recourse::routes
