#pragma once

#include "projections/projection.h"

namespace recourse {

/// Counts over actions and tickets. Keys: `actions/all`, `actions/type/<type>`,
/// `actions/day/<date>` and `actions/day/<date>/<type>` ActionCounts; `tickets/all` and
/// `tickets/day/<date>` TicketCounts; `action/<id>` and `ticket/<id>` what each counts under. Days
/// are UTC days of the source's time where there is one, else of the recorded time.
ProjectionKind agent_analytics_kind();

}  // namespace recourse
