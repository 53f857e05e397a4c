#include "tools/soc2/deviation.h"

#include <cmath>

#include "engine/base/assert.h"

namespace recourse::soc2 {
namespace {

constexpr long double kMissed = 0.05L;

/// P(X <= k) of a binomial distribution, as a sum that begins at its largest term, so that nothing
/// under- or overflows whatever the population.
long double lower_tail(std::uint64_t n, std::uint64_t k, long double rate) {
  if (rate <= 0) return 1;
  if (rate >= 1) return k >= n ? 1 : 0;
  const auto count = static_cast<long double>(n), most = static_cast<long double>(k);
  const long double log_of_last = std::lgamma(count + 1) - std::lgamma(most + 1) -
                                  std::lgamma(count - most + 1) + most * std::log(rate) +
                                  (count - most) * std::log1p(-rate);
  // Terms shrink from k downwards where the bound lies, above k / n.
  long double term = 1, sum = 1;
  const long double odds = (1 - rate) / rate;
  for (std::uint64_t i = k; i > 0; --i) {
    term *= static_cast<long double>(i) / static_cast<long double>(n - i + 1) * odds;
    sum += term;
    if (term < sum * 1e-18L) break;
  }
  return std::exp(log_of_last + std::log(sum));
}

}  // namespace

Deviation deviation_of(std::uint64_t population, std::uint64_t exceptions) {
  RECOURSE_ASSERT(exceptions <= population, "no more members fail than there are");
  Deviation deviation{population, exceptions, 0, 0};
  if (population == 0) return deviation;
  deviation.rate_ppm = (exceptions * 1'000'000 + population / 2) / population;
  if (exceptions == population) {
    deviation.upper_ppm = 1'000'000;
    return deviation;
  }
  long double low = static_cast<long double>(exceptions) / static_cast<long double>(population);
  long double high = 1;
  for (int step = 0; step < 80; ++step) {
    const long double middle = (low + high) / 2;
    (lower_tail(population, exceptions, middle) > kMissed ? low : high) = middle;
  }
  deviation.upper_ppm = static_cast<std::uint64_t>(std::llround(low * 1'000'000));
  return deviation;
}

}  // namespace recourse::soc2
