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

}  // namespace
}  // namespace recourse
