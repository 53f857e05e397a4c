#include "engine/base/sliding_window.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace recourse {
namespace {

using std::chrono::seconds;

Timestamp at(std::int64_t second) { return Timestamp(seconds(second)); }

TEST_CASE("a window of a minute is cut into seconds, one of a day into 24 minutes") {
  CHECK(SlidingWindow(seconds(1)).width() == seconds(1));
  CHECK(SlidingWindow(seconds(60)).width() == seconds(1));
  CHECK(SlidingWindow(seconds(61)).width() == seconds(2));
  CHECK(SlidingWindow(seconds(86'400)).width() == seconds(1440));
}

TEST_CASE("what is inside of the window counts, what is older than it and a width does not") {
  const SlidingWindow window(seconds(60));
  std::vector<WindowBucket> buckets;
  window.add(buckets, at(1'000), 3);
  window.add(buckets, at(1'000), 1);
  window.add(buckets, at(1'030), 2);
  CHECK(window.used(buckets, at(1'060)) == 6);
  CHECK(window.used(buckets, at(1'061)) == 2);
  CHECK(window.free_at(buckets, at(1'031), 5) == at(1'061));
  CHECK(window.free_at(buckets, at(1'031), 1) == at(1'091));
  CHECK(window.free_at(buckets, at(1'031), 6) == at(1'031));
  CHECK_FALSE(window.free_at(buckets, at(1'031), -1));
}

TEST_CASE("a clock that is set back takes nothing out of the window") {
  const SlidingWindow window(seconds(60));
  std::vector<WindowBucket> buckets;
  window.add(buckets, at(5'000), 7);
  CHECK(window.used(buckets, at(1)) == 7);
  window.add(buckets, at(1), 1);
  REQUIRE(buckets.size() == 1);
  CHECK(window.used(buckets, at(1)) == 8);
}

TEST_CASE("taking back undoes an addition while its bucket is there") {
  const SlidingWindow window(seconds(3'600));
  std::vector<WindowBucket> buckets;
  window.add(buckets, at(7'200), 5);
  window.take_back(buckets, at(7'200), 5);
  window.take_back(buckets, at(3'000), 5);
  CHECK(window.used(buckets, at(7'200)) == 0);
}

TEST_CASE("it never counts less than the window holds, nor what is a width older") {
  CHECK(rc::check([] {
    const seconds length(*rc::gen::inRange(1, 10'000));
    const SlidingWindow window(length);
    std::vector<WindowBucket> buckets;
    std::vector<std::pair<Timestamp, std::int64_t>> all;
    Timestamp now = at(*rc::gen::inRange(-100'000, 100'000));
    const int steps = *rc::gen::inRange(1, 80);
    for (int i = 0; i < steps; ++i) {
      now += std::chrono::milliseconds(*rc::gen::inRange<std::int64_t>(0, length.count() * 100));
      const std::int64_t amount = *rc::gen::inRange(1, 50);
      window.add(buckets, now, amount);
      all.emplace_back(now, amount);
      std::int64_t inside = 0, near = 0;
      for (const auto& [time, part] : all) {
        if (time >= now - length) inside += part;
        if (time > now - length - 2 * window.width()) near += part;
      }
      const std::int64_t used = window.used(buckets, now);
      RC_ASSERT(used >= inside);
      RC_ASSERT(used <= near);
      RC_ASSERT(buckets.size() <= 61U);
      const std::int64_t most = *rc::gen::inRange<std::int64_t>(0, used + 1);
      const auto free = window.free_at(buckets, now, most);
      RC_ASSERT(free.has_value());
      RC_ASSERT(window.used(buckets, *free) <= most);
      RC_ASSERT(*free == now || window.used(buckets, *free - std::chrono::microseconds(1)) > most);
    }
  }));
}

}  // namespace
}  // namespace recourse
