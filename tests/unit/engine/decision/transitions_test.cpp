#include "tests/unit/engine/decision/rollback_story.h"

// The three state machines of the oversight, a test for each arrow. What must never happen between
// the arrows is what the model in tests/property/oversight watches.

namespace recourse {
namespace {

using namespace std::chrono_literals;

constexpr const char* kMoneyBack = R"({"amount":10,"order_id":"O"})";

class Desk : public RollbackStory {
 public:
  TicketId ticket = open_ticket();

  TicketStatus status() const { return Story::ticket(ticket).status; }
  Automation automation() const { return Story::ticket(ticket).automation; }
  void to(TicketStatus status) { set_status(ticket, status); }
  void reopen(const Principal& by = kPerson) {
    given(by, ReopenTicket{ticket, "not_fixed", {}, {}});
  }

  /// A refund that people are asked about.
  ActionId asked() {
    const ActionId id = proposed(ticket, "process_refund", kMoneyBack);
    approval = event<ApprovalRequested>().approval;
    return id;
  }
  ActionId granted() {
    const ActionId id = asked();
    vote(kManager, approval);
    return id;
  }
  ActionId leased() {
    const ActionId id = granted();
    lease(id);
    return id;
  }
  ActionId lost() {
    const ActionId id = leased();
    now += 2min;
    given(kSystem, ExpireLease{id});
    return id;
  }
  ActionStatus at(const ActionId& id) const { return action(id).status; }
  ApprovalStatus of_approval() const { return Story::approval(approval).status; }
  void tell(const ActionId& id, EffectOutcome outcome) {
    ReportAction command;
    command.action = id;
    command.outcome = outcome;
    given(kManager, command);
  }
  void merge(const TicketId& into, const Principal& by = kPerson) {
    when(by, MergeTicket{ticket, into, "the same problem", {}});
  }
  void hand_back(TicketHandler to, const Principal& by = kPerson) {
    when(by, HandBackTicket{ticket, to, "try it with the new tool", {}});
  }
  void automate(bool on, const Principal& by = kPerson) {
    when(by, SwitchAutomation{ticket, on, "it does not understand her", {}});
  }
  void activate(const char* name, const Policy& policy) {
    given(kSystem, ActivatePolicy{name, policy_json(policy)});
  }

