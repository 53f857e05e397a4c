#pragma once

#include "projections/projection.h"

namespace recourse {

/// Every agent action with its decision, approval, effect and rollback, stored under its ticket so
/// that one short read answers for a ticket. Keys: `ticket/<ticket>/<action>` ActionRow, in the
/// order of proposal; `id/<action>` the ticket; `rollback/<id>` who asked for
/// it and why.
ProjectionKind action_history_kind();

}  // namespace recourse
