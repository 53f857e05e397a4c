#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

SubmitFeedback answer(const TicketId& ticket, std::optional<bool> confirmed,
                      std::optional<std::int64_t> score = std::nullopt) {
  SubmitFeedback command;
  command.ticket = ticket;
  command.confirmed = confirmed;
  command.score = score;
  return command;
}

TEST_CASE("a yes confirms the newest resolution and nobody asks again") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.proposed(ticket, "AUTO_RESOLVE");
  story.when(kCustomer, answer(ticket, true, 5));
  story.then({"feedback.submitted", "resolution.confirmed", "followup.cancelled"});
  CHECK(story.event<FeedbackSubmitted>().score == 5);
  CHECK(story.ticket(ticket).status == TicketStatus::resolved);
}

TEST_CASE("a no contradicts the resolution and reopens the ticket") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.proposed(ticket, "AUTO_RESOLVE");
  story.when(kCustomer, answer(ticket, false, 1));
  story.then({"feedback.submitted", "resolution.contradicted", "ticket.reopened",
              "ticket.status_changed", "followup.cancelled"});
  CHECK(story.ticket(ticket).status == TicketStatus::open);
  CHECK(story.ticket(ticket).open_resolutions.empty());
  CHECK(story.event<TicketReopened>().resolution == story.ticket(ticket).last_resolution);
}

TEST_CASE("partly fixed is a no of its own kind") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.proposed(ticket, "AUTO_RESOLVE");
  SubmitFeedback partly = answer(ticket, false, 3);
  partly.partial = true;
  story.given(kCustomer, partly);
  CHECK(story.event<ResolutionContradicted>().partial);
  CHECK(story.event<TicketReopened>().reason_code == Clear("partially_fixed"));
  partly.confirmed = true;
  story.when(kCustomer, partly).then_refused(ErrorCode::invalid);
}

TEST_CASE("a ticket resolved again can be contradicted again") {
  Story story;
  const TicketId ticket = story.open_ticket();
  for (int round = 0; round < 3; ++round) {
    story.proposed(ticket, "AUTO_RESOLVE");
    story.given(kCustomer, answer(ticket, false));
    CHECK(story.ticket(ticket).status == TicketStatus::open);
  }
  CHECK(story.memory.resolutions.rows.size() == 3);
}

TEST_CASE("a score alone says nothing about the resolution") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.proposed(ticket, "AUTO_RESOLVE");
  story.when(kCustomer, answer(ticket, std::nullopt, 2)).then({"feedback.submitted"});
}

TEST_CASE("a no on a ticket without resolution is kept, and an open ticket is not reopened") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.when(kCustomer, answer(ticket, false)).then({"feedback.submitted"});
  CHECK(story.ticket(ticket).status == TicketStatus::new_);
}

TEST_CASE("feedback about what was rolled back changes nothing else") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.roll_back(story.proposed(ticket, "AUTO_RESOLVE"));
  story.when(kCustomer, answer(ticket, true)).then({"feedback.submitted"});
}

TEST_CASE("feedback that says nothing, or too much, is refused") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.when(kCustomer, answer(ticket, std::nullopt)).then_refused(ErrorCode::invalid);
  story.when(kCustomer, answer(ticket, true, 0)).then_refused(ErrorCode::invalid);
  story.when(kCustomer, answer(ticket, true, 6)).then_refused(ErrorCode::invalid);
  SubmitFeedback other = answer(ticket, true);
  other.resolution = ResolutionId("res_none");
  story.when(kCustomer, other).then_refused(ErrorCode::not_found);
}

SubmitFeedback scored(const TicketId& ticket, FeedbackKind kind,
                      std::optional<std::int64_t> score) {
  SubmitFeedback command = answer(ticket, std::nullopt, score);
  command.kind = kind;
  return command;
}

TEST_CASE("a score is within what its kind of question allows") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.proposed(ticket, "AUTO_RESOLVE");
  for (const std::int64_t good : {0, 6, 10})
    story.given(kCustomer, scored(ticket, FeedbackKind::nps, good));
  for (const std::int64_t good : {0, 1})
    story.given(kCustomer, scored(ticket, FeedbackKind::thumb, good));
  CHECK(story.event<FeedbackSubmitted>().kind == FeedbackKind::thumb);
  for (const std::int64_t wrong : {-1, 11})
    story.when(kCustomer, scored(ticket, FeedbackKind::nps, wrong))
        .then_refused(ErrorCode::invalid);
  story.when(kCustomer, scored(ticket, FeedbackKind::thumb, 2)).then_refused(ErrorCode::invalid);
  story.when(kCustomer, scored(ticket, FeedbackKind::csat, 6)).then_refused(ErrorCode::invalid);
  story.when(kCustomer, scored(ticket, FeedbackKind::csat, 0)).then_refused(ErrorCode::invalid);
  story.when(kCustomer, scored(ticket, FeedbackKind::nps, {})).then_refused(ErrorCode::invalid);
  story.when(kCustomer, scored(ticket, FeedbackKind::rubric, 3)).then_refused(ErrorCode::invalid);
}

TEST_CASE("an answer may be taken back once") {
  Story story;
  const TicketId ticket = story.open_ticket();
  story.proposed(ticket, "AUTO_RESOLVE");
  story.given(kCustomer, scored(ticket, FeedbackKind::nps, 2));
  const FeedbackId id = story.event<FeedbackSubmitted>().feedback;
  story.when(kPerson, RetractFeedback{id}).then({"feedback.retracted"});
  CHECK(story.event<FeedbackRetracted>().resolution == story.ticket(ticket).last_resolution);
  story.when(kPerson, RetractFeedback{id}).then_refused(ErrorCode::conflict);
  story.when(kPerson, RetractFeedback{FeedbackId("fbk_none")}).then_refused(ErrorCode::not_found);
  story.when(kAgent, RetractFeedback{id}).then_refused(ErrorCode::forbidden);
}

TEST_CASE("an nps of one is no dissatisfaction with the agent's work") {
  Story story;
  const TicketId ticket = story.open_ticket();
  const ActionId action = story.proposed(ticket, "AUTO_RESOLVE");
  story.given(kCustomer, scored(ticket, FeedbackKind::nps, 1));
  CHECK(story.action(action).mishaps.empty());
}

}  // namespace
}  // namespace recourse
