#include "engine/calendar/quiet_hours.h"

#include <doctest/doctest.h>

#include "engine/calendar/time_zones.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

constexpr QuietHours kNight{21h, 8h};
constexpr QuietHours kNoon{12h, 13h + 30min};

std::string open(const QuietHours& quiet, const char* zone, std::string_view at) {
  return to_rfc3339(first_open(quiet, zone_or_utc(zone), from_rfc3339(at).value())).substr(0, 19);
}

TEST_CASE("what falls into the night waits for the morning") {
  CHECK(open(kNight, "UTC", "2026-01-05T20:59:59Z") == "2026-01-05T20:59:59");
  CHECK(open(kNight, "UTC", "2026-01-05T21:00:00Z") == "2026-01-06T08:00:00");
  CHECK(open(kNight, "UTC", "2026-01-06T03:00:00Z") == "2026-01-06T08:00:00");
  CHECK(open(kNight, "UTC", "2026-01-06T08:00:00Z") == "2026-01-06T08:00:00");
}

TEST_CASE("quiet hours may lie within a day, or there may be none") {
  CHECK(open(kNoon, "UTC", "2026-01-05T12:30:00Z") == "2026-01-05T13:30:00");
  CHECK(open(kNoon, "UTC", "2026-01-05T11:59:59Z") == "2026-01-05T11:59:59");
  CHECK(open({9h, 9h}, "UTC", "2026-01-05T09:00:00Z") == "2026-01-05T09:00:00");
}

TEST_CASE("quiet hours are those of the customer's clock, in summer and in winter") {
  CHECK(open(kNight, "Europe/Rome", "2026-01-05T21:00:00Z") == "2026-01-06T07:00:00");
  CHECK(open(kNight, "Europe/Rome", "2026-07-05T21:00:00Z") == "2026-07-06T06:00:00");
  CHECK(open(kNight, "+09:00", "2026-01-05T13:00:00Z") == "2026-01-05T23:00:00");
  // The clocks go forward in this night.
  CHECK(open(kNight, "Europe/Rome", "2026-03-28T23:00:00Z") == "2026-03-29T06:00:00");
}

TEST_CASE("quiet that ends in an hour that happens twice does not end in the past") {
  const QuietHours early{1h, 2h + 30min};
  // 02:45 for the second time: it is not quiet any more.
  CHECK(open(early, "Europe/Rome", "2026-10-25T01:45:00Z") == "2026-10-25T01:45:00");
  // 02:15 for the second time: quiet by the clock, but 02:30 was there before.
  CHECK(open(early, "Europe/Rome", "2026-10-25T01:15:00Z") == "2026-10-25T01:15:00");
}

TEST_CASE("zones are found by name or offset, and others are not") {
  CHECK(find_zone("Europe/Rome").ok());
  CHECK(*find_zone("Europe/Rome") == *find_zone("Europe/Rome"));
  CHECK(find_zone("+05:30").ok());
  CHECK_FALSE(find_zone("Mars/Olympus").ok());
  CHECK_FALSE(find_zone("../../etc/passwd").ok());
}

TEST_CASE("how far clocks are ahead of UTC follows the change of the clocks") {
  const TimeZone& rome = zone_or_utc("Europe/Rome");
  const auto offset = [&](std::string_view at) {
    return rome.offset_at(from_rfc3339(at).value()) / 1h;
  };
  CHECK(offset("2026-03-29T00:59:59Z") == 1);
  CHECK(offset("2026-03-29T01:00:00Z") == 2);
  CHECK(offset("2026-10-25T00:59:59Z") == 2);
  CHECK(offset("2026-10-25T01:00:00Z") == 1);
  CHECK(offset("2977-07-01T00:00:00Z") == 2);
}

}  // namespace
}  // namespace recourse
