#pragma once

#include "tests/unit/engine/decision/story.h"

namespace recourse {

inline const Principal kSecond = person(Role::manager, "usr_second");
inline const Principal kThird = person(Role::admin, "usr_third");

/// A story about rollbacks: what is asked, planned, agreed to and carried out.
class RollbackStory : public Story {
 public:
  Story& roll_back_as(const ActionId& id, RollbackMode mode, const Principal& by = kManager) {
    RollBack command;
    command.action = id;
    command.mode = mode;
    command.reason = "wrong";
    return when(by, command);
  }
  /// The rollback of the last command, and its plan.
  RollbackId rollback() const { return event<RollbackRequested>().rollback; }

  Story& start(const RollbackId& id, const Principal& by = kManager) {
    StartRollback command;
    command.rollback = id;
    command.plan_digest = to_base64(as_text(state(id).plan_digest));
    return when(by, command);
  }
  const RollbackState& state(const RollbackId& id) const { return memory.rollbacks.rows.at(id); }
  const StepState& step(const RollbackId& id, std::int64_t number) const {
    return memory.steps.rows.at(step_key(id, number));
  }

  Story& lease_step(const RollbackId& id, std::int64_t number,
                    std::optional<LeaseId> lease = std::nullopt) {
    LeaseStep command;
    command.rollback = id;
    command.step = number;
    command.lease = std::move(lease);
    return when(kAgent, command);
  }
  Story& report_step(const RollbackId& id, std::int64_t number, EffectOutcome outcome,
                     bool retryable = false) {
    ReportStep command;
    command.rollback = id;
    command.step = number;
    command.outcome = outcome;
    command.lease = step(id, number).lease;
    command.retryable = retryable;
    if (outcome == EffectOutcome::failed) command.code = "provider_refused";
    return when(kAgent, command);
  }
  Story& record_step(const RollbackId& id, std::int64_t number, const Principal& by = kManager) {
    RecordStep command;
    command.rollback = id;
    command.step = number;
    command.evidence_sha256 = std::string(64, 'a');
    return when(by, command);
  }
  Story& skip_step(const RollbackId& id, std::int64_t number, const Principal& by = kManager) {
    SkipStep command;
    command.rollback = id;
    command.step = number;
    command.reason = "the provider is gone";
    return when(by, command);
  }
  Story& retry_step(const RollbackId& id, std::int64_t number) {
    RetryStep command;
    command.rollback = id;
    command.step = number;
    return when(kManager, command);
  }
  Story& abort(const RollbackId& id) {
    AbortRollback command;
    command.rollback = id;
    return when(kManager, command);
  }

  /// An action of a client's executor that ran.
  ActionId executed(const TicketId& ticket, const std::string& type, const std::string& args,
                    const std::vector<Principal>& approvers = {}) {
    const ActionId id = proposed(ticket, type, args);
    if (has<ApprovalRequested>()) {
      const ApprovalId approval = event<ApprovalRequested>().approval;
      for (const Principal& approver : approvers) vote(approver, approval);
    }
    lease(id);
    report(id, EffectOutcome::succeeded);
    REQUIRE(action(id).status == ActionStatus::succeeded);
    return id;
  }
  ActionId reset(const TicketId& ticket) {
    return executed(ticket, "reset_password", R"({"user_email":"jane@example.com"})", {kAdmin});
  }
  ActionId refund(const TicketId& ticket, const std::vector<Principal>& approvers) {
    return executed(ticket, "process_refund", R"({"amount":10,"order_id":"O"})", approvers);
  }

  /// An R1 action that says what it was built on.
  ActionId proposed_after(const TicketId& ticket, const std::string& type, const std::string& args,
                          std::optional<ActionId> caused_by, std::vector<std::string> reads = {}) {
    ProposeAction command;
    command.ticket = ticket;
    command.type = type;
    command.args_json = args;
    command.confidence_ppm = 990'000;
    command.caused_by = std::move(caused_by);
    command.reads = std::move(reads);
    when(kAgent, command);
    REQUIRE_MESSAGE(!error(), error()->message);
    return event<ActionProposed>().action;
  }

  Story& assign(const TicketId& ticket, const std::string& team, const Principal& by = kPerson) {
    AssignTicket command;
    command.ticket = ticket;
    command.team = team;
    return when(by, command);
  }
};

}  // namespace recourse
