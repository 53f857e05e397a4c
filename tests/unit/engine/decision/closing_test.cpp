#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

struct Closing : Story {
  void obey(const ClosingRule& rule) {
    Policy policy = default_policy();
    policy.closing = rule;
    given(kSystem, ActivatePolicy{"pol_test@1", policy_json(policy)});
  }
  TicketId resolved() {
    const TicketId ticket = open_ticket();
    proposed(ticket, "AUTO_RESOLVE");
    return ticket;
  }
  TicketId closed() {
    const TicketId ticket = resolved();
    now += 7 * 24h;
    fire_due();
    REQUIRE(this->ticket(ticket).status == TicketStatus::closed);
    return ticket;
  }
  SubmitFeedback says(const TicketId& ticket, bool works) const {
    SubmitFeedback command;
    command.ticket = ticket;
    command.confirmed = works;
    return command;
  }
};

TEST_CASE_FIXTURE(Closing, "a week after it was resolved a ticket closes, which confirms nothing") {
  const TicketId ticket = resolved();
  const ResolutionId resolution = *this->ticket(ticket).last_resolution;
  now += 7 * 24h - 1s;
  fire_due();
  CHECK(this->ticket(ticket).status == TicketStatus::resolved);
  now += 1s;
  fire_due();
  then({"resolution.assumed", "ticket.status_changed"});
  CHECK(event<ResolutionAssumed>().after_s == 7 * 86'400);
  CHECK(event<TicketStatusChanged>().reason_code == Clear("assumed"));
  CHECK(this->ticket(ticket).status == TicketStatus::closed);
  const ResolutionState& row = memory.resolutions.rows.at(resolution);
  CHECK(row.assumed);
  CHECK_FALSE(row.confirmed);
  CHECK(memory.timers.rows.empty());
}

TEST_CASE_FIXTURE(Closing, "what the customer confirmed closes without an assumption") {
  const TicketId ticket = resolved();
  given(kCustomer, says(ticket, true));
  now += 7 * 24h;
  fire_due();
  then({"ticket.status_changed"});
  CHECK(this->ticket(ticket).status == TicketStatus::closed);
}

TEST_CASE_FIXTURE(Closing,
                  "a ticket that is opened again does not close, and a new solution starts anew") {
  const TicketId ticket = resolved();
  now += 6 * 24h;
  fire_due();
  given(kCustomer, says(ticket, false));
  CHECK_FALSE(has_timer(TimerKind::closing, ticket.value()));
  now += 24h;
  set_status(ticket, TicketStatus::resolved);
  CHECK(memory.timers.rows.at(timer_key(TimerKind::closing, ticket.value())).due_at ==
        now + 7 * 24h);
}

TEST_CASE_FIXTURE(Closing, "a rollback of the solution stops the closing") {
  const TicketId ticket = open_ticket();
  const ActionId action = proposed(ticket, "AUTO_RESOLVE");
  roll_back(action);
  REQUIRE(this->ticket(ticket).status != TicketStatus::resolved);
  CHECK(memory.timers.rows.empty());
}

TEST_CASE_FIXTURE(Closing, "the policy says when, or never") {
  ClosingRule rule;
  rule.after_s = 3'600;
  obey(rule);
  const TicketId ticket = resolved();
  now += 1h;
  fire_due();
  CHECK(this->ticket(ticket).status == TicketStatus::closed);
  // The question was not asked yet, and nobody asks about what is closed.
  CHECK(event<FollowUpCancelled>().cause == Clear("closed"));
  rule.enabled = false;
  Policy policy = default_policy();
  policy.closing = rule;
  given(kSystem, ActivatePolicy{"pol_test@2", policy_json(policy)});
  CHECK_FALSE(has_timer(TimerKind::closing, resolved().value()));
}

TEST_CASE_FIXTURE(Closing, "nobody closes by a timer what is not resolved any more, or too early") {
  const TicketId ticket = open_ticket();
  when(kSystem, CloseResolved{ticket}).then_refused(ErrorCode::conflict);
  when(kAdmin, CloseResolved{ticket}).then_refused(ErrorCode::forbidden);
}

TEST_CASE_FIXTURE(Closing, "within a week after closing a message of the customer opens it again") {
  const TicketId ticket = closed();
  now += 6 * 24h;
  customer_writes(ticket);
  then({"ticket.reopened", "ticket.status_changed", "message.received"});
  CHECK(event<TicketReopened>().reason_code == Clear("customer_replied"));
  CHECK(this->ticket(ticket).status == TicketStatus::open);
}

TEST_CASE_FIXTURE(Closing,
                  "later a message opens a ticket that follows, and the next one goes there too") {
  const TicketId ticket = closed();
  now += 8 * 24h;
  customer_writes(ticket);
  then({"ticket.opened", "message.received"});
  const TicketId following = event<TicketOpened>().ticket;
  CHECK(event<TicketOpened>().follows == ticket);
  CHECK(event<MessageReceived>().ticket == following);
  CHECK(this->ticket(following).requester == this->ticket(ticket).requester);
  CHECK(this->ticket(following).number > this->ticket(ticket).number);
  CHECK(this->ticket(ticket).status == TicketStatus::closed);
  customer_writes(ticket).then({"message.received"});
  CHECK(event<MessageReceived>().ticket == following);
}

TEST_CASE_FIXTURE(Closing, "later nobody reopens it, and a no opens a ticket that follows") {
  const TicketId ticket = closed();
  now += 8 * 24h;
  when(kPerson, ReopenTicket{ticket, "manual", {}, {}}).then_refused(ErrorCode::conflict);
  given(kCustomer, says(ticket, false));
  CHECK(event<TicketOpened>().follows == ticket);
  CHECK_FALSE(has<TicketReopened>());
  CHECK(this->ticket(ticket).status == TicketStatus::closed);
}

}  // namespace
}  // namespace recourse
