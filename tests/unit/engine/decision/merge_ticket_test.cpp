#include "tests/unit/engine/decision/rollback_story.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

class Twice : public RollbackStory {
 public:
  TicketId ticket = open_ticket(), into = open_ticket();

  Story& merge(const TicketId& from, const TicketId& to, const Principal& by = kPerson) {
    return when(by, MergeTicket{from, to, {}, {}});
  }
  TicketId of_another_customer() {
    OpenTicket open;
    open.requester = SubjectId("sub_other");
    given(kPerson, open);
    return event<TicketOpened>().ticket;
  }
  std::string why() const { return error() ? error()->message : ""; }
};

TEST_CASE_FIXTURE(Twice, "what waits on a merged ticket is taken back, and its timers with it") {
  const ActionId asked = proposed(ticket, "process_refund", R"({"amount":10,"order_id":"O"})");
  const ActionId held = proposed(ticket, "process_refund", R"({"amount":7,"order_id":"P"})");
  vote(kManager, event<ApprovalRequested>().approval);
  const ActionId allowed = proposed(ticket, "check_order_status", R"({"order_id":"O"})");
  REQUIRE(action(held).status == ActionStatus::held);
  CHECK(Story::ticket(ticket).waiting == std::vector{asked, held, allowed});
  merge(ticket, into);
  CHECK(action(asked).status == ActionStatus::staled);
  CHECK(action(held).status == ActionStatus::recalled);
  CHECK(action(allowed).status == ActionStatus::recalled);
  CHECK(approval(*action(asked).approval).status == ApprovalStatus::staled);
  CHECK(approval(*action(held).approval).status == ApprovalStatus::staled);
  CHECK(Story::ticket(ticket).waiting.empty());
  CHECK(Story::ticket(ticket).automation == Automation::active);
  CHECK(memory.timers.rows.empty());
}

TEST_CASE_FIXTURE(Twice, "a merged ticket is not asked about, closed or held to its clocks") {
  Policy promised = default_policy();
  promised.sla = {SlaRule{.rule = "all", .first_response_s = 3600, .resolution_s = 7200}};
  given(kSystem, ActivatePolicy{"pol_promised@1", policy_json(promised)});
  const TicketId late = open_ticket();
  REQUIRE(has_timer(TimerKind::sla, late.value() + "/resolution"));
  merge(late, into);
  CHECK(count("sla.waived") == 2);
  CHECK(event<SlaWaived>().cause == Clear("merged"));
  const ActionId solution = proposed(ticket, "AUTO_RESOLVE");
  const FollowUpId followup = event<FollowUpScheduled>().followup;
  merge(ticket, into);
  CHECK(Story::followup(followup).status == FollowUpStatus::cancelled);
  CHECK(event<FollowUpCancelled>().cause == Clear("merged"));
  CHECK(memory.timers.rows.empty());
  now += 30 * 24h;
  CHECK(fire_due().empty());
}

TEST_CASE_FIXTURE(Twice, "a merged ticket does nothing any more, and says where it goes on") {
  const TicketId last = open_ticket();
  given(kPerson, MergeTicket{ticket, into, {}, {}});
  given(kPerson, MergeTicket{into, last, {}, {}});
  SubmitFeedback feedback;
  feedback.ticket = ticket;
  feedback.score = 5;
  ProposeAction propose;
  propose.ticket = ticket;
  propose.type = "AUTO_RESOLVE";
  const Command commands[] = {AddMessage{ticket, MessageFrom::customer, "api", "still broken"},
                              AddMessage{ticket, MessageFrom::note, "api", "by the way"},
                              AssignTicket{ticket, {}, "Network", {}},
                              EscalateTicket{ticket, "difficult", {}, {}, {}, {}},
                              SetTicketStatus{ticket, TicketStatus::open, {}, {}},
                              ReopenTicket{ticket, "not_fixed", {}, {}},
                              MergeTicket{ticket, last, {}, {}},
                              HandBackTicket{ticket, TicketHandler::agent, {}, {}},
                              SwitchAutomation{ticket, false, "why not", {}},
                              RequestFollowUp{ticket, {}, {}},
                              feedback,
                              propose};
  for (const Command& command : commands) {
    INFO(name(command));
    when(kPerson, command).then_refused(ErrorCode::conflict);
    CHECK(why() == "the ticket was merged into " + last.value());
  }
}

TEST_CASE_FIXTURE(Twice, "a ticket is merged by people, and not into just any other") {
  merge(ticket, into, kAgent).then_refused(ErrorCode::forbidden);
  merge(ticket, into, kSystem).then_refused(ErrorCode::forbidden);
  merge(ticket, ticket).then_refused(ErrorCode::invalid);
  merge(ticket, TicketId("tkt_none")).then_refused(ErrorCode::not_found);
  const TicketId closed = open_ticket();
  set_status(closed, TicketStatus::closed);
  merge(ticket, closed).then_refused(ErrorCode::conflict);
  merge(closed, ticket).then_refused(ErrorCode::conflict);
  when(kPerson, MergeTicket{ticket, into, {}, 7}).then_refused(ErrorCode::version_conflict);
  merge(ticket, into);
  merge(into, ticket).then_refused(ErrorCode::conflict);
  CHECK(why() == "into: the ticket was merged into " + into.value());
}

TEST_CASE_FIXTURE(Twice, "tickets of two customers are merged by who answers for it") {
  const TicketId other = of_another_customer();
  merge(ticket, other).then_refused(ErrorCode::forbidden);
  merge(ticket, other, kManager);
  CHECK(Story::ticket(ticket).merged_into == other);
}

