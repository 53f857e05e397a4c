#pragma once

#include <array>
#include <chrono>
#include <set>
#include <vector>

#include "engine/calendar/timezone.h"

namespace recourse {

/// Open from one time of a day to another, by the clock on the wall; `to` may be 24:00.
struct OpenHours {
  std::chrono::minutes from{0}, to{0};
};

/// When somebody works: hours of each weekday in one zone, without holidays. Time that counts is
/// open time only. For all moments a <= b <= c: open(a, c) = open(a, b) + open(b, c), it is never
/// negative, and open(a, after(a, d)) = d. Where clocks are put forward or back, what counts is the
/// time that really passed. Threads: any, it does not change.
class BusinessCalendar {
 public:
  using Week = std::array<std::vector<OpenHours>, 7>;  ///< From Monday; sorted, not overlapping.

  /// Always open.
  BusinessCalendar() = default;
  /// `zone` outlives the calendar. REQUIRES: some day of the week has hours.
  BusinessCalendar(const TimeZone& zone, Week week, std::set<std::chrono::sys_days> holidays);

  /// Open time from `from` to `to`; none when `to` is not later.
  std::chrono::microseconds open(Timestamp from, Timestamp to) const;

  /// The first moment at which `time` of open time has passed since `from`. At most a century on.
  Timestamp after(Timestamp from, std::chrono::microseconds time) const;

 private:
  struct Span {
    Timestamp from, to;
  };
  /// The open spans of one day by the clock on the wall.
  std::vector<Span> spans_of(std::chrono::sys_days day) const;
  std::chrono::sys_days day_of(Timestamp at) const;

  const TimeZone* zone_ = nullptr;  ///< Null: always open.
  Week week_;
  std::set<std::chrono::sys_days> holidays_;
};

}  // namespace recourse
