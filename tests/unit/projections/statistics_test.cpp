#include "projections/statistics.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

TEST_CASE("the interval is the one that Newcombe prints for Wilson's method") {
  // Newcombe (1998), Statistics in Medicine 17, 857-872, Table I, method 3; four decimals.
  struct Printed {
    std::int64_t part, n;
    double low, high;
  };
  for (const Printed& row : {Printed{81, 263, 0.2553, 0.3662}, Printed{15, 148, 0.0624, 0.1605},
                             Printed{0, 20, 0.0000, 0.1611}, Printed{1, 29, 0.0061, 0.1718}}) {
    const auto interval = wilson_95(row.part, row.n);
    REQUIRE(interval.has_value());
    CAPTURE(row.part);
    CHECK(static_cast<double>(interval->low_ppm) / 1e6 == doctest::Approx(row.low).epsilon(0.0001));
    CHECK(static_cast<double>(interval->high_ppm) / 1e6 ==
          doctest::Approx(row.high).epsilon(0.0002));
  }
}

TEST_CASE("the interval mirrors: failures have the same one from the other end") {
  for (const std::int64_t n : {1, 2, 7, 50, 1'000}) {
    for (std::int64_t part = 0; part <= n; part += n < 10 ? 1 : 13) {
      const auto share = wilson_95(part, n), rest = wilson_95(n - part, n);
      CHECK(std::abs(share->low_ppm - (1'000'000 - rest->high_ppm)) <= 1);
      CHECK(share->low_ppm <= share->high_ppm);
    }
  }
  CHECK_FALSE(wilson_95(0, 0));
}

TEST_CASE("a percentile is one of the values, by nearest rank") {
  // The worked example that textbooks give for the nearest rank.
  const std::vector<std::int64_t> values{15, 20, 35, 40, 50};
  CHECK(percentile(values, 5) == 15);
  CHECK(percentile(values, 30) == 20);
  CHECK(percentile(values, 40) == 20);
  CHECK(percentile(values, 50) == 35);
  CHECK(percentile(values, 100) == 50);
  CHECK(percentile({7}, 95) == 7);
  CHECK_FALSE(percentile({}, 50));
}

TEST_CASE("promoters minus detractors, over everybody who answered") {
  CHECK(net_promoter_ppm(50, 20, 100) == 300'000);
  CHECK(net_promoter_ppm(0, 3, 3) == -1'000'000);
  CHECK(net_promoter_ppm(3, 0, 3) == 1'000'000);
  CHECK(net_promoter_ppm(1, 1, 3) == 0);
  CHECK_FALSE(net_promoter_ppm(0, 0, 0));
}

}  // namespace
}  // namespace recourse
