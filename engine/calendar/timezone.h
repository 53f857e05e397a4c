#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace recourse {

/// A time as a clock on the wall shows it, of the Gregorian calendar.
struct WallTime {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

enum class WallTimeKind {
  unique,
  ambiguous,    ///< Clocks were put back over it: it happened twice.
  nonexistent,  ///< Clocks were put forward over it: it never happened.
};

/// Turns wall times of one place into UTC and back. A time that happened twice is taken to be the
/// first of the two; one that never happened is read with the offset before the gap, so 02:30 in a
/// gap from 02:00 to 03:00 is 03:30 (both as RFC 5545, 3.3.5, says). Threads: any, it does not
/// change.
class TimeZone {
 public:
  struct Moment {
    Timestamp utc;
    WallTimeKind kind;
  };

  static TimeZone utc() { return TimeZone(0); }

  /// `UTC`, `Z`, an offset (`+01:00`, `-0330`, `+02`) or a name of the IANA database
  /// (`Europe/Rome`), which is read from `database`. Errors: `not_found` for a name that is not in
  /// it; `invalid` for one that cannot be a name or whose file is damaged.
  static Result<TimeZone> find(std::string_view name,
                               const std::filesystem::path& database = "/usr/share/zoneinfo");

  /// Reads a TZif file of version 1 to 4. Errors: `invalid`. Source: RFC 8536.
  static Result<TimeZone> from_tzif(std::string_view bytes);

  /// REQUIRES: `wall` is a date and time of day that exist in the calendar.
  Moment to_utc(const WallTime& wall) const;
  /// The same for seconds from 1970-01-01T00:00 by the clock on the wall.
  Moment to_utc(std::chrono::seconds wall) const;

  /// How far the clocks there are ahead of UTC at `utc`.
  std::chrono::seconds offset_at(Timestamp utc) const;

 private:
  /// From `utc_s` on, clocks are `offset_s` ahead of UTC.
  struct Transition {
    std::int64_t utc_s;
    std::int64_t offset_s;
  };
  explicit TimeZone(std::int64_t offset_s) : first_offset_s_(offset_s) {}
  std::size_t period_at(std::int64_t utc_s) const;
  std::int64_t offset_of(std::size_t period) const;
  Status extend_by_rule(std::string_view rule);

  std::int64_t first_offset_s_ = 0;      // before the first transition
  std::vector<Transition> transitions_;  // ascending
  std::int64_t repeats_after_s_ = 0;     // from here on the last 400 years come again; 0: never
};

}  // namespace recourse
