#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

/// The rule at the end of a TZif file, as `CET-1CEST,M3.5.0,M10.5.0/3`: how clocks go after the
/// last listed transition. Source: POSIX.1-2017, 8.3, with the hours of RFC 8536, 3.3.1.
struct PosixTimezone {
  /// A day of each year with a time of day in seconds, which may be negative or past 24 h.
  struct Day {
    enum class Kind { julian_without_leap_day, day_of_year, week_of_month } kind;
    int month = 0;  ///< week_of_month only, 1 to 12.
    int week = 0;   ///< week_of_month only, 1 to 5, 5 the last.
    int day = 0;    ///< Weekday from Sunday = 0, or the number of the day.
    int time_s = 7200;

    /// Seconds from 1970-01-01T00:00 to this moment of `year` by the clock on the wall.
    std::int64_t wall_seconds(int year) const;
  };
  struct Summer {
    std::int64_t offset_s;
    Day begin;
    Day end;
  };

  std::int64_t offset_s = 0;  ///< Ahead of UTC.
  std::optional<Summer> summer;
};

/// Errors: `invalid`.
Result<PosixTimezone> parse_posix_timezone(std::string_view rule);

}  // namespace recourse
