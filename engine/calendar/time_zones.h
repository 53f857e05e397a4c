#pragma once

#include <string_view>

#include "engine/calendar/timezone.h"

namespace recourse {

/// The zone of that name, read from the system's database when it is first asked for and kept.
/// Threads: any. Errors: as TimeZone::find().
Result<const TimeZone*> find_zone(std::string_view name);

/// The same, and UTC for a name that this machine does not know. A policy is refused where its zone
/// is unknown; this is for one that was accepted on a machine with a newer database.
const TimeZone& zone_or_utc(std::string_view name);

}  // namespace recourse
