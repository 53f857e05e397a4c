#pragma once

#include "projections/projection.h"

namespace recourse {

/// Rollbacks, their steps and what people have to look after. Keys: `rollback/<id>` RollbackRow;
/// `step/<rollback>/<6 digits>` RollbackStepRow; `incident/<id>` RollbackIncidentRow; `open/<id>`
/// an empty row for each open incident; `going/<rollback>` an empty row while the engine has steps
/// to carry out by itself.
ProjectionKind rollbacks_kind();

}  // namespace recourse
