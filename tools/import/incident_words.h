#pragma once

#include <string_view>

#include "engine/base/vocabulary.h"

namespace recourse {

/// The status that an incident's state means here. Known are the states that ServiceNow ships, as
/// words (`New`, `In Progress`, `On Hold`, `Awaiting …`, `Resolved`, `Closed`, `Canceled`) or as
/// their numbers (1, 2, 3, 6, 7, 8), whatever the case. `Awaiting User Info` and its like wait for
/// the customer: pending; any other waiting is on_hold; canceled is closed. Any other state, an
/// unknown one included, is open: the incident is there and nobody said that it is done. The
/// source's own word is always kept beside the status.
TicketStatus status_of_state(std::string_view state);

}  // namespace recourse
