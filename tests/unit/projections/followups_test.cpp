#include "projections/resolution_analytics.h"
#include "projections/resolutions.h"
#include "projections/tickets.h"
#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

const FollowUpId kFollowUp("fup_1");

FollowUpScheduled scheduled(std::size_t due) {
  return FollowUpScheduled{kFollowUp, kTicket, kResolution, {}, Story::at(due), "email"};
}
FollowUpRow followup(Story& story) { return story.row<FollowUpRow>("followup/fup_1"); }
ResolutionRow about(Story& story) { return story.row<ResolutionRow>("ticket/tkt_1/res_1"); }

FeedbackSubmitted answer(const char* id, FeedbackKind kind, std::int64_t score) {
  FeedbackSubmitted data;
  data.feedback = FeedbackId(id);
  data.ticket = kTicket;
  data.resolution = kResolution;
  data.kind = kind;
  data.score = score;
  data.channel = "api";
  return data;
}
FeedbackRetracted retracted(const char* id) {
  return {FeedbackId(id), kTicket, kResolution, "manual"};
}
ResolutionCounts all(Story& story) { return story.row<ResolutionCounts>("counts/all"); }

}  // namespace

TEST_CASE("a follow-up is listed by its status and by when it is due") {
  Story story(resolutions_kind());
  story.then(asserted()).then(scheduled(90));
  CHECK(followup(story).status == FollowUpStatus::scheduled);
  CHECK(story.has("listed/scheduled/2026-01-05T09:01:30.000000Z/fup_1"));
  story.then(FollowUpPostponed{kFollowUp, kTicket, Story::at(120), "quiet_hours"});
  CHECK(followup(story).postponed == 1);
  CHECK(!story.has("listed/scheduled/2026-01-05T09:01:30.000000Z/fup_1"));
  CHECK(story.has("listed/scheduled/2026-01-05T09:02:00.000000Z/fup_1"));
  CHECK(about(story).followup_due_at == Story::at(120));
  story.then(FollowUpSent{kFollowUp, kTicket, kResolution, "slack", 7});
  CHECK(followup(story).sent_at == Story::at(3));
  CHECK(followup(story).channel == Clear("slack"));
  CHECK(followup(story).late_s == 7);
  CHECK(about(story).followup_sent_at == Story::at(3));
  CHECK(story.has("listed/sent/2026-01-05T09:02:00.000000Z/fup_1"));
  story.then(FollowUpAnswered{kFollowUp, kTicket, FollowUpAnswer::partial, "button"});
  CHECK(followup(story).status == FollowUpStatus::answered);
  CHECK(followup(story).answer == FollowUpAnswer::partial);
  CHECK(!about(story).followup_cancelled_at);
}

TEST_CASE("a follow-up that nobody gets says why, and its resolution shows none") {
  Story skipped(resolutions_kind());
  skipped.then(asserted()).then(scheduled(90));
  skipped.then(FollowUpSkipped{kFollowUp, kTicket, "no_way_to_reach"});
  CHECK(followup(skipped).reason == Clear("no_way_to_reach"));
  CHECK(about(skipped).followup_cancelled_at == Story::at(2));
  Story missed(resolutions_kind());
  missed.then(asserted()).then(scheduled(90)).then(FollowUpMissed{kFollowUp, kTicket, 99});
  CHECK(followup(missed).status == FollowUpStatus::missed);
  CHECK(followup(missed).late_s == 99);
  Story cancelled(resolutions_kind());
  cancelled.then(asserted()).then(scheduled(90));
  cancelled.then(FollowUpCancelled{kFollowUp, kTicket, "reopened"});
  CHECK(followup(cancelled).reason == Clear("reopened"));
}

TEST_CASE("the stars before an answer that was taken back count again") {
  Story story(resolutions_kind());
  story.then(asserted()).then(answer("fbk_1", FeedbackKind::csat, 2));
  story.then(answer("fbk_2", FeedbackKind::csat, 5)).then(answer("fbk_3", FeedbackKind::nps, 10));
  CHECK(about(story).score == 5);
  CHECK(about(story).answers.size() == 3);
  story.then(retracted("fbk_3"));
  CHECK(about(story).score == 5);
  story.then(retracted("fbk_2"));
  CHECK(about(story).score == 2);
  story.then(retracted("fbk_1"));
  CHECK(!about(story).score);
  CHECK(about(story).answers.at(0).retracted);
}

