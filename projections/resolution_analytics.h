#pragma once

#include "projections/projection.h"

namespace recourse {

/// Counts over resolutions. Keys: `counts/all` and `counts/type/<action type>` ResolutionCounts;
/// `resolution/<id>` what each one counts as now.
ProjectionKind resolution_analytics_kind();

}  // namespace recourse
