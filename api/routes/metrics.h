#pragma once

#include "api/routes/app.h"

namespace recourse::routes {

/// Adds the gauges that are read when they are asked for. Once for each app, which outlives the
/// registry's last text.
void add_gauges(App& app);

}  // namespace recourse::routes
