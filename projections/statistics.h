#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace recourse {

/// Formulas, each once. Shares are parts per million.

struct Interval {
  std::int64_t low_ppm = 0, high_ppm = 0;
  bool operator==(const Interval&) const = default;
};

/// The score interval of Wilson (1927) at 95 %, without continuity correction: method 3 of Newcombe
/// (1998), Statistics in Medicine 17, 857-872. None for n = 0. REQUIRES: 0 <= part <= n.
std::optional<Interval> wilson_95(std::int64_t part, std::int64_t n);

/// The smallest value that at least `percent` % of the values do not exceed (nearest rank). None
/// for no values. REQUIRES: sorted ascending, 0 < percent <= 100.
std::optional<std::int64_t> percentile(const std::vector<std::int64_t>& values, int percent);

/// Share of promoters minus share of detractors, from -1000000 to 1000000 (Reichheld 2003). None
/// for n = 0.
std::optional<std::int64_t> net_promoter_ppm(std::int64_t promoters, std::int64_t detractors,
                                             std::int64_t n);

}  // namespace recourse
