#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

/// A story under a policy that says `rule` about follow-ups.
struct FollowUps : Story {
  void obey(const FollowUpRule& rule) {
    Policy policy = default_policy();
    policy.followup = rule;
    activate(policy);
  }
  void activate(const Policy& policy) {
    const std::string name = "pol_test@" + std::to_string(++version_);
    given(kSystem, ActivatePolicy{name, policy_json(policy)});
  }

  TicketId reachable_ticket(const char* channel = "email") {
    OpenTicket open;
    open.requester = SubjectId("sub_customer");
    open.title = "VPN";
    open.channel = channel;
    open.customer_email = "jane@example.com";
    given(kPerson, open);
    return event<TicketOpened>().ticket;
  }
  /// A ticket that an agent has resolved; what it scheduled is `scheduled`.
  TicketId resolved(const char* channel = "email") {
    const TicketId ticket = reachable_ticket(channel);
    proposed(ticket, "AUTO_RESOLVE");
    scheduled = event<FollowUpScheduled>().followup;
    return ticket;
  }
  void wait(std::chrono::microseconds time) { now += time; }
  FollowUpStatus status() const { return followup(scheduled).status; }

  SubmitFeedback says(const TicketId& ticket, bool works) const {
    SubmitFeedback command;
    command.ticket = ticket;
    command.confirmed = works;
    return command;
  }

  /// The action that resolved the ticket.
  ActionId resolving(const TicketId& id) const {
    return *memory.resolutions.rows.at(*ticket(id).last_resolution).action;
  }

  FollowUpId scheduled;

 private:
  int version_ = 0;
};

TEST_CASE_FIXTURE(FollowUps,
                  "a day after an agent resolved the ticket the customer is asked, once") {
  const TicketId ticket = resolved();
  CHECK(followup(scheduled).due_at == now + 24h);
  wait(23h + 59min);
  CHECK(fire_due().empty());
  wait(1min);
  CHECK(fire_due().size() == 1);
  then({"followup.sent"});
  CHECK(event<FollowUpSent>().channel == Clear("email"));
  CHECK(event<FollowUpSent>().resolution == this->ticket(ticket).last_resolution);
  CHECK(event<FollowUpSent>().late_s == 0);
  CHECK(status() == FollowUpStatus::sent);
  when(kSystem, SendFollowUp{scheduled}).then_refused(ErrorCode::conflict);
  wait(24h);
  CHECK(fire_due().empty());
}

TEST_CASE_FIXTURE(FollowUps, "the delay is the policy's, and none means at once") {
  Policy policy = default_policy();
  policy.followup_after_s = 0;
  activate(policy);
  resolved();
  CHECK(fire_due().size() == 1);
  CHECK(status() == FollowUpStatus::sent);
}

TEST_CASE_FIXTURE(FollowUps,
                  "nobody is asked about what was reopened, undone, answered or closed") {
  const std::vector<std::pair<std::string, std::function<void(const TicketId&)>>> ends{
      {"reopened",
       [&](const TicketId& id) {
         given(kPerson, ReopenTicket{id, "wrong", {}, {}});
       }},
      {"reopened", [&](const TicketId& id) { given(kCustomer, says(id, false)); }},
      {"answered", [&](const TicketId& id) { given(kCustomer, says(id, true)); }},
      {"closed", [&](const TicketId& id) { set_status(id, TicketStatus::closed); }},
      {"rollback", [&](const TicketId& id) { roll_back(resolving(id)); }},
  };
  for (const auto& [cause, end] : ends) {
    CAPTURE(cause);
    const TicketId ticket = resolved();
    end(ticket);
    REQUIRE(has<FollowUpCancelled>());
    CHECK(event<FollowUpCancelled>().cause == Clear(cause));
    CHECK(status() == FollowUpStatus::cancelled);
    CHECK_FALSE(has_timer(TimerKind::followup, scheduled.value()));
  }
}

TEST_CASE_FIXTURE(FollowUps, "what falls into quiet hours waits for their end") {
  FollowUpRule rule;
  rule.quiet_from = "21:00";
  rule.quiet_to = "08:00";
  rule.zone = "Europe/Rome";
  obey(rule);
  now = *from_rfc3339("2026-01-05T22:30:00Z");
  resolved();
  CHECK(followup(scheduled).due_at == *from_rfc3339("2026-01-07T07:00:00Z"));
  now = *from_rfc3339("2026-07-06T06:30:00Z");
  resolved();
  CHECK(followup(scheduled).due_at == now + 24h);
}

