#include "projections/rates.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

TEST_CASE("a share carries n and the Wilson interval at 95 %") {
  // Reference: Wilson (1927); 8 of 10 gives 0.4901625 to 0.9433178.
  const Rate eight = rate(8, 10);
  CHECK(eight.value_ppm == 800'000);
  CHECK(eight.low_ppm == 490'162);
  CHECK(eight.high_ppm == 943'318);
  CHECK(eight.n == 10);
}

TEST_CASE("none of none is no number at all") {
  const Rate none = rate(0, 0);
  CHECK(!none.value_ppm);
  CHECK(!none.low_ppm);
  CHECK(none.n == 0);
}

TEST_CASE("all and none have closed ends, and still an interval") {
  CHECK(rate(0, 10).low_ppm == 0);
  CHECK(*rate(0, 10).high_ppm > 200'000);
  CHECK(rate(10, 10).high_ppm == 1'000'000);
  CHECK(*rate(10, 10).low_ppm < 800'000);
}

TEST_CASE("a resolution is verified only when it was confirmed and held") {
  ResolutionCounts counts;
  counts.total = 4;
  counts.successful = 3;  // One of them by its score alone.
  counts.verified = 2;
  counts.csat_answers = 2;
  counts.csat_satisfied = 1;
  const ResolutionRates rates = rates_of(counts);
  CHECK(rates.verified.value_ppm == 500'000);
  CHECK(rates.csat.value_ppm == 500'000);
  CHECK(rates.answered.value_ppm == 500'000);
}

TEST_CASE("denied actions are no failures, and rolled back ones are a share of what succeeded") {
  ActionCounts counts;
  counts.allowed = 6;
  counts.denied = 2;
  counts.awaiting = 2;
  counts.succeeded = 4;
  counts.failed = 1;
  counts.rolled_back = 1;
  counts.with_confidence = 2;
  counts.confidence_sum_ppm = 1'500'000;
  const ActionRates rates = rates_of(counts);
  CHECK(rates.denied.value_ppm == 200'000);
  CHECK(rates.failed.value_ppm == 200'000);
  CHECK(rates.rolled_back.value_ppm == 250'000);
  CHECK(rates.mean_confidence_ppm == 750'000);
}

ApprovalRow decided(const char* by, Vote vote, std::int64_t after_ms) {
  ApprovalRow row;
  row.status = vote == Vote::approve ? ApprovalStatus::consumed : ApprovalStatus::rejected;
  row.requested_at = Timestamp(std::chrono::hours(1));
  row.decided_at = row.requested_at + std::chrono::milliseconds(after_ms);
  VoteRow& cast = row.votes.emplace_back();
  cast.by = PrincipalId(by);
  cast.vote = vote;
  cast.at = *row.decided_at;
  cast.decision_ms = after_ms;
  return row;
}

TEST_CASE("how long people take to decide, and how often against the agent") {
  std::vector<ApprovalRow> rows;
  for (int i = 1; i <= 20; ++i)
    rows.push_back(decided("usr_1", i <= 5 ? Vote::reject : Vote::approve, i * 10'000));
  const ApprovalRates rates = rates_of(rows);
  CHECK(rates.decided == 20);
  CHECK(rates.latency_p50_ms == 100'000);
  CHECK(rates.latency_p95_ms == 190'000);
  CHECK(rates.overridden.value_ppm == 250'000);
  CHECK(rates.under_3_s.value_ppm == 0);
  CHECK(rates.rubber_stamps.empty());
  ApprovalRow amended;
  amended.status = ApprovalStatus::staled;
  amended.cause = "amended";
  rows.insert(rows.end(), 5, amended);
  amended.cause = "drift";
  rows.push_back(amended);
  CHECK(rates_of(rows).overridden.value_ppm == 400'000);
  CHECK(rates_of(rows).decided == 20);
  CHECK(!rates_of(std::vector<ApprovalRow>()).latency_p50_ms);
}

TEST_CASE("who answers before reading, or never says no, is named") {
  std::vector<ApprovalRow> rows{decided("usr_fast", Vote::reject, 2'999),
                                decided("usr_slow", Vote::approve, 3'000)};
  for (int i = 0; i < 50; ++i) rows.push_back(decided("usr_yes", Vote::approve, 60'000));
  for (int i = 0; i < 49; ++i) rows.push_back(decided("usr_few", Vote::approve, 60'000));
  for (int i = 0; i < 50; ++i)
    rows.push_back(decided("usr_fair", i == 0 ? Vote::reject : Vote::approve, 60'000));
  const ApprovalRates rates = rates_of(rows);
  REQUIRE(rates.rubber_stamps.size() == 2);
  CHECK(rates.rubber_stamps[0].approver == PrincipalId("usr_fast"));
  CHECK(rates.rubber_stamps[1].approver == PrincipalId("usr_yes"));
  CHECK(rates.under_3_s.part == 1);
}

}  // namespace
}  // namespace recourse
