#include "engine/decision/decide.h"

#include "engine/decision/controls.h"
#include "engine/decision/decisions.h"
#include "engine/decision/sla.h"

namespace recourse {
namespace {

struct Decide {
  State& state;
  const DecisionContext& context;

  Decision operator()(const OpenTicket& c) const { return open_ticket(state, c, context); }
  Decision operator()(const AddMessage& c) const { return add_message(state, c, context); }
  Decision operator()(const AssignTicket& c) const { return assign_ticket(state, c, context); }
  Decision operator()(const EscalateTicket& c) const { return escalate_ticket(state, c, context); }
  Decision operator()(const SetTicketStatus& c) const {
    return set_ticket_status(state, c, context);
  }
  Decision operator()(const ReopenTicket& c) const { return reopen_ticket(state, c, context); }
  Decision operator()(const MergeTicket& c) const { return merge_ticket(state, c, context); }
  Decision operator()(const HandBackTicket& c) const { return hand_back_ticket(state, c, context); }
  Decision operator()(const SwitchAutomation& c) const {
    return switch_automation(state, c, context);
  }
  Decision operator()(const ProposeAction& c) const { return propose_action(state, c, context); }
  Decision operator()(const LeaseAction& c) const { return lease_action(state, c, context); }
  Decision operator()(const ReportAction& c) const { return report_action(state, c, context); }
  Decision operator()(const WithdrawAction& c) const { return withdraw_action(state, c, context); }
  Decision operator()(const RecallAction& c) const { return recall_action(state, c, context); }
  Decision operator()(const ConfigureConnector& c) const {
    return configure_connector(state, c, context);
  }
  Decision operator()(const RemoveConnector& c) const {
    return remove_connector(state, c, context);
  }
  Decision operator()(const AmendAction& c) const { return amend_action(state, c, context); }
  Decision operator()(const CastVote& c) const { return cast_vote(state, c, context); }
  Decision operator()(const ClaimApproval& c) const { return claim_approval(state, c, context); }
  Decision operator()(const ReleaseApproval& c) const {
    return release_approval(state, c, context);
  }
  Decision operator()(const EscalateApproval& c) const {
    return escalate_approval(state, c, context);
  }
  Decision operator()(const RevokeApproval& c) const { return revoke_approval(state, c, context); }
  Decision operator()(const ExpireClaim& c) const { return expire_claim(state, c, context); }
  Decision operator()(const ExpireApproval& c) const { return expire_approval(state, c, context); }
  Decision operator()(const ExpireLease& c) const { return expire_lease(state, c, context); }
  Decision operator()(const SendFollowUp& c) const { return send_followup(state, c, context); }
  Decision operator()(const CloseResolved& c) const { return close_resolved(state, c, context); }
  Decision operator()(const BreachClock& c) const { return breach_clock(state, c, context); }
  Decision operator()(const WaiveClock& c) const { return waive_clock(state, c, context); }
  Decision operator()(const RequestFollowUp& c) const {
    return request_followup(state, c, context);
  }
  Decision operator()(const CancelFollowUp& c) const { return cancel_followup(state, c, context); }
  Decision operator()(const AnswerFollowUp& c) const { return answer_followup(state, c, context); }
  Decision operator()(const SubmitFeedback& c) const { return submit_feedback(state, c, context); }
  Decision operator()(const RetractFeedback& c) const {
    return retract_feedback(state, c, context);
  }
  Decision operator()(const RollBack& c) const { return roll_back(state, c, context); }
  Decision operator()(const StartRollback& c) const { return start_rollback(state, c, context); }
  Decision operator()(const AbortRollback& c) const { return abort_rollback(state, c, context); }
  Decision operator()(const PauseRollback& c) const { return pause_rollback(state, c, context); }
  Decision operator()(const ContinueRollback& c) const {
    return continue_rollback(state, c, context);
  }
  Decision operator()(const LeaseStep& c) const { return lease_step(state, c, context); }
  Decision operator()(const ReportStep& c) const { return report_step(state, c, context); }
  Decision operator()(const ExpireStepLease& c) const {
    return expire_step_lease(state, c, context);
  }
  Decision operator()(const RetryStep& c) const { return retry_step(state, c, context); }
  Decision operator()(const SkipStep& c) const { return skip_step(state, c, context); }
  Decision operator()(const RecordStep& c) const { return record_step(state, c, context); }
  Decision operator()(const CloseIncident& c) const { return close_incident(state, c, context); }
  Decision operator()(const EngageKillswitch& c) const {
    return engage_killswitch(state, c, context);
  }
  Decision operator()(const ReleaseKillswitch& c) const {
    return release_killswitch(state, c, context);
  }
  Decision operator()(const SetBreaker& c) const { return set_breaker(state, c, context); }
  Decision operator()(const TurnBreaker& c) const { return turn_breaker(state, c, context); }
  Decision operator()(const StopRollout& c) const { return stop_rollout(state, c, context); }
  Decision operator()(const StartExperiment& c) const {
    return start_experiment(state, c, context);
  }
  Decision operator()(const StopExperiment& c) const { return stop_experiment(state, c, context); }
  Decision operator()(const RampRollout& c) const { return ramp_rollout(state, c, context); }
  Decision operator()(const DraftPolicy& c) const { return draft_policy(state, c, context); }
  Decision operator()(const ActivatePolicy& c) const { return activate_policy(state, c, context); }
  Decision operator()(const RetirePolicy& c) const { return retire_policy(state, c, context); }
  Decision operator()(const RevertPolicy& c) const { return revert_policy(state, c, context); }
};

}  // namespace

Result<std::vector<NewEvent>> decide(State& state, const Command& command,
                                     const DecisionContext& context) {
  if (!may(context.principal, command))
    return Error{ErrorCode::forbidden,
                 "your role may not give the command " + std::string(name(command))};
  RECOURSE_LET(Events events, std::visit(Decide{state, context}, command));
  stale_overtaken_plans(state, context, events);
  note_outcomes(state, context, events);
  keep_clocks(state, context, events);
  return events;
}

}  // namespace recourse
