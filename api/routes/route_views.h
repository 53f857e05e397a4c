#pragma once

#include <optional>
#include <vector>

#include "api/routes/call.h"

namespace recourse::routes {

/// The projections that the answer to this call is made from and that do not follow the log.
std::vector<ViewBehind> behind_of(const Call& call);

/// How many events of the caller's ledger every row covers that the answer may be made from.
LogSize shown_size(const Call& call);
/// The same as a position, none where there is no event yet: for Call::position.
std::optional<Position> shown_position(const Call& call);

/// Why rows that this call needs cannot be shown: they are of another version of the program, which
/// this one does not know, and new ones are being made. None when they can.
std::optional<Error> unreadable_rows(const Call& call);

/// What to say of `error` that came up while rows were read: where they are of another version,
/// they may not be damaged at all.
Error with_older_rows(const Call& call, const Error& error);

}  // namespace recourse::routes
