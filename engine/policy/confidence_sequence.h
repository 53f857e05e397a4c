#pragma once

#include <cstdint>

namespace recourse {

/// What may be looked at after every observation and acted on at any time: the chance that one of
/// these ever errs, over the whole life of an experiment, is at most `alpha`. An interval for a
/// fixed number of observations promises that for one look only.

struct Proportion {
  std::int64_t count = 0;
  std::int64_t good = 0;  ///< 0 to count.
};

struct Interval {
  double low = -1, high = 1;
};

/// An interval for the difference of two proportions (second less first), whose observations are
/// independent and come in any order. Of each arm the likelihood ratio of a uniform mixture against
/// p is a martingale where p is the truth; so is the product of both, and by Ville's inequality it
/// never exceeds 1/alpha but with probability alpha. The interval is what that leaves. Exact for
/// every sample size. Sources: H. Robbins, Statistical Methods Related to the Law of the Iterated
/// Logarithm, Ann. Math. Statist. 41 (1970); S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon,
/// Time-uniform, nonparametric, nonasymptotic confidence sequences, Ann. Statist. 49 (2021), 3.2;
/// for experiments R. Johari, P. Koomen, L. Pekelis, D. Walsh, Always Valid Inference, Oper. Res.
/// 70 (2022). REQUIRES: alpha in (0, 1).
Interval difference_interval(const Proportion& first, const Proportion& second, double alpha);

/// How likely a split at least as uneven is, at any time, when each unit falls on either side with
/// equal chance; 1 at the most. Source: M. Lindon, A. Malek, Anytime-Valid Inference for
/// Multinomial Count Data, NeurIPS 2022, with a beta mixture around the half.
double even_split_p(std::int64_t first, std::int64_t second);

}  // namespace recourse