TEST_CASE_FIXTURE(Twice, "while something of a ticket is being undone it is not merged") {
  const ActionId id = reset(ticket);
  roll_back(id);
  const RollbackId rollback = this->rollback();
  vote(kSecond, event<ApprovalRequested>().approval);
  merge(ticket, into).then_refused(ErrorCode::conflict);
  CHECK(why().starts_with(rollback.value()));
  merge(into, ticket).then_refused(ErrorCode::conflict);
  lease_step(rollback, 0);
  report_step(rollback, 0, EffectOutcome::succeeded);
  merge(ticket, into);
  CHECK_FALSE(refused());
}

TEST_CASE_FIXTURE(Twice, "in bulk a ticket waits only while a step of its own is under way") {
  const ActionId here = reset(ticket), there = reset(into);
  RollBack bulk;
  bulk.bulk.emplace().type = "reset_password";
  bulk.found = {here, there};
  given(kManager, bulk);
  const RollbackId rollback = this->rollback();
  vote(kSecond, event<ApprovalRequested>().approval);
  const std::int64_t mine = step(rollback, 0).plan.ticket == ticket ? 0 : 1;
  lease_step(rollback, mine);
  merge(ticket, into).then_refused(ErrorCode::conflict);
  report_step(rollback, mine, EffectOutcome::succeeded);
  merge(ticket, into);
  CHECK_FALSE(refused());
}

TEST_CASE_FIXTURE(Twice, "a plan that would write a ticket is overtaken by its merging") {
  const ActionId id =
      proposed(ticket, "ASSIGN_TO_TEAM", R"({"assignee":"usr_bo","team":"Network"})", 990'000);
  RollBack plan;
  plan.action = id;
  plan.plan_only = true;
  given(kManager, plan);
  const RollbackId rollback = this->rollback();
  merge(ticket, into);
  CHECK(state(rollback).status == RollbackStatus::staled);
}

TEST_CASE_FIXTURE(Twice,
                  "a message to a ticket that goes on in a merged one is told where that is") {
  set_status(ticket, TicketStatus::closed);
  now += 30 * 24h;
  customer_writes(ticket);
  const TicketId following = event<TicketOpened>().ticket;
  merge(following, into);
  customer_writes(ticket).then_refused(ErrorCode::conflict);
  CHECK(why() == "the ticket was merged into " + into.value());
}

TEST_CASE_FIXTURE(Twice, "an effect that was sent before is reported, and undone, where it was") {
  const ActionId id = proposed(ticket, "process_refund", R"({"amount":10,"order_id":"O"})");
  vote(kManager, event<ApprovalRequested>().approval);
  lease(id);
  merge(ticket, into);
  report(id, EffectOutcome::succeeded);
  CHECK(action(id).status == ActionStatus::succeeded);
  roll_back(id);
  CHECK_FALSE(refused());
}

// ---- Automation that a person switches off ------------------------------------------------------

TEST_CASE_FIXTURE(Twice, "what agents have waiting is taken back when automation is switched off") {
  const ActionId by_agent = proposed(ticket, "process_refund", R"({"amount":10,"order_id":"O"})");
  vote(kManager, event<ApprovalRequested>().approval);
  ProposeAction own;
  own.ticket = ticket;
  own.type = "process_refund";
  own.args_json = R"({"amount":7,"order_id":"P"})";
  own.confidence_ppm = 990'000;
  given(kPerson, own);
  const ActionId by_person = event<ActionProposed>().action;
  given(kPerson, SwitchAutomation{ticket, false, "I take over", {}});
  CHECK(action(by_agent).status == ActionStatus::recalled);
  CHECK(action(by_person).status == ActionStatus::awaiting_approval);
  given(kPerson, SwitchAutomation{ticket, true, "go on", {}});
  CHECK(Story::ticket(ticket).automation == Automation::awaiting_approval);
}

TEST_CASE_FIXTURE(Twice, "people go on with a ticket whose automation is off") {
  given(kPerson, SwitchAutomation{ticket, false, "I take over", {}});
  ProposeAction own;
  own.ticket = ticket;
  own.type = "AUTO_RESOLVE";
  own.confidence_ppm = 990'000;
  given(kPerson, own);
  CHECK(Story::ticket(ticket).status == TicketStatus::resolved);
}

TEST_CASE_FIXTURE(Twice, "switching automation needs a person, a reason and a difference") {
  const SwitchAutomation off{ticket, false, "I take over", {}}, on{ticket, true, "go on", {}};
  when(kAgent, off).then_refused(ErrorCode::forbidden);
  when(kSystem, off).then_refused(ErrorCode::forbidden);
  when(kPerson, SwitchAutomation{ticket, false, "", {}}).then_refused(ErrorCode::invalid);
  when(kPerson, on).then_refused(ErrorCode::conflict);
  given(kPerson, off);
  when(kManager, off).then_refused(ErrorCode::conflict);
  when(kAgent, on).then_refused(ErrorCode::forbidden);
}

TEST_CASE_FIXTURE(Twice,
                  "a rollback that gets stuck leaves automation off where a person said so") {
  const ActionId id = reset(ticket);
  given(kPerson, SwitchAutomation{ticket, false, "I take over", {}});
  roll_back(id);
  const RollbackId rollback = this->rollback();
  vote(kSecond, event<ApprovalRequested>().approval);
  lease_step(rollback, 0);
  report_step(rollback, 0, EffectOutcome::failed);
  CHECK(Story::ticket(ticket).automation == Automation::off);
  given(kPerson, SwitchAutomation{ticket, true, "go on", {}});
  CHECK(Story::ticket(ticket).automation == Automation::suspended);
  record_step(rollback, 0);
  CHECK(Story::ticket(ticket).automation == Automation::active);
}

}  // namespace
}  // namespace recourse
