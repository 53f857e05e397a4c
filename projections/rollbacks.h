#pragma once

#include "projections/projection.h"

namespace recourse {

/// Rollbacks, their steps and what people have to look after. Keys: `rollback/<id>` RollbackRow;
/// `step/<rollback>/<6 digits>` RollbackStepRow; `incident/<id>` RollbackIncidentRow; `open/<id>` an
/// empty row for each open incident; `due/<RFC 3339>/<rollback>/<6 digits>` leases of executors that
/// run out; `going/<rollback>` an empty row while the engine has steps to carry out by itself.
ProjectionKind rollbacks_kind();

}  // namespace recourse
