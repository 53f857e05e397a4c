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

/// Promoters (9 and 10) minus detractors (0 to 6), as a share of all answers.
struct NetPromoter {
  std::optional<std::int64_t> value_ppm;  ///< From -1000000 to 1000000; absent when n is 0.
  std::int64_t n = 0, promoters = 0, detractors = 0;
  bool operator==(const NetPromoter&) const = default;
};
BOOST_DESCRIBE_STRUCT(NetPromoter, (), (value_ppm, n, promoters, detractors))

struct ResolutionRates {
  /// Confirmed and neither reopened nor rolled back within seven days, over asserted. What nobody
  /// answered is no success.
  Rate verified;
  Rate reopened;  ///< Over asserted.
  Rate voided;    ///< By a rollback, over asserted.
  Rate csat;      ///< Scores of 4 and 5 over answers; buttons are no answers.
  Rate answered;  ///< Answers over asserted: how much CSAT stands for.
  Rate assumed;   ///< Nobody said anything, over asserted. No success.
  Rate thumbs;    ///< Thumbs up over thumbs.
  NetPromoter nps;
};
BOOST_DESCRIBE_STRUCT(ResolutionRates, (),
                      (verified, reopened, voided, csat, answered, assumed, thumbs, nps))
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

/// Over the clocks that were started.
Rate breached_rate(const SlaCounts& counts);

inline constexpr std::int64_t kRubberStampMs = 3'000;
inline constexpr std::int64_t kRubberStampLeast = 50;
inline constexpr std::int64_t kRubberStampPercent = 98;

/// How one person votes.
struct ApproverRates {
  PrincipalId approver;
  std::int64_t votes = 0, approved = 0, under_3_s = 0;
  /// Votes within 3 s of the question, or agrees to more than 98 % of at least 50.
  bool signal = false;
};
BOOST_DESCRIBE_STRUCT(ApproverRates, (), (approver, votes, approved, under_3_s, signal))

/// Over approvals that people decided.
struct ApprovalRates {
  std::int64_t decided = 0;
  /// From the question to the last vote.
  std::optional<std::int64_t> latency_p50_ms, latency_p95_ms;
  Rate overridden;  ///< Rejected or amended, over decided and amended.
  Rate under_3_s;   ///< Over votes.
  std::vector<ApproverRates> rubber_stamps;
};
BOOST_DESCRIBE_STRUCT(ApprovalRates, (),
                      (decided, latency_p50_ms, latency_p95_ms, overridden, under_3_s,
                       rubber_stamps))
/// A person proposed something else in its place.
bool is_amended(const ApprovalRow& row);
/// REQUIRES: rows whose status is granted, consumed, rejected or staled; of the last only amended
/// ones count.
ApprovalRates rates_of(const std::vector<ApprovalRow>& decided);

}  // namespace recourse
