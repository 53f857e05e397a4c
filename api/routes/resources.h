#pragma once

#include "api/routes/call.h"

namespace recourse::routes {

// The handlers of the native API: one file for each resource, named after it.

// health.cpp, metrics.cpp
void show_health(CallPtr call);
void show_readiness(CallPtr call);
void show_metrics(CallPtr call);

}  // namespace recourse::routes