TEST_CASE("promoters, detractors and thumbs are counted apart from stars") {
  Story story(resolution_analytics_kind());
  story.then(asserted()).then(answer("fbk_1", FeedbackKind::nps, 9));
  story.then(answer("fbk_2", FeedbackKind::nps, 7)).then(answer("fbk_3", FeedbackKind::nps, 0));
  story.then(answer("fbk_4", FeedbackKind::thumb, 1));
  CHECK(all(story).nps_answers == 3);
  CHECK(all(story).nps_promoters == 1);
  CHECK(all(story).nps_detractors == 1);
  CHECK(all(story).thumbs_up == 1);
  CHECK(all(story).csat_answers == 0);
  CHECK(all(story).scores == 0);
  story.then(retracted("fbk_3")).then(retracted("fbk_4"));
  CHECK(all(story).nps_answers == 2);
  CHECK(all(story).nps_detractors == 0);
  CHECK(all(story).thumbs == 0);
}

TEST_CASE("a solution is verified when it held for a week, and never because nobody answered") {
  Story story(resolution_analytics_kind());
  ResolutionAsserted first = asserted();
  first.provenance.occurred_at = Story::at(0);
  story.then(first).then(ResolutionConfirmed{kResolution, kTicket, "form", {}});
  TicketReopened late{kTicket, kResolution, "customer", {}, {}};
  late.provenance.occurred_at = Story::at(0) + std::chrono::days(8);
  story.then(late);
  CHECK(all(story).verified == 1);
  CHECK(all(story).failed == 1);
  late.provenance.occurred_at = Story::at(0) + std::chrono::days(6);
  story.then(late);
  CHECK(all(story).verified == 0);
  Story silent(resolution_analytics_kind());
  silent.then(asserted()).then(ResolutionAssumed{kResolution, kTicket, 604'800});
  CHECK(all(silent).assumed == 1);
  CHECK(all(silent).verified == 0);
  CHECK(all(silent).successful == 0);
}

TEST_CASE("a ticket shows its clocks, and what became of them is counted") {
  Story story(tickets_kind());
  story.then(opened());
  CHECK(!story.row<TicketRow>("ticket/tkt_1").sla);
  SlaApplied applied;
  applied.ticket = kTicket;
  applied.policy = "pol_test@1";
  applied.rule = "others";
  applied.clocks = {{SlaClockName::first_response, 60, Story::at(1), Story::at(61)},
                    {SlaClockName::resolution, 600, Story::at(1), Story::at(601)}};
  story.then(applied);
  story.then(SlaBreached{kTicket, "first_response", Story::at(61), {}, false});
  story.then(SlaMet{kTicket, SlaClockName::first_response, -5'000});
  story.then(SlaPaused{kTicket, SlaClockName::resolution, "pending", 500'000});
  const TicketRow row = story.row<TicketRow>("ticket/tkt_1");
  REQUIRE(row.sla);
  CHECK(row.sla->at(0).status == SlaStatus::met);
  CHECK(row.sla->at(0).breached);
  CHECK(row.sla->at(1).status == SlaStatus::paused);
  CHECK(row.sla->at(1).left_ms == 500'000);
  CHECK(row.sla_breaches == 1);
  const SlaCounts counted = story.row<SlaCounts>("sla/first_response");
  CHECK(counted.started == 1);
  CHECK(counted.met_late == 1);
  CHECK(counted.breached == 1);
}

TEST_CASE("an imported breach is no clock of ours") {
  Story story(tickets_kind());
  SlaBreached breached{kTicket, "resolution", {}, {}, {}};
  breached.provenance.imported = true;
  story.then(opened()).then(breached);
  CHECK(!story.row<TicketRow>("ticket/tkt_1").sla);
  CHECK(story.row<TicketRow>("ticket/tkt_1").sla_breaches == 1);
  CHECK(!story.has("sla/resolution"));
}

TEST_CASE("a ticket and the one that follows it name each other") {
  Story story(tickets_kind());
  TicketOpened next = opened("tkt_2", 2);
  next.follows = kTicket;
  story.then(opened()).then(next);
  CHECK(story.row<TicketRow>("ticket/tkt_1").followed_by == TicketId("tkt_2"));
  CHECK(story.row<TicketRow>("ticket/tkt_2").follows == kTicket);
}
