#include "engine/policy/confidence_sequence.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engine/base/random.h"

namespace recourse {
namespace {

/// A coin that falls on `chance` in a million.
bool falls(Random& random, std::int64_t chance_ppm) {
  const auto bytes = random.bytes<4>();
  std::uint32_t drawn = 0;
  for (const std::uint8_t byte : bytes) drawn = drawn << 8U | byte;
  return static_cast<std::int64_t>(drawn) * 1'000'000 / (std::int64_t{1} << 32) < chance_ppm;
}

void observe(Random& random, Proportion& seen, std::int64_t chance_ppm) {
  ++seen.count;
  seen.good += falls(random, chance_ppm) ? 1 : 0;
}

/// What is usually computed, for one look at a number of observations fixed before.
Interval for_one_look(const Proportion& a, const Proportion& b) {
  const auto rate = [](const Proportion& p) {
    return static_cast<double>(p.good) / static_cast<double>(p.count);
  };
  const auto spread = [&](const Proportion& p) {
    return rate(p) * (1 - rate(p)) / static_cast<double>(p.count);
  };
  const double middle = rate(b) - rate(a), half = 1.96 * std::sqrt(spread(a) + spread(b));
  return {middle - half, middle + half};
}

bool holds(const Interval& interval, double truth) {
  return interval.low <= truth && truth <= interval.high;
}

TEST_CASE("whoever looks after every observation is misled at most as often as was promised") {
  SeededRandom random(20261121);
  constexpr int kExperiments = 200, kObservations = 100;
  int misled = 0, misled_by_the_usual = 0;
  for (int i = 0; i < kExperiments; ++i) {
    const std::int64_t control = 500'000 + (i % 5) * 100'000,
                       treatment = control - (i % 3) * 40'000;
    const double truth = static_cast<double>(treatment - control) / 1e6;
    Proportion a, b;
    bool wrong = false, usual_wrong = false;
    for (int n = 0; n < kObservations; ++n) {
      observe(random, a, control);
      observe(random, b, treatment);
      wrong = wrong || !holds(difference_interval(a, b, 0.05), truth);
      usual_wrong = usual_wrong || (n >= 20 && !holds(for_one_look(a, b), truth));
    }
    misled += wrong ? 1 : 0;
    misled_by_the_usual += usual_wrong ? 1 : 0;
  }
  CHECK(misled <= kExperiments * 5 / 100);
  // The same looks with the usual interval: the test can tell the two apart.
  CHECK(misled_by_the_usual > kExperiments * 10 / 100);
}

TEST_CASE("a real difference is found, whichever way round") {
  const Interval up = difference_interval({500, 300}, {500, 400}, 0.05);
  CHECK(up.low > 0);
  CHECK(up.low < 0.2);
  CHECK(up.high > 0.2);
  const Interval down = difference_interval({500, 400}, {500, 300}, 0.05);
  CHECK(down.low == doctest::Approx(-up.high));
  CHECK(down.high == doctest::Approx(-up.low));
}

TEST_CASE("more observations narrow the interval, a stricter promise widens it") {
  double before = 2;
  for (const std::int64_t n : {1, 10, 100, 1'000, 10'000, 1'000'000}) {
    const Interval interval = difference_interval({n, n * 9 / 10}, {n, n * 9 / 10}, 0.05);
    CHECK(interval.high - interval.low < before);
    CHECK(holds(interval, 0));
    before = interval.high - interval.low;
    const Interval strict = difference_interval({n, n * 9 / 10}, {n, n * 9 / 10}, 0.001);
    CHECK(strict.high - strict.low > before);
  }
  CHECK(before < 0.01);
}

TEST_CASE("nothing seen says nothing, and all or none good is no certainty") {
  for (const auto& [a, b] :
       {std::pair(Proportion{}, Proportion{10, 5}), std::pair(Proportion{10, 5}, Proportion{})}) {
    CHECK(difference_interval(a, b, 0.05).low == -1);
    CHECK(difference_interval(a, b, 0.05).high == 1);
  }
  const Interval same = difference_interval({20, 20}, {20, 20}, 0.05);
  CHECK(same.low < -0.1);
  CHECK(same.high > 0.1);
  const Interval all = difference_interval({50, 0}, {50, 50}, 0.05);
  CHECK(all.low > 0.5);
  CHECK(all.high == doctest::Approx(1));
}

TEST_CASE("an even split raises no alarm however often it is looked at") {
  SeededRandom random(7);
  int alarms = 0;
  for (int i = 0; i < 400; ++i) {
    std::int64_t first = 0, second = 0;
    bool alarm = false;
    for (int n = 0; n < 500; ++n) {
      ++(falls(random, 500'000) ? first : second);
      alarm = alarm || even_split_p(first, second) <= 0.05;
    }
    alarms += alarm ? 1 : 0;
  }
  CHECK(alarms <= 20);
}

TEST_CASE("an uneven split is found: soon when it is gross, in time when it is slight") {
  CHECK(even_split_p(0, 0) == 1);
  CHECK(even_split_p(30, 30) == 1);
  CHECK(even_split_p(0, 40) < 0.001);
  CHECK(even_split_p(40, 0) == even_split_p(0, 40));
  CHECK(even_split_p(450, 550) > 0.001);
  CHECK(even_split_p(4'500, 5'500) < 0.001);
  CHECK(even_split_p(4'950, 5'050) > 0.5);
}

}  // namespace
}  // namespace recourse
