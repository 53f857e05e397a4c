#pragma once

#include "projections/projection.h"

namespace recourse {

/// Every ticket as it stands. Keys: `ticket/<id>` TicketRow; `number/<16 digits>` the id;
/// `status/<status>/<id>` an empty object, to list by status.
ProjectionKind tickets_kind();

/// Key of a ticket's number.
std::string ticket_number_key(std::int64_t number);

}  // namespace recourse
