#pragma once

#include "projections/projection.h"

namespace recourse {

/// Approvals and who voted. Keys: `approval/<id>` ApprovalRow; `status/<status>/<id>` an empty
/// object, to list by status.
ProjectionKind approvals_kind();

}  // namespace recourse
