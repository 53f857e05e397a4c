#include "projections/rates.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "projections/statistics.h"

namespace recourse {
Rate rate(std::int64_t part, std::int64_t n) {
  Rate made;
  made.n = std::max<std::int64_t>(n, 0);
  made.part = std::clamp<std::int64_t>(part, 0, made.n);
  const auto interval = wilson_95(made.part, made.n);
  if (!interval) return made;
  const double share = static_cast<double>(made.part) / static_cast<double>(made.n);
  made.value_ppm = static_cast<std::int64_t>(std::llround(share * 1e6));
  made.low_ppm = interval->low_ppm;
  made.high_ppm = interval->high_ppm;
  return made;
}

ResolutionRates rates_of(const ResolutionCounts& counts) {
  return {rate(counts.verified, counts.total),
          rate(counts.reopened, counts.total),
          rate(counts.voided, counts.total),
          rate(counts.csat_satisfied, counts.csat_answers),
          rate(counts.csat_answers, counts.total),
          rate(counts.assumed, counts.total),
          rate(counts.thumbs_up, counts.thumbs),
          {net_promoter_ppm(counts.nps_promoters, counts.nps_detractors, counts.nps_answers),
           counts.nps_answers, counts.nps_promoters, counts.nps_detractors}};
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

Rate breached_rate(const SlaCounts& counts) { return rate(counts.breached, counts.started); }

bool is_amended(const ApprovalRow& row) { return row.cause && row.cause->text == "amended"; }

ApprovalRates rates_of(const std::vector<ApprovalRow>& decided) {
  ApprovalRates rates;
  std::vector<std::int64_t> waited_ms;
  std::map<PrincipalId, ApproverRates> approvers;
  std::int64_t rejected = 0, amended = 0, fast = 0, votes = 0;
  for (const ApprovalRow& row : decided) {
    // What ended without a person's decision says nothing about people.
    if (row.status == ApprovalStatus::rejected) ++rejected;
    if (row.status == ApprovalStatus::staled) {
      amended += is_amended(row) ? 1 : 0;
      continue;
    }
    if (row.decided_at && !row.votes.empty())
      waited_ms.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(
                              row.votes.back().at - row.requested_at)
                              .count());
    for (const VoteRow& vote : row.votes) {
      ApproverRates& approver = approvers[vote.by];
      approver.approver = vote.by;
      ++approver.votes;
      ++votes;
      if (vote.vote == Vote::approve) ++approver.approved;
      const bool quick = vote.decision_ms < kRubberStampMs;
      fast += quick ? 1 : 0;
      approver.under_3_s += quick ? 1 : 0;
    }
  }
  std::sort(waited_ms.begin(), waited_ms.end());
  rates.latency_p50_ms = percentile(waited_ms, 50);
  rates.latency_p95_ms = percentile(waited_ms, 95);
  rates.decided = static_cast<std::int64_t>(waited_ms.size());
  rates.overridden = rate(rejected + amended, rates.decided + amended);
  rates.under_3_s = rate(fast, votes);
  for (auto& [id, approver] : approvers) {
    const bool agrees_to_all = approver.votes >= kRubberStampLeast &&
                               approver.approved * 100 > approver.votes * kRubberStampPercent;
    approver.signal = agrees_to_all || approver.under_3_s > 0;
    if (approver.signal) rates.rubber_stamps.push_back(approver);
  }
  return rates;
}

}  // namespace recourse
