#include "api/http/throttle.h"

#include <doctest/doctest.h>

using namespace recourse::http;
using namespace std::chrono_literals;

namespace {
const Throttle::Time kStart{1000s};
}

TEST_CASE("a bucket gives its limit at once and then as time refills it") {
  Throttle throttle("user", {10, 60s});
  for (int i = 0; i < 10; ++i) {
    const auto verdict = throttle.take("ada", kStart);
    CHECK(verdict.allowed);
    CHECK(verdict.remaining == static_cast<std::uint64_t>(9 - i));
  }
  const auto refused = throttle.take("ada", kStart);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.retry_after == 6s);
  CHECK(refused.until_full == 60s);
  CHECK_FALSE(throttle.take("ada", kStart + 5999ms).allowed);
  CHECK(throttle.take("ada", kStart + 6s).allowed);
  CHECK_FALSE(throttle.take("ada", kStart + 6s).allowed);
}

TEST_CASE("a refused request takes nothing, and keys do not share") {
  Throttle throttle("user", {4, 60s});
  CHECK(throttle.take("ada", kStart, 3).allowed);
  CHECK_FALSE(throttle.take("ada", kStart, 2).allowed);
  CHECK(throttle.take("ada", kStart, 1).allowed);
  CHECK(throttle.take("bob", kStart, 4).allowed);
  CHECK_FALSE(throttle.take("cid", kStart, 1'000'000'000'000).allowed);
}

TEST_CASE("a limit of zero limits nothing") {
  Throttle throttle("off", {0, 60s});
  for (int i = 0; i < 1000; ++i) CHECK(throttle.take("ada", kStart).allowed);
  Response response;
  throttle.describe(throttle.take("ada", kStart), response);
  CHECK(response.headers.size() == 0);
}

TEST_CASE("made-up keys neither grow memory nor empty the buckets of others") {
  Throttle throttle("anon", {2, 60s}, 100);
  CHECK(throttle.take("ada", kStart, 2).allowed);
  int allowed = 0;
  for (int i = 0; i < 10'000; ++i)
    allowed += throttle.take("k" + std::to_string(i), kStart).allowed ? 1 : 0;
  CHECK(throttle.keys() == 100);
  CHECK(allowed == 99 + 2);
  CHECK_FALSE(throttle.take("ada", kStart).allowed);
  // Once the buckets are full again they need no place.
  CHECK(throttle.take("new", kStart + 61s).allowed);
  CHECK(throttle.keys() == 1);
}

TEST_CASE("an answer says how much of each limit is left") {
  Throttle minute("minute", {50, 60s});
  Throttle day("day", {1, 86400s});
  Response response;
  minute.describe(minute.take("ada", kStart), response);
  day.take("ada", kStart);
  day.describe(day.take("ada", kStart), response);
  CHECK(response.headers.find("RateLimit-Policy") == "\"minute\";q=50;w=60, \"day\";q=1;w=86400");
  CHECK(response.headers.find("RateLimit") == "\"minute\";r=49;t=2, \"day\";r=0;t=86400");
  CHECK(response.headers.find("Retry-After") == "86400");
}
