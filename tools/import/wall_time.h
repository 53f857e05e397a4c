#pragma once

#include <optional>
#include <string_view>

#include "engine/calendar/timezone.h"

namespace recourse {

/// Reads `d/m/yyyy HH:MM` or `d/m/yyyy HH:MM:SS`, day, month and hour of one digit or two; nothing
/// for another form or a day that the calendar does not have.
std::optional<WallTime> parse_wall_time(std::string_view text);

}  // namespace recourse
