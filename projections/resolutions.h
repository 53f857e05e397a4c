#pragma once

#include "projections/projection.h"

namespace recourse {

/// What became of each resolution of a ticket; several a ticket are kept. Keys:
/// `ticket/<ticket>/<resolution>` ResolutionRow; `id/<resolution>` the ticket;
/// `newest/<ticket>` the newest resolution's id; `followup/<id>` FollowUpRow;
/// `listed/<status>/<RFC 3339>/<id>` an empty row for each, by when it is due.
ProjectionKind resolutions_kind();

}  // namespace recourse
