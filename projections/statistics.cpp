#include "projections/statistics.h"

#include <algorithm>
#include <cmath>

namespace recourse {
namespace {

constexpr double kZ = 1.959963984540054;  ///< 97.5 % of the normal distribution lie below it.
constexpr std::int64_t kMillion = 1'000'000;

std::int64_t ppm(double share) {
  return static_cast<std::int64_t>(std::llround(std::clamp(share, 0.0, 1.0) * 1e6));
}

}  // namespace

std::optional<Interval> wilson_95(std::int64_t part, std::int64_t n) {
  if (n <= 0) return std::nullopt;
  const double count = static_cast<double>(n);
  const double share = static_cast<double>(part) / count;
  const double z2 = kZ * kZ;
  const double middle = (share + z2 / (2 * count)) / (1 + z2 / count);
  const double half =
      kZ / (1 + z2 / count) * std::sqrt(share * (1 - share) / count + z2 / (4 * count * count));
  // The formula gives exactly 0 and 1 at the ends; floating point gives almost.
  return Interval{part == 0 ? 0 : ppm(middle - half), part == n ? kMillion : ppm(middle + half)};
}

std::optional<std::int64_t> percentile(const std::vector<std::int64_t>& values, int percent) {
  if (values.empty()) return std::nullopt;
  const std::size_t rank = (values.size() * static_cast<std::size_t>(percent) + 99) / 100;
  return values[std::max<std::size_t>(rank, 1) - 1];
}

std::optional<std::int64_t> net_promoter_ppm(std::int64_t promoters, std::int64_t detractors,
                                             std::int64_t n) {
  if (n <= 0) return std::nullopt;
  const double score = static_cast<double>(promoters - detractors) / static_cast<double>(n);
  return static_cast<std::int64_t>(std::llround(score * 1e6));
}

}  // namespace recourse
