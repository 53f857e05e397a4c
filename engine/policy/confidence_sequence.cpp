#include "engine/policy/confidence_sequence.h"

#include <algorithm>
#include <cmath>

namespace recourse {
namespace {

constexpr int kHalvings = 50;
/// Of the beta distribution that unevenness is looked for with: large enough to see a small lean in
/// many units, small enough to see a large one in a few.
constexpr double kSplitPrior = 10;

double log_gamma(double x) {
  int sign = 1;  // The usual function writes a global one.
  return ::lgamma_r(x, &sign);
}

double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

/// 0 * log(0) is 0 here.
double times_log(double count, double p) { return count == 0 ? 0 : count * std::log(p); }

/// The logarithm of one arm's martingale at p: convex in p.
class LogRatio {
 public:
  explicit LogRatio(const Proportion& seen)
      : good_(static_cast<double>(seen.good)),
        bad_(static_cast<double>(seen.count - seen.good)),
        mixture_(log_beta(1 + good_, 1 + bad_)) {}

  double operator()(double p) const {
    return mixture_ - times_log(good_, p) - times_log(bad_, 1 - p);
  }
  double slope(double p) const {
    return (bad_ == 0 ? 0 : bad_ / (1 - p)) - (good_ == 0 ? 0 : good_ / p);
  }
  double rate() const { return good_ / (good_ + bad_); }

 private:
  double good_, bad_, mixture_;
};

/// The least that both together come to when they differ by `difference`: where the slope, which
/// only grows, passes nothing.
double least_product(const LogRatio& first, const LogRatio& second, double difference) {
  double low = std::max(0.0, -difference), high = std::min(1.0, 1 - difference);
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (first.slope(middle) + second.slope(middle + difference) < 0 ? low : high) = middle;
  }
  const double p = (low + high) / 2;
  return first(p) + second(std::clamp(p + difference, 0.0, 1.0));
}

/// How far from `inside` towards `outside` differences are still believed.
double edge(const LogRatio& first, const LogRatio& second, double most, double inside,
            double outside) {
  if (least_product(first, second, outside) <= most) return outside;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (inside + outside) / 2;
    (least_product(first, second, middle) <= most ? inside : outside) = middle;
  }
  return outside;
}

}  // namespace

Interval difference_interval(const Proportion& first, const Proportion& second, double alpha) {
  if (first.count == 0 || second.count == 0) return {};
  const LogRatio a(first), b(second);
  const double most = -std::log(alpha), seen = b.rate() - a.rate();
  return {edge(a, b, most, seen, -1), edge(a, b, most, seen, 1)};
}

double even_split_p(std::int64_t first, std::int64_t second) {
  const auto a = static_cast<double>(first), b = static_cast<double>(second);
  const double against = log_beta(kSplitPrior + a, kSplitPrior + b) -
                         log_beta(kSplitPrior, kSplitPrior) + (a + b) * std::log(2.0);
  return std::min(1.0, std::exp(-against));
}

}  // namespace recourse
