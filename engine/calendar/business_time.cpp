#include "engine/calendar/business_time.h"

#include <algorithm>

#include "engine/base/assert.h"

namespace recourse {
namespace {

using std::chrono::microseconds;

constexpr std::chrono::days kMostDays{36'525};
constexpr std::chrono::days kDay{1};

}  // namespace

BusinessCalendar::BusinessCalendar(const TimeZone& zone, Week week,
                                   std::set<std::chrono::sys_days> holidays)
    : zone_(&zone), week_(std::move(week)), holidays_(std::move(holidays)) {
  RECOURSE_ASSERT(
      std::any_of(week_.begin(), week_.end(), [](const auto& day) { return !day.empty(); }),
      "a calendar has hours");
}

std::chrono::sys_days BusinessCalendar::day_of(Timestamp at) const {
  return std::chrono::floor<std::chrono::days>(at + zone_->offset_at(at));
}

std::vector<BusinessCalendar::Span> BusinessCalendar::spans_of(std::chrono::sys_days day) const {
  std::vector<Span> spans;
  if (holidays_.contains(day)) return spans;
  const std::size_t weekday = std::chrono::weekday{day}.iso_encoding() - 1;
  for (const OpenHours& hours : week_[weekday]) {
    const auto moment = [&](std::chrono::minutes time) {
      return zone_->to_utc(std::chrono::seconds{day.time_since_epoch() + time}).utc;
    };
    Span span{moment(hours.from), moment(hours.to)};
    // A time that clocks jumped over is read as a later one, perhaps later than the next one read.
    if (!spans.empty()) span.from = std::max(span.from, spans.back().to);
    if (span.from < span.to) spans.push_back(span);
  }
  return spans;
}

microseconds BusinessCalendar::open(Timestamp from, Timestamp to) const {
  if (to <= from) return microseconds{0};
  if (zone_ == nullptr) return to - from;
  microseconds sum{0};
  // A day before and after: the last minutes of one day may end in the next one where clocks jump.
  const auto last = day_of(to) + kDay;
  Timestamp counted = from;
  for (auto day = day_of(from) - kDay; day <= last; day += kDay) {
    for (const Span& span : spans_of(day)) {
      const Timestamp begin = std::max(span.from, counted), end = std::min(span.to, to);
      if (begin >= end) continue;
      sum += end - begin;
      counted = end;
    }
  }
  return sum;
}

Timestamp BusinessCalendar::after(Timestamp from, microseconds time) const {
  if (time <= microseconds{0}) return from;
  if (zone_ == nullptr) return from + time;
  Timestamp counted = from;
  const auto first = day_of(from) - kDay;
  for (auto day = first; day <= first + kMostDays; day += kDay) {
    for (const Span& span : spans_of(day)) {
      const Timestamp begin = std::max(span.from, counted);
      if (begin >= span.to) continue;
      if (span.to - begin >= time) return begin + time;
      time -= span.to - begin;
      counted = span.to;
    }
  }
  return from + kMostDays;
}

}  // namespace recourse
