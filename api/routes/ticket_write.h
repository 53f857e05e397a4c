#pragma once

#include "api/routes/write.h"

namespace recourse::routes {

/// The ticket that the path names by id or by number. Errors: not_found.
Result<TicketId> ticket_parameter(const Call& call);

/// The ticket with this id or number. Errors: not_found.
Result<TicketId> ticket_named(const Call& call, std::string name);

/// Gives a command about one ticket. The answer: the ticket, its version as ETag too, and what
/// happened, as names of events. A stale expectation is 412 with the version that the ticket has; a
/// conflict with a ticket that was merged says into which.
void submit_ticket_command(const CallPtr& call, const TicketId& ticket, std::string_view body,
                           Command command);

}  // namespace recourse::routes
