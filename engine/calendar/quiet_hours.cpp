#include "engine/calendar/quiet_hours.h"

namespace recourse {

Timestamp first_open(const QuietHours& quiet, const TimeZone& zone, Timestamp at) {
  using namespace std::chrono;
  if (quiet.from == quiet.to) return at;
  const auto wall = at.time_since_epoch() + zone.offset_at(at);
  const auto day = floor<days>(wall);
  const auto time = wall - day;
  const bool over_midnight = quiet.from > quiet.to;
  const bool is_quiet =
      over_midnight ? time >= quiet.from || time < quiet.to : time >= quiet.from && time < quiet.to;
  if (!is_quiet) return at;
  const bool tomorrow = over_midnight && time >= quiet.from;
  const Timestamp open =
      zone.to_utc(duration_cast<seconds>(day + quiet.to + (tomorrow ? days(1) : days(0)))).utc;
  // Clocks that are put back can show the end of the quiet a second time.
  return std::max(open, at);
}

}  // namespace recourse