TEST_CASE_FIXTURE(FollowUps,
                  "after a standstill nothing is sent at night, and nothing that is too late") {
  FollowUpRule rule;
  rule.quiet_from = "21:00";
  rule.quiet_to = "08:00";
  rule.max_late_s = 20 * 3600;
  obey(rule);
  now = *from_rfc3339("2026-01-05T18:00:00Z");
  resolved();
  const FollowUpId first = scheduled;
  now = *from_rfc3339("2026-01-07T02:00:00Z");
  CHECK(fire_due().size() == 1);
  then({"followup.postponed"});
  CHECK(event<FollowUpPostponed>().cause == Clear("quiet_hours"));
  CHECK(followup(first).due_at == *from_rfc3339("2026-01-07T08:00:00Z"));
  now = *from_rfc3339("2026-01-07T08:00:01Z");
  fire_due();
  then({"followup.sent"});
  CHECK(event<FollowUpSent>().late_s == 14 * 3600 + 1);
  resolved();
  now += 24h + 20h + 1s;
  fire_due();
  then({"followup.missed"});
  CHECK(event<FollowUpMissed>().late_s == 20 * 3600 + 1);
  CHECK(status() == FollowUpStatus::missed);
}

TEST_CASE_FIXTURE(FollowUps, "nobody is written to whom nothing reaches") {
  const TicketId ticket = open_ticket();
  proposed(ticket, "AUTO_RESOLVE");
  wait(24h);
  fire_due();
  then({"followup.skipped"});
  CHECK(event<FollowUpSkipped>().reason_code == Clear("no_way_to_reach"));
}

TEST_CASE_FIXTURE(FollowUps,
                  "a conversation is gone on with, and mail is the way where there is none") {
  resolved("slack");
  wait(24h);
  fire_due();
  CHECK(event<FollowUpSent>().channel == Clear("slack"));
  resolved("api");
  wait(24h);
  fire_due();
  CHECK(event<FollowUpSent>().channel == Clear("email"));
  FollowUpRule rule;
  rule.channel = "whatsapp";
  obey(rule);
  resolved("email");
  wait(24h);
  fire_due();
  CHECK(event<FollowUpSent>().channel == Clear("email"));
  rule.channel = "portal";
  obey(rule);
  resolved("email");
  wait(24h);
  fire_due();
  CHECK(event<FollowUpSent>().channel == Clear("portal"));
}

TEST_CASE_FIXTURE(FollowUps,
                  "the kill switch holds questions back, and what it holds for long is missed") {
  resolved();
  given(kManager, EngageKillswitch{"tenant", {}});
  wait(24h);
  for (int hour = 0; hour < 3; ++hour) {
    fire_due();
    then({"followup.postponed"});
    wait(1h);
  }
  wait(30h);
  fire_due();
  then({"followup.missed"});
}

TEST_CASE_FIXTURE(FollowUps,
                  "where the policy wants it nobody is asked, or those of people as well") {
  FollowUpRule rule;
  rule.enabled = false;
  obey(rule);
  proposed(reachable_ticket(), "AUTO_RESOLVE");
  CHECK_FALSE(has<FollowUpScheduled>());
  const TicketId by_hand = reachable_ticket();
  set_status(by_hand, TicketStatus::resolved);
  CHECK_FALSE(has<FollowUpScheduled>());
  rule.enabled = rule.after_people = true;
  obey(rule);
  set_status(reachable_ticket(), TicketStatus::resolved);
  CHECK(has<FollowUpScheduled>());
}

