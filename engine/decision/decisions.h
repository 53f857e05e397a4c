#pragma once

#include "engine/decision/draft.h"
#include "engine/event/json.h"
#include "engine/policy/judge.h"

namespace recourse {

using Decision = Result<Events>;

/// One function per command, for decide() alone: whether the principal may give the command at all
/// has been asked already.
Decision open_ticket(State&, const OpenTicket&, const DecisionContext&);
Decision add_message(State&, const AddMessage&, const DecisionContext&);
Decision assign_ticket(State&, const AssignTicket&, const DecisionContext&);
Decision escalate_ticket(State&, const EscalateTicket&, const DecisionContext&);
Decision set_ticket_status(State&, const SetTicketStatus&, const DecisionContext&);
Decision reopen_ticket(State&, const ReopenTicket&, const DecisionContext&);
Decision merge_ticket(State&, const MergeTicket&, const DecisionContext&);
Decision hand_back_ticket(State&, const HandBackTicket&, const DecisionContext&);
Decision switch_automation(State&, const SwitchAutomation&, const DecisionContext&);
Decision propose_action(State&, const ProposeAction&, const DecisionContext&);
Decision withdraw_action(State&, const WithdrawAction&, const DecisionContext&);
Decision recall_action(State&, const RecallAction&, const DecisionContext&);
Decision configure_connector(State&, const ConfigureConnector&, const DecisionContext&);
Decision remove_connector(State&, const RemoveConnector&, const DecisionContext&);
Decision lease_action(State&, const LeaseAction&, const DecisionContext&);
Decision report_action(State&, const ReportAction&, const DecisionContext&);
Decision expire_lease(State&, const ExpireLease&, const DecisionContext&);
Decision amend_action(State&, const AmendAction&, const DecisionContext&);
Decision cast_vote(State&, const CastVote&, const DecisionContext&);
Decision claim_approval(State&, const ClaimApproval&, const DecisionContext&);
Decision release_approval(State&, const ReleaseApproval&, const DecisionContext&);
Decision escalate_approval(State&, const EscalateApproval&, const DecisionContext&);
Decision revoke_approval(State&, const RevokeApproval&, const DecisionContext&);
Decision expire_claim(State&, const ExpireClaim&, const DecisionContext&);
Decision expire_approval(State&, const ExpireApproval&, const DecisionContext&);
Decision send_followup(State&, const SendFollowUp&, const DecisionContext&);
Decision close_resolved(State&, const CloseResolved&, const DecisionContext&);
Decision request_followup(State&, const RequestFollowUp&, const DecisionContext&);
Decision cancel_followup(State&, const CancelFollowUp&, const DecisionContext&);
Decision answer_followup(State&, const AnswerFollowUp&, const DecisionContext&);
Decision breach_clock(State&, const BreachClock&, const DecisionContext&);
Decision waive_clock(State&, const WaiveClock&, const DecisionContext&);
Decision retract_feedback(State&, const RetractFeedback&, const DecisionContext&);
Decision submit_feedback(State&, const SubmitFeedback&, const DecisionContext&);
Decision roll_back(State&, const RollBack&, const DecisionContext&);
Decision start_rollback(State&, const StartRollback&, const DecisionContext&);
Decision abort_rollback(State&, const AbortRollback&, const DecisionContext&);
Decision pause_rollback(State&, const PauseRollback&, const DecisionContext&);
Decision continue_rollback(State&, const ContinueRollback&, const DecisionContext&);
Decision lease_step(State&, const LeaseStep&, const DecisionContext&);
Decision report_step(State&, const ReportStep&, const DecisionContext&);
Decision expire_step_lease(State&, const ExpireStepLease&, const DecisionContext&);
Decision retry_step(State&, const RetryStep&, const DecisionContext&);
Decision skip_step(State&, const SkipStep&, const DecisionContext&);
Decision record_step(State&, const RecordStep&, const DecisionContext&);
Decision close_incident(State&, const CloseIncident&, const DecisionContext&);
Decision engage_killswitch(State&, const EngageKillswitch&, const DecisionContext&);
Decision release_killswitch(State&, const ReleaseKillswitch&, const DecisionContext&);
Decision set_breaker(State&, const SetBreaker&, const DecisionContext&);
Decision turn_breaker(State&, const TurnBreaker&, const DecisionContext&);
Decision ramp_rollout(State&, const RampRollout&, const DecisionContext&);
Decision stop_rollout(State&, const StopRollout&, const DecisionContext&);
Decision start_experiment(State&, const StartExperiment&, const DecisionContext&);
Decision stop_experiment(State&, const StopExperiment&, const DecisionContext&);
Decision draft_policy(State&, const DraftPolicy&, const DecisionContext&);
Decision activate_policy(State&, const ActivatePolicy&, const DecisionContext&);
Decision retire_policy(State&, const RetirePolicy&, const DecisionContext&);
Decision revert_policy(State&, const RevertPolicy&, const DecisionContext&);

/// Takes `action` of the draft's ticket out of the outbox, with what was agreed about it.
void recall(Draft& draft, const ActionId& action, std::optional<Sealed> reason,
            std::optional<RollbackId> rollback);

/// Takes back what waits of the draft's ticket where `applies`: what may run is recalled, what
/// people are asked about becomes staled.
void take_back_waiting(Draft& draft, std::string_view cause,
                       const std::function<bool(const ActionState&)>& applies);

/// A proposal whose place another one takes.
struct Superseded {
  ActionState action;
  std::vector<PrincipalId> shaped_by;  ///< Who had a hand in it does not vote on the new one.
  std::optional<std::string> reason;
};

/// Judges a proposal, and asks people about it or runs it where the verdict says so.
Decision propose(Draft& draft, const ProposeAction& command,
                 const std::optional<Superseded>& superseded);

/// Asks people about `action` and makes the ticket wait. The commitment is zero for an action that
/// is proposed by this very draft; bind_commitments() fills it. Beside its proposer, those of
/// `shaped_by` do not vote.
void request_approval(Draft& draft, const ActionState& action, const Verdict& verdict,
                      const Policy& policy, const std::vector<PrincipalId>& shaped_by = {});

/// A vote about a rollback or a step of it, after the voter has been checked. `own`: the single
/// admin's own request.
Decision vote_on_rollback(State& state, const CastVote& command, const ApprovalState& approval,
                          bool own, const DecisionContext& context);
/// Its time is over: what waited for it ends.
Decision expire_rollback_approval(State& state, const ApprovalState& approval,
                                  const DecisionContext& context);

/// Adds what `events` overtake: open plans that would write what these have just written.
void stale_overtaken_plans(State& state, const DecisionContext& context, Events& events);

/// Puts the question of `facts` to the policy in shadow, where there is one, and records what it
/// would say. Nothing follows from it.
void judge_in_shadow(Draft& draft, const ActionState& action, const Facts& facts);

/// Runs one of our own action types: effect.dispatched, what it changes, effect.confirmed with
/// every field before and after. REQUIRES: the type's executor is internal and the policy allowed
/// it.
void execute_internally(Draft& draft, const ActionState& action, const ActionType& type,
                        const Json& args, const Policy& policy);

}  // namespace recourse
