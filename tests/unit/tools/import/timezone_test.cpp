#include "engine/calendar/timezone.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "engine/calendar/posix_timezone.h"
#include "tools/import/wall_time.h"

namespace recourse {
namespace {

std::string utc(const TimeZone& zone, std::string_view wall) {
  const auto time = parse_wall_time(wall);
  REQUIRE(time.has_value());
  return to_rfc3339(zone.to_utc(*time).utc).substr(0, 16);
}

WallTimeKind kind(const TimeZone& zone, std::string_view wall) {
  return zone.to_utc(*parse_wall_time(wall)).kind;
}

TEST_CASE("offsets and UTC need no database") {
  CHECK(utc(TimeZone::find("UTC", "/nowhere").value(), "1/2/2017 03:04") == "2017-02-01T03:04");
  CHECK(utc(TimeZone::find("Z", "/nowhere").value(), "1/2/2017 03:04") == "2017-02-01T03:04");
  CHECK(utc(TimeZone::find("+01:00", "/nowhere").value(), "1/1/2017 00:30") == "2016-12-31T23:30");
  CHECK(utc(TimeZone::find("-0330", "/nowhere").value(), "1/1/2017 00:30") == "2017-01-01T04:00");
  CHECK(utc(TimeZone::find("+14", "/nowhere").value(), "1/1/2017 13:59") == "2016-12-31T23:59");
}

TEST_CASE("what is no time zone is refused with a way out") {
  for (const char* name : {"", "+1", "+25:00", "+01:60", "+01:00x", "../etc/passwd", "/etc/passwd",
                           "Europe/..", "a b"}) {
    CAPTURE(name);
    const auto zone = TimeZone::find(name);
    REQUIRE_FALSE(zone.ok());
    CHECK(zone.error().code == ErrorCode::invalid);
  }
  const auto unknown = TimeZone::find("Europe/Atlantis");
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().code == ErrorCode::not_found);
  CHECK(unknown.error().message.find("+01:00") != std::string::npos);
  CHECK_FALSE(TimeZone::find("Europe").ok());
  CHECK(TimeZone::from_tzif("TZif").error().code == ErrorCode::invalid);
  CHECK(TimeZone::from_tzif("").error().code == ErrorCode::invalid);
}

TEST_CASE("times of a place follow its clocks, also long after the last listed change") {
  if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Berlin")) {
    MESSAGE("skipped: no time zone database on this machine");
    return;
  }
  const TimeZone berlin = TimeZone::find("Europe/Berlin").value();
  CHECK(utc(berlin, "1/1/2017 12:00") == "2017-01-01T11:00");
  CHECK(utc(berlin, "1/7/2017 12:00") == "2017-07-01T10:00");
  CHECK(utc(berlin, "1/7/2120 12:00") == "2120-07-01T10:00");
  CHECK(utc(berlin, "1/1/2120 12:00") == "2120-01-01T11:00");
  CHECK(utc(berlin, "1/7/9998 12:00") == "9998-07-01T10:00");
  CHECK(utc(berlin, "1/1/9999 12:00") == "9999-01-01T11:00");
  CHECK(kind(berlin, "1/7/9998 12:00") == WallTimeKind::unique);
  // 02:00 to 03:00 did not happen on 26 March 2017: read with the offset before.
  CHECK(utc(berlin, "26/3/2017 01:59") == "2017-03-26T00:59");
  CHECK(utc(berlin, "26/3/2017 02:30") == "2017-03-26T01:30");
  CHECK(kind(berlin, "26/3/2017 02:30") == WallTimeKind::nonexistent);
  CHECK(utc(berlin, "26/3/2017 03:00") == "2017-03-26T01:00");
  CHECK(kind(berlin, "26/3/2017 03:00") == WallTimeKind::unique);
  // 02:00 to 03:00 happened twice on 29 October 2017: the first is meant.
  CHECK(utc(berlin, "29/10/2017 01:59") == "2017-10-28T23:59");
  CHECK(utc(berlin, "29/10/2017 02:30") == "2017-10-29T00:30");
  CHECK(kind(berlin, "29/10/2017 02:30") == WallTimeKind::ambiguous);
  CHECK(utc(berlin, "29/10/2017 03:00") == "2017-10-29T02:00");

  const TimeZone sao_paulo = TimeZone::find("America/Sao_Paulo").value();
  CHECK(utc(sao_paulo, "1/7/2016 12:00") == "2016-07-01T15:00");
  CHECK(utc(sao_paulo, "1/1/2017 12:00") == "2017-01-01T14:00");
  CHECK(utc(sao_paulo, "1/1/2030 12:00") == "2030-01-01T15:00");
  CHECK(kind(sao_paulo, "16/10/2016 00:30") == WallTimeKind::nonexistent);

  const TimeZone apia = TimeZone::find("Pacific/Apia").value();
  // 30 December 2011 was left out when the date line moved.
  CHECK(kind(apia, "30/12/2011 12:00") == WallTimeKind::nonexistent);
  CHECK(utc(apia, "31/12/2011 00:00") == "2011-12-30T10:00");
  const TimeZone kolkata = TimeZone::find("Asia/Kolkata").value();
  CHECK(utc(kolkata, "1/1/2017 05:30") == "2017-01-01T00:00");
}

TEST_CASE("the rule at the end of a time zone file is read in all its forms") {
  const auto berlin = parse_posix_timezone("CET-1CEST,M3.5.0,M10.5.0/3").value();
  CHECK(berlin.offset_s == 3600);
  REQUIRE(berlin.summer.has_value());
  CHECK(berlin.summer->offset_s == 7200);
  CHECK(berlin.summer->begin.wall_seconds(2017) == 1490493600);  // 2017-03-26T02:00 on the wall
  CHECK(berlin.summer->end.wall_seconds(2017) == 1509246000);    // 2017-10-29T03:00
  const auto sao_paulo = parse_posix_timezone("<-03>3").value();
  CHECK(sao_paulo.offset_s == -3 * 3600);
  CHECK_FALSE(sao_paulo.summer);
  const auto made_up = parse_posix_timezone("AAA+3:30BBB-1,J60/-1,365/25:30:15").value();
  CHECK(made_up.offset_s == -(3 * 3600 + 30 * 60));
  CHECK(made_up.summer->offset_s == 3600);
  CHECK(made_up.summer->begin.wall_seconds(2016) == 1456786800);  // 1 March 2016 less an hour
  CHECK(made_up.summer->end.wall_seconds(2016) == 1483234215);    // 31 December and 25:30:15
  for (const char* wrong : {"", "C-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0",
                            "CET-1CEST,M13.5.0,M1.1.1", "CET-1CEST,M3.5.0,M10.5.0/3x", "<CET-1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_posix_timezone(wrong).ok());
  }
}

TEST_CASE("wall times of other forms or impossible days are not guessed") {
  CHECK(parse_wall_time("29/2/2016 1:16").has_value());
  CHECK(parse_wall_time("05/03/2016 12:00:59").has_value());
  for (const char* wrong : {"", "?", "29/2/2017 01:16", "2016-02-29 01:16", "1/13/2016 00:00",
                            "0/1/2016 00:00", "1/1/16 00:00", "1/1/2016 24:00", "1/1/2016 00:60",
                            "1/1/2016", "1/1/2016 0:0", "1/1/2016 00:00 ", "1/1/2016 00:00:",
                            "001/1/2016 00:00", " 1/1/2016 00:00", "1/1/2016 00:00 AM"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_wall_time(wrong).has_value());
  }
}

}  // namespace
}  // namespace recourse
