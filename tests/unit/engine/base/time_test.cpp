#include "engine/base/time.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace recourse {
namespace {

using namespace std::chrono_literals;

std::string again(std::string_view text) {
  const auto time = from_rfc3339(text);
  return time ? to_rfc3339(*time) : "refused";
}

TEST_CASE("a time is written in UTC with six fraction digits") {
  CHECK(to_rfc3339(Timestamp{}) == "1970-01-01T00:00:00.000000Z");
  CHECK(to_rfc3339(Timestamp{1'767'605'401'250'000us}) == "2026-01-05T09:30:01.250000Z");
  CHECK(to_rfc3339(Timestamp{-1us}) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("what is written is read back the same") {
  for (const std::string_view text :
       {"0000-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z", "2000-02-29T12:00:00.000001Z",
        "2026-11-21T07:51:00.123456Z", "9999-12-31T23:59:59.999999Z"})
    CHECK(again(text) == text);
}

TEST_CASE("the examples of RFC 3339 section 5.8 are understood") {
  CHECK(again("1985-04-12T23:20:50.52Z") == "1985-04-12T23:20:50.520000Z");
  CHECK(again("1996-12-19T16:39:57-08:00") == "1996-12-20T00:39:57.000000Z");
  CHECK(again("1990-12-31T23:59:60Z") == "1991-01-01T00:00:00.000000Z");
  CHECK(again("1990-12-31T15:59:60-08:00") == "1991-01-01T00:00:00.000000Z");
  CHECK(again("1937-01-01T12:00:27.87+00:20") == "1937-01-01T11:40:27.870000Z");
}

TEST_CASE("digits past the microsecond are cut, not rounded") {
  CHECK(again("2026-01-05T09:30:01.1234569Z") == "2026-01-05T09:30:01.123456Z");
  CHECK(again("2026-01-05T09:30:01.999999999Z") == "2026-01-05T09:30:01.999999Z");
  CHECK(again("2026-01-05t09:30:01z") == "2026-01-05T09:30:01.000000Z");
}

TEST_CASE("what is no RFC 3339 time is refused") {
  for (const std::string_view text : {"",
                                      "2026",
                                      "2026-01-05",
                                      "2026-01-05T09:30:01",
                                      "2026-01-05T09:30Z",
                                      "2026-01-05 09:30:01Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-02-29T00:00:00Z",
                                      "1900-02-29T00:00:00Z",
                                      "2026-04-31T00:00:00Z",
                                      "2026-01-05T24:00:00Z",
                                      "2026-01-05T09:60:00Z",
                                      "2026-01-05T09:30:61Z",
                                      "2026-01-05T09:30:60Z",
                                      "2026-01-05T09:30:01.Z",
                                      "2026-01-05T09:30:01.1234567890Z",
                                      "2026-01-05T09:30:01,5Z",
                                      "2026-01-05T09:30:01+0100",
                                      "2026-01-05T09:30:01+24:00",
                                      "2026-01-05T09:30:01+01:60",
                                      "2026-01-05T09:30:01+01",
                                      "2026-01-05T09:30:01Z ",
                                      " 2026-01-05T09:30:01Z",
                                      "2026-01-05T09:30:01ZZ",
                                      "+026-01-05T09:30:01Z",
                                      "2026-1-05T09:30:01Z",
                                      "2026/01/05T09:30:01Z",
                                      "2026-01-05T09.30.01Z"}) {
    CAPTURE(text);
    CHECK(again(text) == "refused");
  }
}

TEST_CASE("an offset may not carry a time out of the years 0000 to 9999") {
  CHECK(again("0000-01-01T00:00:00+00:01") == "refused");
  CHECK(again("9999-12-31T23:59:59-00:01") == "refused");
  CHECK(again("9999-12-31T23:59:60Z") == "refused");
}

TEST_CASE("the month of a time names a key bucket") {
  CHECK(month_of(from_rfc3339("2026-01-31T23:59:59.999999Z").value()) == "2026-01");
  CHECK(month_of(from_rfc3339("2026-02-01T00:30:00+01:00").value()) == "2026-01");
}

TEST_CASE("a manual clock stands still until told") {
  ManualClock clock{Timestamp{5s}};
  CHECK(clock.now() == Timestamp{5s});
  clock.advance(1500ms);
  CHECK(clock.now() == Timestamp{6500ms});
  clock.set(Timestamp{1us});
  CHECK(clock.now() == Timestamp{1us});
}

TEST_CASE("the system clock tells a time of this age") {
  CHECK(SystemClock().now() > from_rfc3339("2024-01-01T00:00:00Z").value());
  CHECK(SystemClock().now() < from_rfc3339("2200-01-01T00:00:00Z").value());
}

}  // namespace
}  // namespace recourse
