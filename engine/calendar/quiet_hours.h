#pragma once

#include <chrono>

#include "engine/calendar/timezone.h"

namespace recourse {

/// A time of each day in which nobody is disturbed. It may go over midnight; when it begins and
/// ends at the same time of day there is none.
struct QuietHours {
  std::chrono::minutes from{0}, to{0};  ///< Since midnight, by the clock on the wall.
};

/// `at` when it is not quiet then, else the first moment after it that is not.
Timestamp first_open(const QuietHours& quiet, const TimeZone& zone, Timestamp at);

}  // namespace recourse
