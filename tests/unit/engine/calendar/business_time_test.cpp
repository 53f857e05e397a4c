#include "engine/calendar/business_time.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "engine/calendar/time_of_day.h"
#include "engine/calendar/time_zones.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

Timestamp at(std::string_view text) { return from_rfc3339(text).value(); }

/// Monday to Friday, nine to five with an hour at noon.
BusinessCalendar::Week office_week() {
  BusinessCalendar::Week week;
  for (std::size_t day = 0; day < 5; ++day) week[day] = {{9h, 12h}, {13h, 17h}};
  return week;
}

BusinessCalendar office(const char* zone = "UTC") {
  return {zone_or_utc(zone), office_week(), {*parse_day("2026-12-25"), *parse_day("2026-01-01")}};
}

/// Open all day, so that what clocks do is seen.
BusinessCalendar all_days(const char* zone) {
  BusinessCalendar::Week week;
  for (auto& day : week) day = {{0h, 24h}};
  return {zone_or_utc(zone), week, {}};
}

TEST_CASE("only open time counts") {
  const BusinessCalendar calendar = office();
  // 2026-01-05 is a Monday.
  CHECK(calendar.open(at("2026-01-05T09:00:00Z"), at("2026-01-05T17:00:00Z")) == 7h);
  CHECK(calendar.open(at("2026-01-05T11:30:00Z"), at("2026-01-05T13:30:00Z")) == 1h);
  CHECK(calendar.open(at("2026-01-09T16:00:00Z"), at("2026-01-12T10:00:00Z")) == 2h);
  CHECK(calendar.open(at("2026-01-10T00:00:00Z"), at("2026-01-11T23:00:00Z")) == 0h);
  CHECK(calendar.open(at("2026-01-05T10:00:00Z"), at("2026-01-05T10:00:00Z")) == 0h);
  CHECK(calendar.open(at("2026-01-05T10:00:00Z"), at("2026-01-05T09:00:00Z")) == 0h);
}

TEST_CASE("what is due in open time is due when somebody works") {
  const BusinessCalendar calendar = office();
  CHECK(calendar.after(at("2026-01-05T09:00:00Z"), 3h) == at("2026-01-05T12:00:00Z"));
  CHECK(calendar.after(at("2026-01-05T09:00:00Z"), 3h + 1min) == at("2026-01-05T13:01:00Z"));
  CHECK(calendar.after(at("2026-01-09T16:30:00Z"), 1h) == at("2026-01-12T09:30:00Z"));
  CHECK(calendar.after(at("2026-01-10T12:00:00Z"), 1s) == at("2026-01-12T09:00:01Z"));
  CHECK(calendar.after(at("2026-01-05T10:00:00Z"), 0s) == at("2026-01-05T10:00:00Z"));
}

TEST_CASE("nobody works on a holiday") {
  const BusinessCalendar calendar = office();
  CHECK(calendar.open(at("2026-12-24T16:00:00Z"), at("2026-12-28T10:00:00Z")) == 2h);
  CHECK(calendar.after(at("2026-12-24T16:00:00Z"), 2h) == at("2026-12-28T10:00:00Z"));
}

TEST_CASE("hours are those of the clock on the wall of the calendar's zone") {
  const BusinessCalendar rome = office("Europe/Rome");
  CHECK(rome.after(at("2026-01-05T06:00:00Z"), 1h) == at("2026-01-05T09:00:00Z"));
  CHECK(rome.after(at("2026-07-06T06:00:00Z"), 1h) == at("2026-07-06T08:00:00Z"));
  const BusinessCalendar tokyo = office("Asia/Tokyo");
  CHECK(tokyo.after(at("2026-01-05T23:00:00Z"), 1h) == at("2026-01-06T01:00:00Z"));
  const BusinessCalendar fixed = office("-05:00");
  CHECK(fixed.after(at("2026-07-06T06:00:00Z"), 1h) == at("2026-07-06T15:00:00Z"));
}