TEST_CASE_FIXTURE(FollowUps,
                  "somebody may ask at once, in place of what was planned, and only once") {
  const TicketId ticket = resolved();
  const FollowUpId planned = scheduled;
  when(kPerson, RequestFollowUp{ticket, {}, {}});
  then({"followup.cancelled", "followup.scheduled"});
  CHECK(event<FollowUpCancelled>().followup == planned);
  CHECK(fire_due().size() == 1);
  then({"followup.sent"});
  when(kPerson, RequestFollowUp{ticket, {}, {}}).then_refused(ErrorCode::conflict);
  given(kCustomer, says(ticket, true));
  when(kPerson, RequestFollowUp{ticket, {}, {}}).then_refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(FollowUps, "a follow-up in the past, too far away or about nothing is refused") {
  const TicketId ticket = resolved();
  when(kPerson, RequestFollowUp{ticket, now - 1s, {}}).then_refused(ErrorCode::invalid);
  when(kPerson, RequestFollowUp{ticket, now + 367 * 24h, {}}).then_refused(ErrorCode::invalid);
  when(kPerson, RequestFollowUp{ticket, {}, "a@b"}).then_refused(ErrorCode::invalid);
  when(kPerson, RequestFollowUp{reachable_ticket(), {}, {}}).then_refused(ErrorCode::conflict);
  when(kPerson, RequestFollowUp{TicketId("tkt_none"), {}, {}}).then_refused(ErrorCode::not_found);
  when(kAgent, RequestFollowUp{ticket, {}, {}}).then_refused(ErrorCode::forbidden);
}

TEST_CASE_FIXTURE(FollowUps, "an agent's own follow-up does not make the customer be asked twice") {
  const TicketId ticket = resolved();
  const ActionId action = proposed(ticket, "SCHEDULE_FOLLOWUP", R"({"delay_hours":48})");
  CHECK(event<FollowUpScheduled>().action == action);
  wait(24h);
  fire_due();
  then({"followup.sent"});
  wait(24h);
  fire_due();
  then({"followup.skipped"});
  CHECK(event<FollowUpSkipped>().reason_code == Clear("already_asked"));
}

TEST_CASE_FIXTURE(FollowUps, "a follow-up that waits may be cancelled, another may not") {
  resolved();
  given(kPerson, CancelFollowUp{scheduled});
  then({"followup.cancelled"});
  when(kPerson, CancelFollowUp{scheduled}).then_refused(ErrorCode::conflict);
  when(kPerson, CancelFollowUp{FollowUpId("fup_none")}).then_refused(ErrorCode::not_found);
  wait(25h);
  CHECK(fire_due().empty());
}

// ---- Answers -----------------------------------------------------------------------------------

TEST_CASE_FIXTURE(FollowUps, "the button that it works confirms, with five stars of a button") {
  const TicketId ticket = resolved();
  wait(24h);
  fire_due();
  when(kCustomer, AnswerFollowUp{scheduled, FollowUpAnswer::confirm, {}});
  then({"feedback.submitted", "followup.answered", "resolution.confirmed"});
  CHECK(event<FeedbackSubmitted>().score == 5);
  CHECK(event<FeedbackSubmitted>().channel == Clear("button"));
  CHECK(status() == FollowUpStatus::answered);
  CHECK(this->ticket(ticket).status == TicketStatus::resolved);
  when(kCustomer, AnswerFollowUp{scheduled, FollowUpAnswer::reject, {}})
      .then_refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(FollowUps, "the button that it is still broken reopens the ticket for a person") {
  const TicketId ticket = resolved();
  wait(24h);
  fire_due();
  when(kCustomer, AnswerFollowUp{scheduled, FollowUpAnswer::reject, {}});
  then({"feedback.submitted", "followup.answered", "resolution.contradicted", "ticket.reopened",
        "ticket.status_changed", "ticket.escalated"});
  CHECK(event<FeedbackSubmitted>().score == 1);
  CHECK(event<FollowUpAnswered>().answer == FollowUpAnswer::reject);
  CHECK(this->ticket(ticket).handler == TicketHandler::human);
  CHECK(this->ticket(ticket).status == TicketStatus::open);
}

TEST_CASE_FIXTURE(FollowUps,
                  "the button that it is fixed in part reopens the ticket for the agent") {
  const TicketId ticket = resolved();
  wait(24h);
  fire_due();
  given(kCustomer, AnswerFollowUp{scheduled, FollowUpAnswer::partial, {}});
  CHECK(event<FeedbackSubmitted>().score == 3);
  CHECK(event<ResolutionContradicted>().partial);
  CHECK_FALSE(has<TicketEscalated>());
  CHECK(this->ticket(ticket).status == TicketStatus::open);
}

TEST_CASE_FIXTURE(FollowUps,
                  "an answer by the form is an answer to the follow-up, without a person") {
  const TicketId ticket = resolved();
  wait(24h);
  fire_due();
  given(kCustomer, says(ticket, false));
  CHECK(event<FollowUpAnswered>().answer == FollowUpAnswer::reject);
  CHECK_FALSE(has<TicketEscalated>());
}

TEST_CASE_FIXTURE(FollowUps,
                  "what was never sent, or is about an older solution, is not answered") {
  const TicketId ticket = resolved();
  when(kCustomer, AnswerFollowUp{scheduled, FollowUpAnswer::confirm, {}})
      .then_refused(ErrorCode::conflict);
  wait(24h);
  fire_due();
  given(kPerson, ReopenTicket{ticket, "manual", {}, {}});
  set_status(ticket, TicketStatus::resolved);
  when(kCustomer, AnswerFollowUp{scheduled, FollowUpAnswer::confirm, {}})
      .then_refused(ErrorCode::conflict);
  when(kCustomer, AnswerFollowUp{FollowUpId("fup_none"), FollowUpAnswer::confirm, {}})
      .then_refused(ErrorCode::not_found);
}

}  // namespace
}  // namespace recourse
