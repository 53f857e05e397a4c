#pragma once

#include "engine/base/vocabulary.h"
#include "engine/event/approval_events.h"
#include "engine/event/rollback_events.h"
#include "engine/event/sla_clocks.h"
#include "projections/row_codec.h"

namespace recourse {

/// The rows of the read models: what a query returns, before texts are joined from the vault.
/// `at` times are the ledger's, `occurred_at` the source's own for imported history.

// ---- tickets ------------------------------------------------------------------------------------

struct TicketRow {
  TicketId ticket;
  std::int64_t number = 0;
  TicketStatus status = TicketStatus::new_;
  TicketHandler handler = TicketHandler::none;
  Automation automation = Automation::active;
  bool escalated = false;               ///< Handler is a person because of an escalation.
  std::optional<RunStatus> run_status;  ///< Of the newest run.
  Clear channel;
  SubjectId requester;
  std::optional<SealedRef> title, description, customer_email, metadata;
  std::optional<Clear> issue_type, category, priority, impact, urgency, external_ref, source_status;
  std::optional<PrincipalId> assignee;
  std::optional<Clear> team;
  Timestamp opened_at, updated_at;
  std::optional<Timestamp> occurred_at;       ///< When the source says it was opened.
  std::optional<Timestamp> last_occurred_at;  ///< Newest source time seen.
  std::optional<Timestamp> resolved_at, closed_at, first_response_at;
  std::int64_t messages = 0, actions = 0, reopenings = 0, sla_breaches = 0;
  std::int64_t pending_approvals = 0;
  std::int64_t version = 0;        ///< Of the newest event of the ticket's own stream.
  std::int64_t last_position = 0;  ///< Newest event about it.
  bool imported = false;
  std::optional<TicketId> follows, followed_by;  ///< A ticket that was closed for too long.
  std::optional<std::vector<SlaClock>> sla;      ///< Absent: it was promised nothing.
  std::optional<TicketId> merged_into;
  std::optional<std::vector<TicketId>> merged_from;
  std::optional<PrincipalId> agent;     ///< That proposed something last.
  std::optional<Clear> agent_proposed;  ///< The type of that.
};
BOOST_DESCRIBE_STRUCT(TicketRow, (),
                      (ticket, number, status, handler, automation, escalated, run_status, channel,
                       requester, title, description, customer_email, metadata, issue_type,
                       category, priority, impact, urgency, external_ref, source_status, assignee,
                       team, opened_at, updated_at, occurred_at, last_occurred_at, resolved_at,
                       closed_at, first_response_at, messages, actions, reopenings, sla_breaches,
                       pending_approvals, version, last_position, imported, follows, followed_by,
                       sla, merged_into, merged_from, agent, agent_proposed))

/// What became of the clocks of one kind.
struct SlaCounts {
  std::int64_t started = 0, met = 0, met_late = 0, breached = 0, waived = 0;
};
BOOST_DESCRIBE_STRUCT(SlaCounts, (), (started, met, met_late, breached, waived))

// ---- action_history -----------------------------------------------------------------------------

/// One field before and after, as the action's executor confirmed it.
struct StateChange {
  Clear entity, field;
  std::optional<Clear> before, after;
  std::optional<SealedRef> sealed_before, sealed_after;
};
BOOST_DESCRIBE_STRUCT(StateChange, (), (entity, field, before, after, sealed_before, sealed_after))

struct ActionStep {
  ActionStatus status = ActionStatus::proposed;
  std::int64_t position = 0;
  Timestamp at;
  PrincipalId actor;
};
BOOST_DESCRIBE_STRUCT(ActionStep, (), (status, position, at, actor))

struct ActionRow {
  ActionId action;
  TicketId ticket;
  std::int64_t position = 0;  ///< Of action.proposed.
  Clear type;
  std::int64_t type_version = 0;
  std::optional<SealedRef> unknown_type;
  SealedRef args;
  bool args_are_json = true;
  ActionStatus status = ActionStatus::proposed;
  PrincipalId proposed_by;
  ActorType proposed_by_type = ActorType::agent;
  Timestamp proposed_at;
  std::optional<Timestamp> occurred_at, executed_at;
  std::optional<std::int64_t> confidence_ppm, amount_minor, step;
  std::optional<Clear> currency;
  std::optional<SealedRef> reasoning, result;
  std::optional<RunId> run;
  std::optional<Clear> outcome, problem, policy;  ///< Of the newest policy.decided.
  std::optional<std::int64_t> decided_at;         ///< Its position: the event lists every rule.
  std::optional<ApprovalId> approval;
  std::optional<LeaseId> lease;
  std::optional<Timestamp> lease_until;
  std::optional<Clear> provider_ref, failure_code;
  std::vector<StateChange> changes;
  std::optional<ResolutionId> resolution;
  std::optional<RollbackId> rollback;
  bool rolled_back = false;
  std::optional<Timestamp> rolled_back_at;
  std::optional<PrincipalId> rolled_back_by;
  std::optional<SealedRef> rollback_reason;
  std::optional<Clear> rollback_refusal;       ///< Code of the newest refusal.
  std::optional<Clear> agent_version;          ///< As it says itself.
  std::optional<ActionId> caused_by, redo_of;  ///< As the agent says.
  std::optional<ActionId> amends, amended_by;  ///< The proposal before, and the one after it.
  std::optional<RollbackId> tainted_by;        ///< It undid what this was built on.
  std::int64_t dispatches = 0;
  std::vector<ActionStep> steps;  ///< At most the newest 32.
  std::int64_t last_position = 0;
  bool imported = false;
  std::optional<Timestamp> hold_until;  ///< While it is held: nothing is sent before.
  std::optional<Clear> connector;       ///< That runs it.
  std::optional<Clear> provider_key;    ///< Of its newest dispatch.
  std::optional<SealedRef> recall_reason;
};
BOOST_DESCRIBE_STRUCT(ActionRow, (),
                      (action, ticket, position, type, type_version, unknown_type, args,
                       args_are_json, status, proposed_by, proposed_by_type, proposed_at,
                       occurred_at, executed_at, confidence_ppm, amount_minor, step, currency,
                       reasoning, result, run, outcome, problem, policy, decided_at, approval,
                       lease, lease_until, provider_ref, failure_code, changes, resolution,
                       rollback, rolled_back, rolled_back_at, rolled_back_by, rollback_reason,
                       rollback_refusal, agent_version, caused_by, redo_of, amends, amended_by,
                       tainted_by, dispatches, steps, last_position, imported, hold_until,
                       connector, provider_key, recall_reason))

// ---- approvals ----------------------------------------------------------------------------------

struct VoteRow {
  PrincipalId by;
  Vote vote = Vote::reject;
  Timestamp at;
  std::optional<SealedRef> reason;
  std::int64_t decision_ms = 0;
  std::optional<Clear> role, team, auth_level, channel;
  std::optional<Timestamp> authenticated_at;
  bool counts = true;  ///< Not any more when others were asked instead.
};
BOOST_DESCRIBE_STRUCT(VoteRow, (),
                      (by, vote, at, reason, decision_ms, role, team, auth_level, channel,
                       authenticated_at, counts))

struct ApprovalRow {
  ApprovalId approval;
  std::optional<ActionId> action;  ///< Absent: it is about a rollback.
  std::optional<TicketId> ticket;
  std::optional<RollbackId> rollback;
  std::optional<std::int64_t> step;  ///< Of the rollback, to be skipped.
  std::optional<std::vector<PrincipalId>> not_alone;
  ApprovalStatus status = ApprovalStatus::pending;
  Hash args_commitment{}, render_digest{};
  std::int64_t quorum = 1;
  std::vector<Clear> roles;
  std::vector<PrincipalId> excluded;
  Timestamp requested_at, expires_at;
  std::optional<Timestamp> decided_at;
  std::optional<PrincipalId> decided_by;
  std::optional<std::int64_t> granted_position;  ///< Of approval.granted.
  std::optional<SealedRef> decision_reason;
  std::optional<Clear> cause;                       ///< Why it was staled.
  std::optional<std::vector<ChangedFact>> changed;  ///< For the cause drift.
  std::optional<Clear> reason_code;                 ///< Of a rejection.
  std::optional<RetryAdvice> retry;
  std::optional<PrincipalId> claimed_by;  ///< Only this person votes until the claim ends.
  std::optional<Timestamp> claimed_until;
  std::optional<Timestamp> escalate_at;  ///< Others are asked then.
  std::optional<std::vector<Clear>> escalate_to;
  std::optional<Timestamp> escalated_at;
  std::vector<VoteRow> votes;
  std::int64_t last_position = 0;
};
BOOST_DESCRIBE_STRUCT(ApprovalRow, (),
                      (approval, action, ticket, rollback, step, not_alone, status, args_commitment,
                       render_digest, quorum, roles, excluded, requested_at, expires_at, decided_at,
                       decided_by, granted_position, decision_reason, cause, changed, reason_code,
                       retry, claimed_by, claimed_until, escalate_at, escalate_to, escalated_at,
                       votes, last_position))

// ---- rollbacks ----------------------------------------------------------------------------------

struct RollbackRow {
  RollbackId rollback;
  RollbackStatus status = RollbackStatus::requested;
  RollbackMode mode = RollbackMode::restrict_;
  std::optional<ActionId> action;  ///< The target, or the next three.
  std::optional<TicketId> ticket;  ///< Also when everything is about one ticket.
  std::optional<RunId> run;
  std::optional<RollbackSelector> selector;
  Clear reason_code;
  std::optional<SealedRef> reason;
  PrincipalId requested_by;
  Timestamp requested_at;
  std::int64_t position = 0;  ///< Of rollback.requested.
  std::optional<Clear> code;  ///< Why it was refused, staled, aborted, or is stuck.
  std::optional<Hash> plan_digest;
  std::int64_t base_position = 0, step_count = 0, customers = 0, required_approvals = 0;
  std::vector<MoneyDelta> money_delta;
  std::vector<Dependent> dependents;  ///< Of this and the next three lists at most 64; the events
  std::vector<LaterWriter> conflicts, later_writers;  ///< of the plan have all.
  std::vector<NotUndone> skipped, cannot_undo;
  std::optional<ApprovalId> approval;
  std::int64_t undone = 0, left = 0;      ///< Ended steps.
  std::vector<std::int64_t> stuck_steps;  ///< A person has to decide about them.
  std::int64_t ready = 0;                 ///< Steps that the engine can begin by itself now.
  std::optional<PrincipalId> paused_by;   ///< No step begins until it is resumed.
  std::optional<SealedRef> pause_reason;
  std::optional<Timestamp> started_at, ended_at;
  std::int64_t last_position = 0;
};
BOOST_DESCRIBE_STRUCT(RollbackRow, (),
                      (rollback, status, mode, action, ticket, run, selector, reason_code, reason,
                       requested_by, requested_at, position, code, plan_digest, base_position,
                       step_count, customers, required_approvals, money_delta, dependents,
                       conflicts, later_writers, skipped, cannot_undo, approval, undone, left,
                       stuck_steps, ready, paused_by, pause_reason, started_at, ended_at,
                       last_position))

struct RollbackStepRow {
  RollbackStep plan;
  std::int64_t number = 0;
  StepStatus status = StepStatus::planned;
  std::int64_t attempts = 0;
  std::optional<LeaseId> lease;
  std::optional<Timestamp> lease_until, retry_at;
  std::optional<Clear> code, provider_ref;
  std::optional<SealedRef> result, note;
  std::optional<PrincipalId> by;
  std::optional<Hash> evidence_sha256;
  std::optional<ApprovalId> waiver;
  std::optional<std::int64_t> next;  ///< The step that waits for this one.
  std::optional<Timestamp> ended_at;
};
BOOST_DESCRIBE_STRUCT(RollbackStepRow, (),
                      (plan, number, status, attempts, lease, lease_until, retry_at, code,
                       provider_ref, result, note, by, evidence_sha256, waiver, next, ended_at))

/// Something that people look after.
struct RollbackIncidentRow {
  IncidentId incident;
  IncidentKind kind = IncidentKind::rollback_stuck;
  bool open = true;
  std::optional<RollbackId> rollback;
  std::optional<std::int64_t> step;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Timestamp opened_at;
  std::optional<Timestamp> due_at, closed_at;
  std::optional<PrincipalId> closed_by;
  std::optional<Clear> resolution;
  std::optional<SealedRef> reason;
  std::int64_t last_position = 0;
  std::optional<Severity> severity;  ///< This and the rest: of a declared one.
  std::optional<IncidentStage> stage;
  std::optional<Clear> root_cause;
  std::optional<SealedRef> title;
};
BOOST_DESCRIBE_STRUCT(RollbackIncidentRow, (),
                      (incident, kind, open, rollback, step, action, ticket, opened_at, due_at,
                       closed_at, closed_by, resolution, reason, last_position, severity, stage,
                       root_cause, title))

// ---- resolutions --------------------------------------------------------------------------------

/// One answer about it; the latest 32 are kept.
struct AnswerRow {
  FeedbackId feedback;
  FeedbackKind kind = FeedbackKind::csat;
  std::optional<std::int64_t> score;
  std::optional<bool> confirmed;
  Clear source;
  Timestamp at;
  bool retracted = false;
};
BOOST_DESCRIBE_STRUCT(AnswerRow, (), (feedback, kind, score, confirmed, source, at, retracted))

struct ResolutionRow {
  ResolutionId resolution;
  TicketId ticket;
  std::optional<ActionId> action;  ///< The autonomous action that asserted it.
  std::optional<Clear> action_type;
  std::optional<SealedRef> steps;
  std::optional<bool> confirmed;
  std::optional<std::int64_t> score;
  std::optional<Clear> score_source;
  std::optional<SealedRef> feedback_text;
  std::optional<FollowUpId> followup;
  std::optional<Timestamp> followup_due_at, followup_sent_at, followup_cancelled_at;
  std::optional<Timestamp> response_received_at;
  bool reopened = false;
  std::optional<Timestamp> reopened_at;
  std::optional<Clear> reopened_code;
  std::optional<SealedRef> reopened_reason;
  bool voided = false;   ///< The action behind it was rolled back.
  bool assumed = false;  ///< Nobody answered until the ticket was closed.
  std::optional<Timestamp> close_at;
  std::vector<AnswerRow> answers;
  Timestamp created_at, updated_at;
  std::int64_t last_position = 0;
  bool imported = false;
};
BOOST_DESCRIBE_STRUCT(ResolutionRow, (),
                      (resolution, ticket, action, action_type, steps, confirmed, score,
                       score_source, feedback_text, followup, followup_due_at, followup_sent_at,
                       followup_cancelled_at, response_received_at, reopened, reopened_at,
                       reopened_code, reopened_reason, voided, assumed, close_at, answers,
                       created_at, updated_at, last_position, imported))

struct FollowUpRow {
  FollowUpId followup;
  TicketId ticket;
  std::optional<ResolutionId> resolution;
  std::optional<ActionId> action;
  FollowUpStatus status = FollowUpStatus::scheduled;
  Clear channel;
  Timestamp scheduled_at, due_at;
  std::int64_t postponed = 0;  ///< How often.
  std::optional<Timestamp> sent_at, ended_at;
  std::optional<FollowUpAnswer> answer;
  std::optional<Clear> reason;  ///< Why it was postponed last, skipped or cancelled.
  std::optional<std::int64_t> late_s;
  std::int64_t last_position = 0;
};
BOOST_DESCRIBE_STRUCT(FollowUpRow, (),
                      (followup, ticket, resolution, action, status, channel, scheduled_at, due_at,
                       postponed, sent_at, ended_at, answer, reason, late_s, last_position))

// ---- analytics ----------------------------------------------------------------------------------

/// Counts over resolutions, for all and for each action type. Whether one counts as successful is
/// R5's rule: reopened or voided no; confirmed yes; score of 4 or more yes; else unknown.
struct ResolutionCounts {
  std::int64_t total = 0, autonomous = 0, confirmed = 0, contradicted = 0, reopened = 0, voided = 0;
  std::int64_t successful = 0, failed = 0, pending = 0;
  std::int64_t assumed = 0;  ///< Nobody said anything until the ticket was closed.
  /// Confirmed, and neither reopened nor voided within seven days.
  std::int64_t verified = 0;
  std::int64_t scores = 0, score_sum = 0;             ///< Every score, buttons included.
  std::int64_t csat_answers = 0, csat_satisfied = 0;  ///< Buttons excluded; 4 and 5 satisfied.
  /// Every answer that was not taken back; 9 and 10 promote, 0 to 6 detract.
  std::int64_t nps_answers = 0, nps_promoters = 0, nps_detractors = 0;
  std::int64_t thumbs = 0, thumbs_up = 0;
};
BOOST_DESCRIBE_STRUCT(ResolutionCounts, (),
                      (total, autonomous, confirmed, contradicted, reopened, voided, successful,
                       failed, pending, assumed, verified, scores, score_sum, csat_answers,
                       csat_satisfied, nps_answers, nps_promoters, nps_detractors, thumbs,
                       thumbs_up))

/// Counts over actions: for all, for a type, for a day, for a day and type.
struct ActionCounts {
  std::int64_t proposed = 0, allowed = 0, denied = 0, awaiting = 0, shadowed = 0;
  std::int64_t dispatched = 0, succeeded = 0, failed = 0, outcome_unknown = 0, rolled_back = 0;
  std::int64_t rollbacks_refused = 0, withdrawn = 0, approvals_granted = 0, approvals_rejected = 0;
  std::int64_t with_confidence = 0, confidence_sum_ppm = 0;
};
BOOST_DESCRIBE_STRUCT(ActionCounts, (),
                      (proposed, allowed, denied, awaiting, shadowed, dispatched, succeeded, failed,
                       outcome_unknown, rolled_back, rollbacks_refused, withdrawn,
                       approvals_granted, approvals_rejected, with_confidence, confidence_sum_ppm))

struct TicketCounts {
  std::int64_t opened = 0, with_actions = 0, escalated = 0, resolved = 0, closed = 0, reopened = 0;
};
BOOST_DESCRIBE_STRUCT(TicketCounts, (),
                      (opened, with_actions, escalated, resolved, closed, reopened))

// ---- audit_index --------------------------------------------------------------------------------

/// Positions of events by type, actor or ticket, in chunks, oldest first.
struct PositionChunk {
  std::vector<std::int64_t> positions;
};
BOOST_DESCRIBE_STRUCT(PositionChunk, (), (positions))
struct PositionCount {
  std::int64_t count = 0;
  std::int64_t imported = 0;
};
BOOST_DESCRIBE_STRUCT(PositionCount, (), (count, imported))

}  // namespace recourse