TEST_CASE("a day on which clocks are put forward has 23 hours, one on which they go back has 25") {
  const BusinessCalendar rome = all_days("Europe/Rome");
  CHECK(rome.open(at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")) == 23h);
  CHECK(rome.open(at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z")) == 25h);
  BusinessCalendar::Week night;
  night[6] = {{1h, 2h + 30min}, {2h + 45min, 4h}};
  const BusinessCalendar jumped(zone_or_utc("Europe/Rome"), night, {});
  // 02:30 and 02:45 never were on 2026-03-29: they are read as 03:30 and 03:45.
  CHECK(jumped.open(at("2026-03-29T00:00:00Z"), at("2026-03-29T06:00:00Z")) == 1h + 45min);
}

TEST_CASE("a calendar that is always open counts all time") {
  const BusinessCalendar always;
  CHECK(always.open(at("2026-01-10T00:00:00Z"), at("2026-01-11T00:00:00Z")) == 24h);
  CHECK(always.after(at("2026-01-10T00:00:00Z"), 24h) == at("2026-01-11T00:00:00Z"));
}

TEST_CASE("times of day and days are read, and what is neither is not") {
  CHECK(parse_time_of_day("00:00") == 0min);
  CHECK(parse_time_of_day("24:00") == 24h);
  CHECK(parse_time_of_day("09:30") == 9h + 30min);
  for (const char* wrong : {"9:30", "24:01", "12:60", "ab:cd", "", "12:3", "-1:00", "12:30 "})
    CHECK_FALSE(parse_time_of_day(wrong));
  CHECK(parse_day("2024-02-29"));
  for (const char* wrong : {"2026-02-29", "2026-13-01", "2026-1-01", "", "26-01-01", "2026/01/01"})
    CHECK_FALSE(parse_day(wrong));
}

// ---- Properties --------------------------------------------------------------------------------

struct Drawn {
  BusinessCalendar calendar;
  Timestamp a, b, c;
};

rc::Gen<BusinessCalendar> calendars() {
  return rc::gen::exec([] {
    static const std::vector<const char*> zones{
        "UTC",          "Europe/Rome",  "Asia/Kolkata",       "+13:45", "America/New_York",
        "Africa/Cairo", "America/Lima", "Australia/Lord_Howe"};
    BusinessCalendar::Week week;
    for (auto& day : week) {
      int from = 0;
      const int spans = *rc::gen::inRange(0, 4);
      for (int i = 0; i < spans && from < 1'440; ++i) {
        const int begin = *rc::gen::inRange(from, 1'440);
        const int end = *rc::gen::inRange(begin + 1, 1'441);
        day.push_back({minutes(begin), minutes(end)});
        from = end;
      }
    }
    if (week[2].empty()) week[2] = {{8h, 9h}};
    std::set<std::chrono::sys_days> holidays;
    const int free_days = *rc::gen::inRange(0, 5);
    for (int i = 0; i < free_days; ++i)
      holidays.insert(*parse_day("2026-01-01") + std::chrono::days(*rc::gen::inRange(0, 400)));
    return BusinessCalendar(zone_or_utc(*rc::gen::elementOf(zones)), week, holidays);
  });
}

Timestamp some_time() {
  // A year with both changes of the clocks, and some days around it.
  const auto seconds = *rc::gen::inRange<std::int64_t>(0, 420LL * 86'400);
  const auto micros = *rc::gen::element<std::int64_t>(0, 0, 1, 999'999);
  return from_rfc3339("2025-12-20T00:00:00Z").value() + std::chrono::seconds(seconds) +
         microseconds(micros);
}

Drawn drawn() {
  std::vector<Timestamp> times{some_time(), some_time(), some_time()};
  std::sort(times.begin(), times.end());
  return {*calendars(), times[0], times[1], times[2]};
}

TEST_CASE("open time is additive and never runs backwards") {
  CHECK(rc::check([] {
    const Drawn d = drawn();
    const auto first = d.calendar.open(d.a, d.b), second = d.calendar.open(d.b, d.c);
    RC_ASSERT(first >= microseconds(0));
    RC_ASSERT(first <= d.b - d.a);
    RC_ASSERT(d.calendar.open(d.a, d.c) == first + second);
  }));
}

TEST_CASE("what is due after some open time has that much open time before it, and no more") {
  CHECK(rc::check([] {
    const Drawn d = drawn();
    const microseconds time{*rc::gen::inRange<std::int64_t>(1, 20LL * 86'400 * 1'000'000)};
    const Timestamp due = d.calendar.after(d.a, time);
    RC_ASSERT(due >= d.a + time);
    RC_ASSERT(d.calendar.open(d.a, due) == time);
    RC_ASSERT(d.calendar.open(d.a, due - microseconds(1)) < time);
  }));
}

TEST_CASE("a longer target is never due earlier, and neither is a later start") {
  CHECK(rc::check([] {
    const Drawn d = drawn();
    const microseconds time{*rc::gen::inRange<std::int64_t>(1, 5LL * 86'400 * 1'000'000)};
    RC_ASSERT(d.calendar.after(d.a, time) < d.calendar.after(d.a, time + microseconds(1)));
    RC_ASSERT(d.calendar.after(d.a, time) <= d.calendar.after(d.b, time));
  }));
}

}  // namespace
}  // namespace recourse
