#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/view_store.h"

namespace recourse::routes {

/// The first `most` positions after `after` (-1: from the start) in a list of the audit index, such
/// as type/recourse.ticket.opened.v1, actor/<id> or ticket/<id>, ascending. Reads as many rows as
/// the answer has chunks, and a few to find the first. Errors: io, corrupt.
Result<std::vector<Position>> positions_after(const ViewStore& views, LedgerId ledger,
                                              std::string_view list, std::int64_t after,
                                              std::size_t most);

}  // namespace recourse::routes
