#include "projections/rates.h"

#include <algorithm>
#include <cmath>

namespace recourse {
namespace {

constexpr double kZ = 1.959963984540054;  ///< 97.5 % of the normal distribution lie below it.

std::int64_t ppm(double share) {
  return static_cast<std::int64_t>(std::llround(std::clamp(share, 0.0, 1.0) * 1e6));
}

}  // namespace

Rate rate(std::int64_t part, std::int64_t n) {
  Rate made;
  made.n = std::max<std::int64_t>(n, 0);
  made.part = std::clamp<std::int64_t>(part, 0, made.n);
  if (made.n == 0) return made;
  const double count = static_cast<double>(made.n);
  const double share = static_cast<double>(made.part) / count;
  const double z2 = kZ * kZ;
  const double middle = (share + z2 / (2 * count)) / (1 + z2 / count);
  const double half =
      kZ / (1 + z2 / count) * std::sqrt(share * (1 - share) / count + z2 / (4 * count * count));
  made.value_ppm = ppm(share);
  made.low_ppm = made.part == 0 ? 0 : ppm(middle - half);
  made.high_ppm = made.part == made.n ? 1'000'000 : ppm(middle + half);
  return made;
}

ResolutionRates rates_of(const ResolutionCounts& counts) {
  return {rate(counts.verified, counts.total), rate(counts.reopened, counts.total),
          rate(counts.voided, counts.total), rate(counts.csat_satisfied, counts.csat_answers),
          rate(counts.csat_answers, counts.total)};
}

ActionRates rates_of(const ActionCounts& counts) {
  const std::int64_t decided = counts.allowed + counts.denied + counts.awaiting + counts.shadowed;
  const std::int64_t known = counts.succeeded + counts.failed;
  ActionRates rates;
  rates.allowed = rate(counts.allowed, decided);
  rates.denied = rate(counts.denied, decided);
  rates.awaiting = rate(counts.awaiting, decided);
  rates.succeeded = rate(counts.succeeded, known);
  rates.failed = rate(counts.failed, known);
  rates.rolled_back = rate(counts.rolled_back, counts.succeeded);
  rates.overridden =
      rate(counts.approvals_rejected, counts.approvals_granted + counts.approvals_rejected);
  rates.with_confidence = counts.with_confidence;
  if (counts.with_confidence > 0)
    rates.mean_confidence_ppm = counts.confidence_sum_ppm / counts.with_confidence;
  return rates;
}

TicketRates rates_of(const TicketCounts& counts) {
  return {rate(counts.escalated, counts.opened), rate(counts.resolved, counts.opened),
          rate(counts.reopened, counts.resolved)};
}

}  // namespace recourse
