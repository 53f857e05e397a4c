#include "engine/command/commands.h"

#include <initializer_list>

namespace recourse {
namespace {

struct Rule {
  std::string_view name;
  std::initializer_list<Role> people;
  bool machine = false;  ///< Keys of kind agent.
  bool customer = false;
  bool system = true;
};

constexpr auto kDesk = {Role::agent, Role::operator_, Role::manager, Role::admin};
constexpr auto kDeciders = {Role::operator_, Role::manager, Role::admin};
constexpr auto kManagers = {Role::manager, Role::admin};
constexpr auto kAdmins = {Role::admin};
constexpr std::initializer_list<Role> kNobody = {};

/// One overload per command: a command without a rule does not compile.
struct RuleOf {
  Rule operator()(const OpenTicket&) const { return {"open_ticket", kDesk, true, true}; }
  Rule operator()(const AddMessage& command) const {
    // A machine answers customers by an action (send_reply), which the policy judges.
    const bool from_agent = command.from == MessageFrom::agent;
    return {"add_message", kDesk, !from_agent, command.from == MessageFrom::customer};
  }
  Rule operator()(const AssignTicket&) const { return {"assign_ticket", kDesk}; }
  Rule operator()(const EscalateTicket&) const { return {"escalate_ticket", kDesk}; }
  Rule operator()(const SetTicketStatus&) const { return {"set_ticket_status", kDesk}; }
  Rule operator()(const ReopenTicket&) const { return {"reopen_ticket", kDesk, false, true}; }
  Rule operator()(const MergeTicket&) const { return {"merge_ticket", kDesk, false, false, false}; }
  Rule operator()(const HandBackTicket&) const {
    return {"hand_back_ticket", kDesk, false, false, false};
  }
  Rule operator()(const SwitchAutomation&) const {
    return {"switch_automation", kDesk, false, false, false};
  }
  Rule operator()(const ProposeAction&) const { return {"propose_action", kDesk, true}; }
  Rule operator()(const LeaseAction&) const { return {"lease_action", kDesk, true}; }
  Rule operator()(const ReportAction&) const { return {"report_action", kDesk, true}; }
  Rule operator()(const WithdrawAction&) const { return {"withdraw_action", kDesk, true}; }
  Rule operator()(const RecallAction&) const { return {"recall_action", kDesk, true}; }
  Rule operator()(const ConfigureConnector&) const { return {"configure_connector", kAdmins}; }
  Rule operator()(const RemoveConnector&) const { return {"remove_connector", kAdmins}; }
  Rule operator()(const AmendAction&) const { return {"amend_action", kDesk, true, false, false}; }
  Rule operator()(const CastVote&) const { return {"cast_vote", kDeciders, false, false, false}; }
  Rule operator()(const ClaimApproval&) const {
    return {"claim_approval", kDeciders, false, false, false};
  }
  Rule operator()(const ReleaseApproval&) const {
    return {"release_approval", kDeciders, false, false, false};
  }
  Rule operator()(const EscalateApproval&) const { return {"escalate_approval", kDeciders}; }
  Rule operator()(const RevokeApproval&) const {
    return {"revoke_approval", kDeciders, false, false, false};
  }
  Rule operator()(const ExpireApproval&) const { return {"expire_approval", kNobody}; }
  Rule operator()(const ExpireClaim&) const { return {"expire_claim", kNobody}; }
  Rule operator()(const ExpireLease&) const { return {"expire_lease", kNobody}; }
  Rule operator()(const SendFollowUp&) const { return {"send_followup", kNobody}; }
  Rule operator()(const CloseResolved&) const { return {"close_resolved", kNobody}; }
  Rule operator()(const BreachClock&) const { return {"breach_clock", kNobody}; }
  Rule operator()(const WaiveClock&) const { return {"waive_clock", kManagers}; }
  Rule operator()(const RequestFollowUp&) const { return {"request_followup", kDesk}; }
  Rule operator()(const CancelFollowUp&) const { return {"cancel_followup", kDesk}; }
  Rule operator()(const AnswerFollowUp&) const { return {"answer_followup", kDesk, true, true}; }
  Rule operator()(const SubmitFeedback&) const { return {"submit_feedback", kDesk, true, true}; }
  Rule operator()(const RetractFeedback&) const { return {"retract_feedback", kDesk}; }
  Rule operator()(const RollBack&) const { return {"roll_back", kManagers}; }
  Rule operator()(const StartRollback&) const { return {"start_rollback", kManagers}; }
  Rule operator()(const AbortRollback&) const { return {"abort_rollback", kManagers}; }
  Rule operator()(const PauseRollback&) const { return {"pause_rollback", kManagers}; }
  Rule operator()(const LeaseStep&) const { return {"lease_step", kDesk, true}; }
  Rule operator()(const ReportStep&) const { return {"report_step", kDesk, true}; }
  Rule operator()(const RetryStep&) const { return {"retry_step", kDeciders}; }
  Rule operator()(const SkipStep&) const { return {"skip_step", kDeciders}; }
  Rule operator()(const RecordStep&) const { return {"record_step", kDeciders}; }
  Rule operator()(const CloseIncident&) const { return {"close_incident", kDeciders}; }
  Rule operator()(const ExpireStepLease&) const { return {"expire_step_lease", kNobody}; }
  Rule operator()(const ContinueRollback&) const { return {"continue_rollback", kNobody}; }
  Rule operator()(const EngageKillswitch&) const { return {"engage_killswitch", kDeciders}; }
  Rule operator()(const ReleaseKillswitch&) const { return {"release_killswitch", kManagers}; }
  Rule operator()(const SetBreaker&) const { return {"set_breaker", kManagers}; }
  Rule operator()(const TurnBreaker&) const { return {"turn_breaker", kNobody}; }
  Rule operator()(const RampRollout&) const { return {"ramp_rollout", kManagers}; }
  Rule operator()(const StopRollout&) const { return {"stop_rollout", kNobody}; }
  Rule operator()(const StartExperiment&) const {
    // It may let agents do more than the policy that two people agreed to.
    return {"start_experiment", kAdmins, false, false, false};
  }
  Rule operator()(const StopExperiment&) const { return {"stop_experiment", kManagers}; }
  Rule operator()(const DraftPolicy&) const { return {"draft_policy", kManagers}; }
  Rule operator()(const ActivatePolicy&) const { return {"activate_policy", kAdmins}; }
  Rule operator()(const RetirePolicy&) const { return {"retire_policy", kManagers}; }
  Rule operator()(const RevertPolicy&) const { return {"revert_policy", kManagers}; }
};

bool holds(std::initializer_list<Role> roles, Role role) {
  for (const Role allowed : roles)
    if (allowed == role) return true;
  return false;
}

}  // namespace

bool may(const Principal& principal, const Command& command) {
  const Rule rule = std::visit(RuleOf(), command);
  switch (principal.kind) {
    case ActorType::human:
      return holds(rule.people, principal.role);
    case ActorType::agent:
      return rule.machine && principal.role != Role::viewer && principal.role != Role::auditor;
    case ActorType::customer:
      return rule.customer;
    case ActorType::system:
      return rule.system;
  }
  return false;
}

std::string_view name(const Command& command) { return std::visit(RuleOf(), command).name; }

}  // namespace recourse
