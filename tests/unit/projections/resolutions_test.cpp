#include "projections/resolutions.h"

#include "projections/resolution_analytics.h"
#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

FeedbackSubmitted feedback(std::int64_t score, std::string channel = "form") {
  FeedbackSubmitted data;
  data.feedback = FeedbackId("fbk_1");
  data.ticket = kTicket;
  data.resolution = kResolution;
  data.score = score;
  data.channel = std::move(channel);
  return data;
}

ResolutionConfirmed confirmed(std::string resolution = "res_1") {
  ResolutionConfirmed data;
  data.resolution = ResolutionId(std::move(resolution));
  data.ticket = kTicket;
  return data;
}

ResolutionRow resolution(Story& story) { return story.row<ResolutionRow>("ticket/tkt_1/res_1"); }
ResolutionCounts counts(Story& story, const std::string& key = "all") {
  return story.row<ResolutionCounts>("counts/" + key);
}

}  // namespace

TEST_CASE("a resolution knows its action's type, and is counted under it") {
  Story story(resolutions_kind());
  story.then(asserted("res_1", "act_1"));
  CHECK(resolution(story).action == kAction);
  CHECK(resolution(story).action_type == Clear("process_refund"));
  CHECK(story.row<TicketId>("id/res_1") == kTicket);
  CHECK(story.row<ResolutionId>("newest/tkt_1") == kResolution);
  Story figures(resolution_analytics_kind());
  figures.then(asserted("res_1", "act_1"));
  CHECK(counts(figures, "type/process_refund").total == 1);
  CHECK(!figures.has("counts/type/reset_password"));
}

TEST_CASE("several resolutions of a ticket are kept, and a reopening is of the newest") {
  Story story(resolutions_kind());
  story.then(asserted("res_0", "")).then(asserted("res_1", ""));
  story.then(TicketReopened{kTicket, {}, "customer", seal_text("still broken", {})});
  CHECK(resolution(story).reopened);
  CHECK(resolution(story).reopened_at == Story::at(2));
  CHECK(resolution(story).reopened_reason == SealedRef{2, 0, Hash{}});
  CHECK(!story.row<ResolutionRow>("ticket/tkt_1/res_0").reopened);
  story.then(TicketReopened{kTicket, ResolutionId("res_0"), "customer"});
  CHECK(story.row<ResolutionRow>("ticket/tkt_1/res_0").reopened);
}

TEST_CASE("reopening a ticket that was never resolved changes nothing") {
  Story story(resolutions_kind());
  story.then(TicketReopened{kTicket, {}, "customer"});
  CHECK(story.rows().empty());
}

TEST_CASE("the customer's word, score and follow-up stand with the resolution") {
  Story story(resolutions_kind());
  FollowUpScheduled scheduled{FollowUpId("fup_1"), kTicket, kResolution, {},
                              Story::at(90),       "email"};
  FeedbackSubmitted answer = feedback(5);
  answer.comment = seal_text("thanks", {});
  story.then(asserted("res_1", "")).then(scheduled).then(answer).then(confirmed());
  ResolutionRow row = resolution(story);
  CHECK(row.followup == FollowUpId("fup_1"));
  CHECK(row.followup_due_at == Story::at(90));
  CHECK(row.score == 5);
  CHECK(row.score_source == Clear("form"));
  CHECK(row.feedback_text == SealedRef{2, 0, Hash{}});
  CHECK(row.response_received_at == Story::at(2));
  CHECK(row.confirmed == true);
  story.then(FollowUpCancelled{FollowUpId("fup_1"), kTicket, "confirmed"});
  CHECK(resolution(story).followup_cancelled_at == Story::at(4));
  ResolutionContradicted contradicted;
  contradicted.resolution = kResolution;
  contradicted.ticket = kTicket;
  story.then(contradicted);
  CHECK(resolution(story).confirmed == false);
}

TEST_CASE("undoing the action behind a resolution voids it") {
  Story story(resolutions_kind());
  story.then(asserted()).then(ResolutionVoided{kResolution, kTicket, RollbackId("rbk_1")});
  CHECK(resolution(story).voided);
}

TEST_CASE("a confirmed or well scored resolution is successful until it is reopened or voided") {
  Story story(resolution_analytics_kind());
  story.then(proposed()).then(asserted());
  CHECK(counts(story).total == 1);
  CHECK(counts(story).autonomous == 1);
  CHECK(counts(story).pending == 1);
  story.then(feedback(4));
  CHECK(counts(story).successful == 1);
  CHECK(counts(story).pending == 0);
  story.then(confirmed());
  CHECK(counts(story).successful == 1);
  CHECK(counts(story).verified == 1);
  story.then(TicketReopened{kTicket, {}, "customer"});
  const ResolutionCounts all = counts(story);
  CHECK(all.successful == 0);
  CHECK(all.verified == 0);
  CHECK(all.failed == 1);
  CHECK(all.reopened == 1);
  CHECK(all.confirmed == 1);
  CHECK(counts(story, "type/process_refund").failed == 1);
  story.then(ResolutionVoided{kResolution, kTicket, RollbackId("rbk_1")});
  CHECK(counts(story).failed == 1);
  CHECK(counts(story).voided == 1);
}

TEST_CASE(
    "button scores count as scores but not as satisfaction, and a new score replaces the old") {
  Story story(resolution_analytics_kind());
  story.then(asserted("res_1", "")).then(feedback(5, "button"));
  CHECK(counts(story).scores == 1);
  CHECK(counts(story).score_sum == 5);
  CHECK(counts(story).csat_answers == 0);
  story.then(feedback(2));
  CHECK(counts(story).scores == 1);
  CHECK(counts(story).score_sum == 2);
  CHECK(counts(story).csat_answers == 1);
  CHECK(counts(story).csat_satisfied == 0);
}

TEST_CASE("feedback about nothing that was resolved is not counted") {
  Story story(resolution_analytics_kind());
  story.then(feedback(5)).then(confirmed("res_9"));
  CHECK(story.rows().empty());
}
