#pragma once

#include <chrono>
#include <cstdint>

#include "engine/base/random.h"

namespace recourse {

/// How long to wait before the next try, after `tries` that failed: exponential from 10 s to
/// 15 minutes with full jitter, so that what failed together does not come back together.
std::chrono::seconds backoff(Random& random, std::int64_t tries);

}  // namespace recourse
