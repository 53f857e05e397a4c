#pragma once

#include <cstdint>
#include <optional>

#include "projections/rows.h"

namespace recourse {

/// A share with how much it can be trusted. Parts per million.
struct Rate {
  std::int64_t part = 0;
  std::int64_t n = 0;
  /// Absent when n is 0: no number is better than a made-up one.
  std::optional<std::int64_t> value_ppm;
  /// The Wilson score interval at 95 %.
  std::optional<std::int64_t> low_ppm, high_ppm;
  bool operator==(const Rate&) const = default;
};
BOOST_DESCRIBE_STRUCT(Rate, (), (part, n, value_ppm, low_ppm, high_ppm))

/// REQUIRES: 0 <= part <= n; a larger part counts as n.
Rate rate(std::int64_t part, std::int64_t n);

// The rates of DOMAIN, each defined here once for API, dashboard and reports.

struct ResolutionRates {
  Rate verified;  ///< Confirmed and neither reopened nor rolled back, over asserted.
  Rate reopened;  ///< Over asserted.
  Rate voided;    ///< By a rollback, over asserted.
  Rate csat;      ///< Scores of 4 and 5 over answers; buttons are no answers.
  Rate answered;  ///< Answers over asserted: how much CSAT stands for.
};
BOOST_DESCRIBE_STRUCT(ResolutionRates, (), (verified, reopened, voided, csat, answered))
ResolutionRates rates_of(const ResolutionCounts& counts);

struct ActionRates {
  Rate allowed, denied, awaiting;  ///< Over decided proposals.
  Rate succeeded, failed;          ///< Over effects whose outcome is known.
  Rate rolled_back;                ///< Over succeeded.
  Rate overridden;                 ///< Rejected by a person, over approvals decided.
  std::optional<std::int64_t> mean_confidence_ppm;  ///< Of those that have one.
  std::int64_t with_confidence = 0;
};
BOOST_DESCRIBE_STRUCT(ActionRates, (),
                      (allowed, denied, awaiting, succeeded, failed, rolled_back, overridden,
                       mean_confidence_ppm, with_confidence))
ActionRates rates_of(const ActionCounts& counts);

struct TicketRates {
  Rate handed_off;  ///< Escalated over opened.
  Rate resolved;    ///< Over opened.
  Rate reopened;    ///< Over resolved.
};
BOOST_DESCRIBE_STRUCT(TicketRates, (), (handed_off, resolved, reopened))
TicketRates rates_of(const TicketCounts& counts);

}  // namespace recourse
