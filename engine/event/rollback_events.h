#pragma once

#include "engine/event/ticket_events.h"

namespace recourse {

/// Which actions a bulk rollback is about: those that fit every member that is there.
struct RollbackSelector {
  std::optional<PrincipalId> agent;    ///< Who proposed them.
  std::optional<Clear> agent_version;  ///< Of the run that they belong to.
  std::optional<Clear> type;
  std::optional<Clear> policy;      ///< pol_<name>@<version> that let them run.
  std::optional<Timestamp> from;    ///< Executed at or after.
  std::optional<Timestamp> before;  ///< Executed before.
  bool operator==(const RollbackSelector&) const = default;
};
BOOST_DESCRIBE_STRUCT(RollbackSelector, (), (agent, agent_version, type, policy, from, before))

/// The target is an action, a ticket, a run or a selector. `action` and `ticket` stand in the
/// events of a rollback when it is about exactly one.
struct RollbackRequested {
  static constexpr std::string_view kType = "recourse.rollback.requested.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  RollbackMode mode = RollbackMode::restrict_;
  Clear reason_code;
  std::optional<Sealed> reason;
  std::optional<RunId> run = {};
  std::optional<RollbackSelector> selector = {};
};
BOOST_DESCRIBE_STRUCT(RollbackRequested, (),
                      (rollback, action, ticket, mode, reason_code, reason, run, selector))

/// Somebody who wrote a field after the action did. Their value is never overwritten.
struct LaterWriter {
  Clear field;
  std::int64_t position = 0;
  PrincipalId actor;
  ActorType actor_type = ActorType::system;
  Clear type;                           ///< Type of the event that wrote.
  std::optional<TicketId> ticket = {};  ///< Where the plan is about several.
  bool operator==(const LaterWriter&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaterWriter, (), (field, position, actor, actor_type, type, ticket))

/// A later action that was built on one that is to be undone.
struct Dependent {
  ActionId action;
  TicketId ticket;
  ActionId on;  ///< What it depends on.
  Clear edge;   ///< causal, data or overwrite
  bool operator==(const Dependent&) const = default;
};
BOOST_DESCRIBE_STRUCT(Dependent, (), (action, ticket, on, edge))

/// An action of the target that gets no step, and why.
struct NotUndone {
  ActionId action;
  TicketId ticket;
  Clear code;
  bool operator==(const NotUndone&) const = default;
};
BOOST_DESCRIBE_STRUCT(NotUndone, (), (action, ticket, code))

/// A refusal is a fact that an auditor will ask for.
struct RollbackRefused {
  static constexpr std::string_view kType = "recourse.rollback.refused.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Clear code;  ///< already_rolled_back, not_executed, later_writers, dependents, no_inverse, ...
  std::vector<LaterWriter> later_writers;
  std::optional<std::vector<Dependent>> dependents = {};
};
BOOST_DESCRIBE_STRUCT(RollbackRefused, (),
                      (rollback, action, ticket, code, later_writers, dependents))

struct RollbackStep {
  ActionId action;
  Clear kind;  ///< restore, inverse, compensate, recall, cancel
  Reversibility reversibility = Reversibility::R1;
  std::vector<FieldWrite> writes;  ///< What it will put back: before = now, after = restored.
  TicketId ticket;
  Clear executor;                     ///< internal, client, or person for what only people do
  std::optional<Clear> type;          ///< Of the action; plans of version 1 did not say it.
  std::optional<Clear> compensation;  ///< The type that a client runs to undo it.
  std::optional<std::int64_t> after;  ///< Number of the step that has to end before.
  std::optional<std::int64_t> amount_minor;
  std::optional<Clear> currency;
  std::optional<Clear> connector = {};  ///< That runs it, in place of another client.
  /// Fields that the action wrote and that stay, because others have written them since.
  std::optional<std::vector<Clear>> kept = {};
  bool operator==(const RollbackStep&) const = default;
};
BOOST_DESCRIBE_STRUCT(RollbackStep, (),
                      (action, kind, reversibility, writes, ticket, executor, type, compensation,
                       after, amount_minor, currency, connector, kept))

/// What a rollback would bring back, in one currency.
struct MoneyDelta {
  Clear currency;
  std::int64_t amount_minor = 0;
  bool operator==(const MoneyDelta&) const = default;
};
BOOST_DESCRIBE_STRUCT(MoneyDelta, (), (currency, amount_minor))

/// The lists of a plan, or a slice of them.
struct PlanLists {
  std::vector<RollbackStep> steps;  ///< Newest first; numbered from 0.
  std::vector<Dependent> dependents;
  std::vector<LaterWriter> conflicts;  ///< Fields that are kept, because others wrote them later.
  std::vector<NotUndone> skipped;      ///< There is nothing to undo.
  std::vector<NotUndone> cannot_undo;  ///< It happened, and no step can take it back.
  bool operator==(const PlanLists&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlanLists, (), (steps, dependents, conflicts, skipped, cannot_undo))

/// What would be done. With more than 64 items the lists here are empty and follow in
/// rollback.plan_continued.
struct RollbackPlanned {
  static constexpr std::string_view kType = "recourse.rollback.planned.v2";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Hash plan_digest{};              ///< SHA-256 of the mode's word, a line feed and the whole lists.
  std::int64_t base_position = 0;  ///< The plan holds for the ledger up to here.
  std::vector<RollbackStep> steps;
  std::vector<Dependent> dependents;
  std::vector<LaterWriter> conflicts;
  std::vector<NotUndone> skipped, cannot_undo;
  std::vector<MoneyDelta> money_delta;
  std::int64_t step_count = 0, item_count = 0;
  std::int64_t customers = 0;
  std::int64_t required_approvals = 0;
};
BOOST_DESCRIBE_STRUCT(RollbackPlanned, (),
                      (rollback, action, ticket, plan_digest, base_position, steps, dependents,
                       conflicts, skipped, cannot_undo, money_delta, step_count, item_count,
                       customers, required_approvals))

/// A slice of the lists of a long plan, in the order of PlanLists.
struct RollbackPlanContinued {
  static constexpr std::string_view kType = "recourse.rollback.plan_continued.v1";
  RollbackId rollback;
  std::int64_t first_step = 0;  ///< Number of the first of `steps`.
  PlanLists lists;
};
BOOST_DESCRIBE_STRUCT(RollbackPlanContinued, (), (rollback, first_step, lists))

/// Something that the plan would write was written by somebody else: it must be planned again.
struct RollbackStaled {
  static constexpr std::string_view kType = "recourse.rollback.staled.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Clear cause;  ///< Type of the event that overtook it.
};
BOOST_DESCRIBE_STRUCT(RollbackStaled, (), (rollback, action, ticket, cause))

struct RollbackStarted {
  static constexpr std::string_view kType = "recourse.rollback.started.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
};
BOOST_DESCRIBE_STRUCT(RollbackStarted, (), (rollback, action, ticket))

/// Written before anything is done. `lease` is the client executor's.
struct CompensationStarted {
  static constexpr std::string_view kType = "recourse.compensation.started.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  std::optional<std::int64_t> attempt = {};
  std::optional<LeaseId> lease = {};
  std::optional<Timestamp> lease_until = {};
};
BOOST_DESCRIBE_STRUCT(CompensationStarted, (),
                      (rollback, action, ticket, step, attempt, lease, lease_until))

/// The executor is still at it.
struct CompensationHeartbeat {
  static constexpr std::string_view kType = "recourse.compensation.heartbeat.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  LeaseId lease;
  Timestamp lease_until;
};
BOOST_DESCRIBE_STRUCT(CompensationHeartbeat, (),
                      (rollback, action, ticket, step, lease, lease_until))

struct CompensationSucceeded {
  static constexpr std::string_view kType = "recourse.compensation.succeeded.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  std::vector<FieldWrite> writes;
  std::optional<Clear> provider_ref = {};
  std::optional<Sealed> result = {};
  std::optional<std::vector<Clear>> kept = {};  ///< As in the step: only a part is undone.
};
BOOST_DESCRIBE_STRUCT(CompensationSucceeded, (),
                      (rollback, action, ticket, step, writes, provider_ref, result, kept))

struct CompensationFailed {
  static constexpr std::string_view kType = "recourse.compensation.failed.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  Clear code;
  bool retryable = false;
  std::int64_t attempt = 1;
  std::optional<Timestamp> retry_at;  ///< Absent: not by itself, a person has to decide.
  std::optional<Sealed> result;
};
BOOST_DESCRIBE_STRUCT(CompensationFailed, (),
                      (rollback, action, ticket, step, code, retryable, attempt, retry_at, result))

/// It may have happened: never tried again before somebody found out.
struct CompensationOutcomeUnknown {
  static constexpr std::string_view kType = "recourse.compensation.outcome_unknown.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  Clear cause;  ///< `looked_up` when the provider did not say what became of it.
  std::optional<Timestamp> look_up_at = {};  ///< When the connector asks the provider about it.
};
BOOST_DESCRIBE_STRUCT(CompensationOutcomeUnknown, (),
                      (rollback, action, ticket, step, cause, look_up_at))

/// Left undone: by a waiver of two people, or because others wrote later (bulk), or by an abort.
struct CompensationSkipped {
  static constexpr std::string_view kType = "recourse.compensation.skipped.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  PrincipalId by;
  Clear code;  ///< waiver, later_writers, no_longer_executed, erased, aborted
  std::optional<ApprovalId> waiver;
};
BOOST_DESCRIBE_STRUCT(CompensationSkipped, (), (rollback, action, ticket, step, by, code, waiver))

/// A person undid it by other means and says where the evidence is.
struct CompensationRecordedManually {
  static constexpr std::string_view kType = "recourse.compensation.recorded_manually.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  PrincipalId by;
  Hash evidence_sha256{};
  std::optional<Sealed> note;
};
BOOST_DESCRIBE_STRUCT(CompensationRecordedManually, (),
                      (rollback, action, ticket, step, by, evidence_sha256, note))

/// A person lets a step that was stuck be tried again.
struct CompensationRetried {
  static constexpr std::string_view kType = "recourse.compensation.retried.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
};
BOOST_DESCRIBE_STRUCT(CompensationRetried, (), (rollback, action, ticket, step))

/// A step does not get on by itself; steps that do not wait for it go on.
struct RollbackStuck {
  static constexpr std::string_view kType = "recourse.rollback.stuck.v1";
  RollbackId rollback;
  ActionId action;
  TicketId ticket;
  std::int64_t step = 0;
  Clear code;
};
BOOST_DESCRIBE_STRUCT(RollbackStuck, (), (rollback, action, ticket, step, code))

/// A person keeps the next steps from beginning; one that an executor has taken ends as it ends.
struct RollbackPaused {
  static constexpr std::string_view kType = "recourse.rollback.paused.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(RollbackPaused, (), (rollback, action, ticket, reason))

struct RollbackResumed {
  static constexpr std::string_view kType = "recourse.rollback.resumed.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
};
BOOST_DESCRIBE_STRUCT(RollbackResumed, (), (rollback, action, ticket))

/// Everything that was planned is undone.
struct RollbackCompleted {
  static constexpr std::string_view kType = "recourse.rollback.completed.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
};
BOOST_DESCRIBE_STRUCT(RollbackCompleted, (), (rollback, action, ticket))

/// It ended with steps left undone.
struct RollbackPartial {
  static constexpr std::string_view kType = "recourse.rollback.partial.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::int64_t undone = 0, left = 0;
};
BOOST_DESCRIBE_STRUCT(RollbackPartial, (), (rollback, action, ticket, undone, left))

/// It ended before anything was done.
struct RollbackAborted {
  static constexpr std::string_view kType = "recourse.rollback.aborted.v1";
  RollbackId rollback;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Clear cause;  ///< approval_rejected, approval_expired, by_person
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(RollbackAborted, (), (rollback, action, ticket, cause, reason))

/// What an action was built on, where the agent says so: the edges that a rollback follows.
struct FieldRead {
  Clear field;
  std::int64_t position = -1;      ///< Of the event that had written what was read; -1 for none.
  std::optional<ActionId> writer;  ///< The action that wrote it, if one did.
  bool operator==(const FieldRead&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldRead, (), (field, position, writer))

struct ActionBasedOn {
  static constexpr std::string_view kType = "recourse.action.based_on.v1";
  ActionId action;
  TicketId ticket;
  std::optional<ActionId> caused_by;
  std::optional<ActionId> redo_of;  ///< It was rolled back; this is its like, decided afresh.
  std::vector<FieldRead> reads;     ///< Fields of the ticket.
};
BOOST_DESCRIBE_STRUCT(ActionBasedOn, (), (action, ticket, caused_by, redo_of, reads))

/// Something that this action was built on has been undone, and it has not.
struct ActionTainted {
  static constexpr std::string_view kType = "recourse.action.tainted.v1";
  ActionId action;
  TicketId ticket;
  RollbackId rollback;
  ActionId on;
  Clear edge;
};
BOOST_DESCRIBE_STRUCT(ActionTainted, (), (action, ticket, rollback, on, edge))

/// Something for people to look after.
struct IncidentOpened {
  static constexpr std::string_view kType = "recourse.incident.opened.v1";
  IncidentId incident;
  IncidentKind kind = IncidentKind::rollback_stuck;
  std::optional<RollbackId> rollback;
  std::optional<std::int64_t> step;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<Timestamp> due_at = {};   ///< By when people should have looked at it.
  std::optional<Severity> severity = {};  ///< Of a declared one.
  std::optional<EntryId> alert = {};      ///< That it came from.
  std::optional<Sealed> title = {};
};
BOOST_DESCRIBE_STRUCT(IncidentOpened, (),
                      (incident, kind, rollback, step, action, ticket, due_at, severity, alert,
                       title))

struct IncidentClosed {
  static constexpr std::string_view kType = "recourse.incident.closed.v1";
  IncidentId incident;
  std::optional<RollbackId> rollback;
  std::optional<TicketId> ticket;
  Clear resolution;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(IncidentClosed, (), (incident, rollback, ticket, resolution, reason))

}  // namespace recourse