  ApprovalId approval;
};

// ---- Tickets -----------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Desk, "ticket: new to open, by the first answer") {
  CHECK(status() == TicketStatus::new_);
  AddMessage answer;
  answer.ticket = ticket;
  answer.from = MessageFrom::agent;
  answer.body = "we are on it";
  given(kPerson, answer);
  CHECK(status() == TicketStatus::open);
}
TEST_CASE_FIXTURE(
    Desk, "ticket: open to pending, by a question to the customer, and back by the answer") {
  to(TicketStatus::open);
  propose(ticket, "REQUEST_CLARIFICATION");
  CHECK(status() == TicketStatus::pending);
  customer_writes(ticket);
  CHECK(status() == TicketStatus::open);
}
TEST_CASE_FIXTURE(Desk, "ticket: open to on_hold and back") {
  to(TicketStatus::open);
  to(TicketStatus::on_hold);
  CHECK(status() == TicketStatus::on_hold);
  to(TicketStatus::open);
  CHECK(status() == TicketStatus::open);
}
TEST_CASE_FIXTURE(Desk, "ticket: open to resolved, by an agent's solution") {
  propose(ticket, "AUTO_RESOLVE");
  CHECK(status() == TicketStatus::resolved);
}
TEST_CASE_FIXTURE(Desk, "ticket: resolved to closed, by time") {
  to(TicketStatus::resolved);
  now += 8 * 24h;
  fire_due();
  CHECK(status() == TicketStatus::closed);
}
TEST_CASE_FIXTURE(Desk, "ticket: resolved to open, by a reopening") {
  to(TicketStatus::resolved);
  reopen(kCustomer);
  CHECK(status() == TicketStatus::open);
}
TEST_CASE_FIXTURE(Desk, "ticket: resolved to open, by a contradiction") {
  to(TicketStatus::resolved);
  SubmitFeedback no;
  no.ticket = ticket;
  no.confirmed = false;
  given(kCustomer, no);
  CHECK(has<ResolutionContradicted>());
  CHECK(status() == TicketStatus::open);
}
TEST_CASE_FIXTURE(Desk, "ticket: resolved to open, by a rollback") {
  to(TicketStatus::open);
  const ActionId solution = proposed(ticket, "AUTO_RESOLVE");
  roll_back(solution);
  CHECK(has<ResolutionVoided>());
  CHECK(status() == TicketStatus::open);
}
TEST_CASE_FIXTURE(Desk, "ticket: closed to open, within the policy's days") {
  to(TicketStatus::closed);
  now += 6 * 24h;
  reopen();
  CHECK(status() == TicketStatus::open);
}
TEST_CASE_FIXTURE(Desk, "ticket: closed to a new one that follows it, later") {
  to(TicketStatus::closed);
  now += 30 * 24h;
  customer_writes(ticket);
  CHECK(status() == TicketStatus::closed);
  CHECK(event<TicketOpened>().follows == ticket);
}
TEST_CASE_FIXTURE(
    Desk, "ticket: the handler becomes a person by an escalation, and goes back by its rollback") {
  const ActionId escalated = proposed(ticket, "ESCALATE");
  CHECK(Story::ticket(ticket).handler == TicketHandler::human);
  roll_back(escalated);
  CHECK(Story::ticket(ticket).handler == TicketHandler::none);
}
TEST_CASE_FIXTURE(
    Desk, "ticket: automation waits while people are asked, and goes on when they decided") {
  asked();
  CHECK(automation() == Automation::awaiting_approval);
  vote(kManager, approval, Vote::reject);
  CHECK(automation() == Automation::active);
}
TEST_CASE_FIXTURE(Desk, "ticket: automation is suspended while a rollback is stuck") {
  const ActionId id = reset(ticket);
  roll_back(id);
  const RollbackId rollback = this->rollback();
  vote(kSecond, event<ApprovalRequested>().approval);
  lease_step(rollback, 0);
  report_step(rollback, 0, EffectOutcome::failed);
  CHECK(automation() == Automation::suspended);
  record_step(rollback, 0);
  CHECK(automation() == Automation::active);
}

TEST_CASE_FIXTURE(Desk, "ticket: open and resolved to merged, which is for ever") {
  const TicketId into = open_ticket();
  to(TicketStatus::resolved);
  merge(into);
  then({"ticket.merged", "ticket.status_changed", "ticket.merged"});
  CHECK(status() == TicketStatus::merged);
  CHECK(event<TicketMerged>().from == std::vector{ticket});
  for (const TicketStatus next : {TicketStatus::open, TicketStatus::resolved, TicketStatus::closed})
    set_status(ticket, next).then_refused(ErrorCode::conflict);
  when(kPerson, ReopenTicket{ticket, "not_fixed", {}, {}}).then_refused(ErrorCode::conflict);
  customer_writes(ticket).then_refused(ErrorCode::conflict);
  CHECK(error()->message == "the ticket was merged into " + into.value());
}
TEST_CASE_FIXTURE(Desk, "ticket: the handler goes back from a person, by a person") {
  propose(ticket, "ESCALATE");
  hand_back(TicketHandler::agent, kAgent);
  then_refused(ErrorCode::forbidden);
  hand_back(TicketHandler::agent, kSystem);
  then_refused(ErrorCode::forbidden);
  hand_back(TicketHandler::agent);
  then({"ticket.handler_changed"});
  CHECK(Story::ticket(ticket).handler == TicketHandler::agent);
  propose(ticket, "ESCALATE");
  CHECK(Story::ticket(ticket).handler == TicketHandler::human);
  hand_back(TicketHandler::none);
  CHECK(Story::ticket(ticket).handler == TicketHandler::none);
  hand_back(TicketHandler::none);
  then_refused(ErrorCode::conflict);
}
TEST_CASE_FIXTURE(Desk, "ticket: automation is switched off, and on again, by a person") {
  automate(false);
  then({"ticket.automation_changed"});
  CHECK(automation() == Automation::off);
  const ActionId refused = proposed(ticket, "AUTO_RESOLVE");
  CHECK(at(refused) == ActionStatus::denied);
  CHECK(event<PolicyDecided>().problem == Clear("autonomy"));
  automate(true);
  CHECK(automation() == Automation::active);
  CHECK(at(proposed(ticket, "AUTO_RESOLVE")) == ActionStatus::succeeded);
}
TEST_CASE_FIXTURE(Desk, "ticket: automation that was off is active again by a handing back") {
  propose(ticket, "ESCALATE");
  automate(false);
  hand_back(TicketHandler::agent);
  then({"ticket.handler_changed", "ticket.automation_changed"});
  CHECK(automation() == Automation::active);
}

// ---- Actions -----------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Desk, "action: proposed to denied") {
  CHECK(at(proposed(ticket, "no_such_tool")) == ActionStatus::denied);
}
TEST_CASE_FIXTURE(Desk, "action: proposed to shadowed") {
  Policy watched = default_policy();
  watched.autonomy = {AutonomyRule{.rule = "all", .level = AgentAutonomy::shadow}};
  activate("pol_watched@1", watched);
  CHECK(at(proposed(ticket, "AUTO_RESOLVE")) == ActionStatus::shadowed);
  CHECK(status() == TicketStatus::new_);
}
TEST_CASE_FIXTURE(Desk, "action: proposed to awaiting_approval") {
  CHECK(at(asked()) == ActionStatus::awaiting_approval);
}
TEST_CASE_FIXTURE(Desk, "action: proposed to authorized") {
  const ActionId id = proposed(ticket, "check_order_status", R"({"order_id":"O"})");
  CHECK(at(id) == ActionStatus::authorized);
}
TEST_CASE_FIXTURE(Desk, "action: awaiting_approval to authorized") {
  CHECK(at(granted()) == ActionStatus::held);  // Money has a hold window.
  CHECK(has<ApprovalGranted>());
}
TEST_CASE_FIXTURE(Desk, "action: awaiting_approval to rejected") {
  const ActionId id = asked();
  vote(kManager, approval, Vote::reject);
  CHECK(at(id) == ActionStatus::rejected);
  lease(id).then_refused(ErrorCode::conflict);
}
TEST_CASE_FIXTURE(Desk, "action: awaiting_approval to expired") {
  const ActionId id = asked();
  now += 2h;
  fire_due();
  CHECK(at(id) == ActionStatus::expired);
}
TEST_CASE_FIXTURE(Desk, "action: awaiting_approval to withdrawn") {
  const ActionId id = asked();
  given(kAgent, WithdrawAction{id, {}});
  CHECK(at(id) == ActionStatus::withdrawn);
}
TEST_CASE_FIXTURE(Desk, "action: awaiting_approval to staled, by a message of the customer") {
  const ActionId id = asked();
  customer_writes(ticket);
  CHECK(at(id) == ActionStatus::staled);
}
TEST_CASE_FIXTURE(Desk, "action: awaiting_approval to superseded, by an amendment") {
  const ActionId id = asked();
  AmendAction amend;
  amend.action = id;
  amend.args_json = R"({"amount":8,"order_id":"O"})";
  given(kPerson, amend);
  CHECK(at(id) == ActionStatus::superseded);
  CHECK(at(event<ActionProposed>().action) == ActionStatus::awaiting_approval);
}
TEST_CASE_FIXTURE(Desk, "action: authorized to held, for the window of its type") {
  const ActionId id = granted();
  CHECK(at(id) == ActionStatus::held);
  when(kAgent, LeaseAction{id}).then_refused(ErrorCode::conflict);
}
TEST_CASE_FIXTURE(Desk, "action: held to recalled, and nothing is ever sent") {
  const ActionId id = granted();
  given(kPerson, RecallAction{id, "on second thoughts"});
  CHECK(at(id) == ActionStatus::recalled);
  now += 1h;
  when(kAgent, LeaseAction{id}).then_refused(ErrorCode::conflict);
}
TEST_CASE_FIXTURE(Desk, "action: held to dispatching, when the window is over") {
  const ActionId id = granted();
  now += 10min;
  when(kAgent, LeaseAction{id});
  CHECK(at(id) == ActionStatus::dispatching);
}
TEST_CASE_FIXTURE(Desk, "action: authorized to dispatching") {
  CHECK(at(leased()) == ActionStatus::dispatching);
}
TEST_CASE_FIXTURE(Desk, "action: authorized to expired, where nobody ran it in time") {
  const ActionId id = granted();
  now += 2h;
  fire_due();
  CHECK(at(id) == ActionStatus::expired);
}
TEST_CASE_FIXTURE(Desk,
                  "action: authorized back to awaiting_approval, where the policy asks for more") {
  const ActionId id = proposed(ticket, "check_order_status", R"({"order_id":"O"})");
  Policy strict = default_policy();
  for (MatrixRule& rule : strict.matrix) {
    if (rule.rule.text != "reads") continue;
    rule.effect = MatrixEffect::require_approval;
    rule.quorum = 1;
    rule.roles = {Role::manager};
  }
  activate("pol_strict@1", strict);
  lease(id);
  CHECK(at(id) == ActionStatus::awaiting_approval);
}
TEST_CASE_FIXTURE(Desk, "action: dispatching to succeeded") {
  const ActionId id = leased();
  report(id, EffectOutcome::succeeded);
  CHECK(at(id) == ActionStatus::succeeded);
}
TEST_CASE_FIXTURE(Desk, "action: dispatching to failed") {
  const ActionId id = leased();
  report(id, EffectOutcome::failed);
  CHECK(at(id) == ActionStatus::failed);
}
TEST_CASE_FIXTURE(Desk, "action: dispatching to outcome_unknown, by a lost lease") {
  CHECK(at(lost()) == ActionStatus::outcome_unknown);
}
TEST_CASE_FIXTURE(Desk, "action: outcome_unknown to succeeded, by somebody who found out") {
  const ActionId id = lost();
  tell(id, EffectOutcome::succeeded);
  CHECK(at(id) == ActionStatus::succeeded);
}
TEST_CASE_FIXTURE(Desk, "action: outcome_unknown to failed, by somebody who found out") {
  const ActionId id = lost();
  tell(id, EffectOutcome::failed);
  CHECK(at(id) == ActionStatus::failed);
}
TEST_CASE_FIXTURE(Desk, "action: succeeded to rollback_pending to rolled_back") {
  const ActionId id = reset(ticket);
  roll_back(id);
  const RollbackId rollback = this->rollback();
  vote(kSecond, event<ApprovalRequested>().approval);
  lease_step(rollback, 0);
  CHECK(at(id) == ActionStatus::rollback_pending);
  report_step(rollback, 0, EffectOutcome::succeeded);
  CHECK(at(id) == ActionStatus::rolled_back);
}
TEST_CASE_FIXTURE(Desk,
                  "action: rollback_pending to partially_rolled_back, where others wrote since") {
  const ActionId id =
      proposed(ticket, "ASSIGN_TO_TEAM", R"({"assignee":"usr_bo","team":"Network"})", 990'000);
  assign(ticket, "Storage");
  roll_back_as(id, RollbackMode::detach);
  const RollbackId rollback = this->rollback();
  CHECK(step(rollback, 0).plan.kept == std::vector<Clear>{"team"});
  start(rollback);
  CHECK(event<CompensationSucceeded>().kept == std::vector<Clear>{"team"});
  CHECK(at(id) == ActionStatus::partially_rolled_back);
  CHECK_FALSE(Story::ticket(ticket).assignee);
  CHECK(Story::ticket(ticket).team == Clear("Storage"));
  roll_back(id);
  CHECK(event<RollbackRefused>().code == Clear("already_rolled_back"));
}
TEST_CASE_FIXTURE(Desk,
                  "action: rollback_pending to rollback_failed, where people leave it undone") {
  const ActionId id = reset(ticket);
  roll_back(id);
  const RollbackId rollback = this->rollback();
  vote(kSecond, event<ApprovalRequested>().approval);
  lease_step(rollback, 0);
  report_step(rollback, 0, EffectOutcome::failed);
  skip_step(rollback, 0);
  vote(kSecond, event<ApprovalRequested>().approval);
  CHECK(at(id) == ActionStatus::rollback_failed);
}
TEST_CASE_FIXTURE(
    Desk, "action: what is irreversible stays succeeded, and its rollback is refused by name") {
  const ActionId id = proposed(ticket, "REQUEST_CLARIFICATION");
  roll_back(id);
  CHECK(has<RollbackRefused>());
  CHECK(at(id) == ActionStatus::succeeded);
}

// ---- Approvals ---------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Desk, "approval: pending to claimed, and free again when the claim is over") {
  asked();
  given(kManager, ClaimApproval{approval, 60});
  vote(kSecond, approval).then_refused(ErrorCode::conflict);
  now += 2min;
  fire_due();
  vote(kSecond, approval);
  CHECK(of_approval() == ApprovalStatus::granted);
}
TEST_CASE_FIXTURE(Desk, "approval: pending to granted, by as many as were asked for") {
  proposed(ticket, "process_refund", R"({"amount":900,"order_id":"O"})");
  approval = event<ApprovalRequested>().approval;
  vote(kManager, approval);
  CHECK(of_approval() == ApprovalStatus::pending);
  vote(kSecond, approval);
  CHECK(of_approval() == ApprovalStatus::granted);
}
TEST_CASE_FIXTURE(Desk, "approval: granted to consumed, by the dispatch") {
  leased();
  CHECK(of_approval() == ApprovalStatus::consumed);
}
TEST_CASE_FIXTURE(Desk, "approval: pending to rejected, by one") {
  asked();
  vote(kManager, approval, Vote::reject);
  CHECK(of_approval() == ApprovalStatus::rejected);
}
TEST_CASE_FIXTURE(Desk, "approval: pending to expired, which denies") {
  const ActionId id = asked();
  now += 2h;
  vote(kManager, approval).then_refused(ErrorCode::conflict);
  fire_due();
  CHECK(of_approval() == ApprovalStatus::expired);
  CHECK(at(id) == ActionStatus::expired);
}
TEST_CASE_FIXTURE(Desk, "approval: granted to expired") {
  granted();
  now += 2h;
  fire_due();
  CHECK(of_approval() == ApprovalStatus::expired);
}
TEST_CASE_FIXTURE(Desk, "approval: pending and granted to staled, when the world moved") {
  asked();
  customer_writes(ticket);
  CHECK(of_approval() == ApprovalStatus::staled);
  granted();
  customer_writes(ticket);
  CHECK(of_approval() == ApprovalStatus::staled);
}
TEST_CASE_FIXTURE(Desk, "approval: pending to withdrawn, with its action") {
  given(kAgent, WithdrawAction{asked(), {}});
  CHECK(of_approval() == ApprovalStatus::withdrawn);
}
TEST_CASE_FIXTURE(Desk, "approval: granted to revoked, and never after it was used") {
  const ActionId id = granted();
  given(kManager, RevokeApproval{approval, "on second thoughts"});
  CHECK(of_approval() == ApprovalStatus::revoked);
  CHECK(at(id) == ActionStatus::rejected);
  leased();
  when(kManager, RevokeApproval{approval, "too late"}).then_refused(ErrorCode::conflict);
}
TEST_CASE_FIXTURE(Desk, "approval: escalated at half of its time, to others, once") {
  asked();
  now += 31min;
  fire_due();
  CHECK(Story::approval(approval).escalated);
  vote(kManager, approval).then_refused(ErrorCode::forbidden);
  vote(kAdmin, approval);
  CHECK(of_approval() == ApprovalStatus::granted);
}

// ---- Lessons that no other test tells in their own words ---------------------------------------

TEST_CASE_FIXTURE(Desk, "of several actions that wait one is rejected, and the others go on") {
  const ActionId first = asked();
  const ApprovalId about_first = approval;
  const ActionId second = proposed(ticket, "process_refund", R"({"amount":7,"order_id":"P"})");
  vote(kSecond, event<ApprovalRequested>().approval);
  vote(kManager, about_first, Vote::reject);
  CHECK(at(first) == ActionStatus::rejected);
  lease(second);
  CHECK(at(second) == ActionStatus::dispatching);
}

TEST_CASE_FIXTURE(Desk,
                  "a follow-up about what was rolled back is cancelled, and its timer with it") {
  const ActionId solution = proposed(ticket, "AUTO_RESOLVE");
  const FollowUpId followup = event<FollowUpScheduled>().followup;
  roll_back(solution);
  CHECK(Story::followup(followup).status == FollowUpStatus::cancelled);
  CHECK_FALSE(has_timer(TimerKind::followup, followup.value()));
}

}  // namespace
}  // namespace recourse
