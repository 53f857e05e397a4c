#pragma once

#include "api/routes/app.h"

namespace recourse::routes {

/// Counts what a commit did: actions, decisions, votes, rollbacks, resolutions.
void count_events(AppMetrics& metrics, const Committed& committed);

}  // namespace recourse::routes
