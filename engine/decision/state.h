#pragma once

#include "engine/base/sliding_window.h"
#include "engine/decision/control_state.h"
#include "engine/decision/experiment_state.h"
#include "engine/decision/privacy_state.h"
#include "engine/decision/register_state.h"
#include "engine/event/leaf.h"
#include "engine/event/sla_clocks.h"

namespace recourse {

/// What decisions know: the history of each aggregate, folded. Clear values only, so the rows of
/// decision_state never hold personal data.

/// Who wrote a field, and what.
struct FieldWriter {
  std::optional<Clear> value;
  std::int64_t position = 0;
  PrincipalId actor;
  ActorType actor_type = ActorType::system;
  Clear type;                      ///< Type of the event that wrote.
  std::optional<ActionId> action;  ///< The action that wrote, if one did.
  bool operator==(const FieldWriter&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldWriter, (), (value, position, actor, actor_type, type, action))

/// The writers of one field of a ticket: what a rollback looks at before it restores anything.
struct FieldState {
  Clear field;  ///< status, handler, assignee, team
  FieldWriter last;
  /// The ones before, oldest first, a few only. A rollback takes the last writer off again, so
  /// that actions can be undone one after the other, newest first.
  std::vector<FieldWriter> earlier;
  bool operator==(const FieldState&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldState, (), (field, last, earlier))

/// Nobody works on the ticket any more; a reopening is still possible.
constexpr bool is_resolved(TicketStatus status) {
  return status == TicketStatus::resolved || status == TicketStatus::closed;
}

/// A rollback put back what was there before the last write: `last` goes and the writer before it
/// is the last one again. False, and nothing changes, when that one wrote something else.
bool take_last_writer_off(FieldState& field, const std::optional<Clear>& restored);

struct TicketState {
  TicketId ticket;
  std::int64_t number = 0;
  std::int64_t next_version = 0;  ///< Next version of the ticket's stream.
  TicketStatus status = TicketStatus::new_;
  TicketHandler handler = TicketHandler::none;
  Automation automation = Automation::active;
  SubjectId requester;
  Clear channel;
  std::optional<Clear> category, priority;
  std::optional<PrincipalId> assignee;
  std::optional<Clear> team;
  bool has_email = false;               ///< An address was given with it.
  std::optional<Timestamp> closed_at;   ///< While it is closed.
  std::optional<TicketId> followed_by;  ///< The ticket in which it goes on.
  std::vector<FieldState> fields;
  std::vector<ResolutionId> open_resolutions;  ///< Asserted, neither contradicted nor voided.
  std::optional<ResolutionId> last_resolution;
  std::vector<FollowUpId> pending_followups;
  std::vector<ApprovalId> open_approvals;   ///< Pending, or granted and not used yet.
  std::int64_t last_position = -1;          ///< Of the ticket's own stream, or -1.
  std::int64_t last_customer_message = -1;  ///< Position, or -1.
  /// Version of the last event of the ticket's stream that says something about it: whether
  /// automation waits is ours to say and nobody's surprise.
  std::int64_t changed_version = -1;
  /// By an approver who does not want to be asked for the same again; the latest 256.
  std::vector<ActionId> rejected_actions;
  std::vector<RollbackId> open_plans;  ///< Planned, not started: a write may overtake them.
  std::vector<IncidentId> stuck;       ///< Open incidents that suspend automation.
  std::vector<ActionId> waiting;       ///< Actions that may_be_taken_back(), the latest 256.
  std::vector<RollbackId> undoing;     ///< Started and not ended, in bulk: with a begun step of it.
  std::optional<TicketId> merged_into;
  bool operator==(const TicketState&) const = default;
};
BOOST_DESCRIBE_STRUCT(TicketState, (),
                      (ticket, number, next_version, status, handler, automation, requester,
                       channel, category, priority, assignee, team, has_email, closed_at,
                       followed_by, fields, open_resolutions, last_resolution, pending_followups,
                       open_approvals, last_position, last_customer_message, changed_version,
                       rejected_actions, open_plans, stuck, waiting, undoing, merged_into))

/// A later action that was built on this one: it was caused by it, or read what it wrote.
struct DependentState {
  ActionId action;
  Clear edge;  ///< causal or data
  bool operator==(const DependentState&) const = default;
};
BOOST_DESCRIBE_STRUCT(DependentState, (), (action, edge))

/// Nothing of it has been sent, and something may be yet.
constexpr bool may_be_taken_back(ActionStatus status) {
  return status == ActionStatus::awaiting_approval || status == ActionStatus::authorized ||
         status == ActionStatus::held;
}

/// A rollback has undone it, in whole or as far as others had not written since.
constexpr bool was_undone(ActionStatus status) {
  return status == ActionStatus::rolled_back || status == ActionStatus::partially_rolled_back;
}

struct ActionState {
  ActionId action;
  TicketId ticket;
  std::int64_t next_version = 0;
  std::int64_t proposed_at = 0;  ///< Position of action.proposed.
  ActionStatus status = ActionStatus::proposed;
  Clear type;
  std::int64_t type_version = 0;
  bool imported = false;
  Hash args_commitment{};
  PrincipalId proposer;
  ActorType proposer_type = ActorType::agent;
  std::optional<std::int64_t> confidence_ppm, amount_minor, expected_ticket_version;
  std::optional<Clear> currency, policy;
  std::optional<RunId> run;
  std::optional<ApprovalId> approval;
  std::optional<LeaseId> lease;
  std::optional<Timestamp> lease_until;
  std::int64_t attempts = 0;
  std::optional<Timestamp> permitted_at;  ///< Of the latest permission: what windows count it by.
  std::vector<FieldWrite> writes;         ///< As confirmed; sealed values by commitment only.
  std::optional<ResolutionId> resolution;
  std::vector<FollowUpId> followups;
  std::optional<RollbackId> rollback;
  std::optional<std::int64_t> executed_at;  ///< Position of what confirmed it.
  std::optional<Timestamp> executed_time;
  std::optional<Clear> agent_version;      ///< As proposed, else of its run.
  std::vector<DependentState> dependents;  ///< Later actions that say they were built on it.
  bool tainted = false;                    ///< What it was built on has been undone.
  std::vector<Mishap> mishaps;             ///< What spoke against it, each once.
  std::vector<FieldRead> reads;            ///< What the agent says it looked at, as it was then.
  std::optional<Timestamp> hold_until;     ///< While it is held: nothing is sent before.
  std::optional<Clear> connector;          ///< That runs it.
  std::optional<Timestamp> look_up_at;     ///< While its outcome is unknown.
  std::int64_t look_ups = 0;               ///< That found nothing out.
  std::optional<IncidentId> incident;      ///< Open, about its unknown outcome.
  std::vector<Clear> tenant_rollouts;      ///< Rollouts over tenants that let it run.
  bool operator==(const ActionState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ActionState, (),
                      (action, ticket, next_version, proposed_at, status, type, type_version,
                       imported, args_commitment, proposer, proposer_type, confidence_ppm,
                       amount_minor, expected_ticket_version, currency, policy, run, approval,
                       lease, lease_until, attempts, permitted_at, writes, resolution, followups,
                       rollback, executed_at, executed_time, agent_version, dependents, tainted,
                       mishaps, reads, hold_until, connector, look_up_at, look_ups, incident,
                       tenant_rollouts))

struct VoteState {
  PrincipalId by;
  Vote vote = Vote::reject;
  std::optional<Clear> role = {};
  std::optional<Clear> team = {};
  bool operator==(const VoteState&) const = default;
};
BOOST_DESCRIBE_STRUCT(VoteState, (), (by, vote, role, team))

/// Who looks at an approval, and until when.
struct ClaimState {
  PrincipalId by;
  Timestamp until;
  bool operator==(const ClaimState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClaimState, (), (by, until))

struct ApprovalState {
  ApprovalId approval;
  ActionId action;  ///< Empty: it is about a rollback.
  TicketId ticket;  ///< Empty: a rollback over several tickets.
  std::optional<RollbackId> rollback;
  std::optional<std::int64_t> step;    ///< To be skipped.
  std::vector<PrincipalId> not_alone;  ///< Among the approvers there must be another one.
  std::int64_t next_version = 0;
  ApprovalStatus status = ApprovalStatus::pending;
  Hash args_commitment{}, render_digest{};
  std::int64_t quorum = 1;
  std::vector<Clear> roles;
  std::vector<PrincipalId> excluded;
  std::vector<VoteState> votes;
  Timestamp requested_at, expires_at;
  std::optional<ClaimState> claim;
  std::optional<Timestamp> escalate_at;
  std::vector<Clear> escalate_to;
  bool escalated = false;
  bool operator==(const ApprovalState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalState, (),
                      (approval, action, ticket, rollback, step, not_alone, next_version, status,
                       args_commitment, render_digest, quorum, roles, excluded, votes, requested_at,
                       expires_at, claim, escalate_at, escalate_to, escalated))

struct ResolutionState {
  ResolutionId resolution;
  TicketId ticket;
  std::int64_t next_version = 0;
  std::optional<ActionId> action;
  std::optional<Timestamp> asserted_at;
  std::optional<bool> confirmed;
  bool voided = false;
  bool assumed = false;
  std::optional<FollowUpId> asked;  ///< The follow-up that was sent about it.
  bool operator==(const ResolutionState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ResolutionState, (),
                      (resolution, ticket, next_version, action, asserted_at, confirmed, voided,
                       assumed, asked))

struct FollowUpState {
  FollowUpId followup;
  TicketId ticket;
  std::int64_t next_version = 0;
  std::optional<ResolutionId> resolution;
  FollowUpStatus status = FollowUpStatus::scheduled;
  Timestamp planned_at, due_at;  ///< At first, and after it was postponed.
  Clear channel;
  bool operator==(const FollowUpState&) const = default;
};
BOOST_DESCRIBE_STRUCT(FollowUpState, (),
                      (followup, ticket, next_version, resolution, status, planned_at, due_at,
                       channel))

struct RollbackState {
  RollbackId rollback;
  std::int64_t next_version = 0;
  RollbackStatus status = RollbackStatus::requested;
  RollbackMode mode = RollbackMode::restrict_;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  bool bulk = false;
  std::int64_t requested_at = 0;  ///< Position of rollback.requested.
  PrincipalId requester;
  Hash plan_digest{};
  std::int64_t required_approvals = 0;
  std::optional<ApprovalId> approval;
  std::int64_t steps = 0;  ///< How many there are.
  /// Steps that nobody outside executes and that wait for no other one are carried out in order:
  /// those before `walked` have been, and `heads_left` more are to come. Before them come those of
  /// `ready`: what they waited for has ended.
  std::int64_t walked = 0, heads_left = 0;
  std::vector<std::int64_t> ready;
  bool paused = false;                   ///< By a person: no step begins until it is resumed.
  std::int64_t undone = 0, skipped = 0;  ///< Ended steps.
  std::vector<std::int64_t> stuck;       ///< Steps that wait for a person to decide.
  std::vector<Dependent> dependents;     ///< To be tainted (detach).
  bool sends = false;                    ///< Some steps are a connector's.
  bool operator==(const RollbackState&) const = default;
};
BOOST_DESCRIBE_STRUCT(RollbackState, (),
                      (rollback, next_version, status, mode, action, ticket, bulk, requested_at,
                       requester, plan_digest, required_approvals, approval, steps, walked,
                       heads_left, ready, paused, undone, skipped, stuck, dependents, sends))

struct StepState {
  RollbackStep plan;
  StepStatus status = StepStatus::planned;
  std::int64_t attempts = 0;
  std::optional<LeaseId> lease;
  std::optional<Timestamp> lease_until, retry_at;
  std::optional<Timestamp> look_up_at;  ///< While its outcome is unknown.
  std::int64_t look_ups = 0;            ///< That found nothing out, since it became unknown.
  std::optional<IncidentId> incident;   ///< Open, since the step is stuck.
  std::optional<ApprovalId> waiver;     ///< Asked for.
  std::optional<std::int64_t> next;     ///< The step that waits for this one.
  bool operator==(const StepState&) const = default;
};
BOOST_DESCRIBE_STRUCT(StepState, (),
                      (plan, status, attempts, lease, lease_until, retry_at, look_up_at, look_ups,
                       incident, waiver, next))

/// Nothing of it is left to do.
constexpr bool is_ended(StepStatus status) {
  return status == StepStatus::succeeded || status == StepStatus::recorded_manually ||
         status == StepStatus::skipped;
}
/// Carried out by the engine itself.
inline bool is_internal(const RollbackStep& step) { return step.executor.text == "internal"; }
/// Nothing of the action was sent yet: it is kept from running.
inline bool takes_back(const RollbackStep& step) {
  return step.kind.text == "cancel" || step.kind.text == "recall";
}
/// And waits for no other step.
inline bool is_head(const RollbackStep& step) { return !step.after && is_internal(step); }

/// The key of a step's row: sorted by number within the rollback.
std::string step_key(const RollbackId& rollback, std::int64_t step);

struct IncidentState {
  IncidentId incident;
  std::int64_t next_version = 0;
  IncidentKind kind = IncidentKind::rollback_stuck;
  std::optional<RollbackId> rollback;
  std::optional<std::int64_t> step;
  std::optional<TicketId> ticket;
  bool open = false;
  std::optional<IncidentStage> stage;  ///< Of a declared one, once it got on.
  bool operator==(const IncidentState&) const = default;
};
BOOST_DESCRIBE_STRUCT(IncidentState, (),
                      (incident, next_version, kind, rollback, step, ticket, open, stage))

struct RunState {
  std::int64_t next_version = 0;
  std::optional<Clear> agent_version;
  bool operator==(const RunState&) const = default;
};
BOOST_DESCRIBE_STRUCT(RunState, (), (next_version, agent_version))

struct FeedbackState {
  FeedbackId feedback;
  TicketId ticket;
  std::int64_t next_version = 0;
  std::optional<ResolutionId> resolution;
  bool retracted = false;
  bool operator==(const FeedbackState&) const = default;
};
BOOST_DESCRIBE_STRUCT(FeedbackState, (), (feedback, ticket, next_version, resolution, retracted))

/// The clocks of one ticket.
struct SlaState {
  std::vector<SlaClock> clocks;
  bool operator==(const SlaState&) const = default;
};
BOOST_DESCRIBE_STRUCT(SlaState, (), (clocks))

/// Streams that need no more than their version: ledgers, policies.
struct StreamState {
  std::int64_t next_version = 0;
  bool operator==(const StreamState&) const = default;
};
BOOST_DESCRIBE_STRUCT(StreamState, (), (next_version))

/// A data subject within a window, and the newest bucket that it was counted in.
struct WindowCustomer {
  SubjectId customer;
  std::int64_t bucket = 0;
  bool operator==(const WindowCustomer&) const = default;
};
BOOST_DESCRIBE_STRUCT(WindowCustomer, (), (customer, bucket))

/// How actions of some types are run by this program.
struct ConnectorState {
  Clear connector;
  Clear url;
  std::optional<Clear> look_up_url;
  std::vector<Clear> types;
  std::optional<Clear> credential;
  std::int64_t timeout_s = 30, max_attempts = 5;
  bool operator==(const ConnectorState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConnectorState, (),
                      (connector, url, look_up_url, types, credential, timeout_s, max_attempts))

/// When a limit was met last, so that it is told once in a window.
struct LimitMark {
  Clear name;
  Timestamp at;
  bool operator==(const LimitMark&) const = default;
};
BOOST_DESCRIBE_STRUCT(LimitMark, (), (name, at))

/// What happened lately in one scope: the history that a limit of the policy looks at.
struct WindowState {
  std::vector<WindowBucket> buckets;      ///< Actions or minor units, oldest first.
  std::vector<WindowCustomer> customers;  ///< In place of buckets: each once, the latest 1,024.
  std::vector<LimitMark> reached;
  bool operator==(const WindowState&) const = default;
};
BOOST_DESCRIBE_STRUCT(WindowState, (), (buckets, customers, reached))

/// One tenant's own settings and counters.
struct TenantState {
  std::int64_t next_ticket_number = 1;
  Clear policy;  ///< pol_<name>@<version>
  std::optional<Timestamp> policy_since;
  Clear policy_text;                 ///< Canonical JSON
  std::vector<Clear> killed_scopes;  ///< deployment, tenant, principals, action types
  std::vector<Clear> rollouts;       ///< Keys of all there are.
  std::vector<Clear> experiments;    ///< Keys of those that run.
  std::optional<Clear> shadow_policy, shadow_text;  ///< Judged besides, and recorded only.
  std::vector<Clear> connectors;                    ///< Names of all there are.
  std::vector<Clear> earlier_policies;  ///< In force before, the latest last; 16 at most.
  bool operator==(const TenantState&) const = default;
};
BOOST_DESCRIBE_STRUCT(TenantState, (),
                      (next_ticket_number, policy, policy_since, policy_text, killed_scopes,
                       rollouts, experiments, shadow_policy, shadow_text, connectors,
                       earlier_policies))

/// One version of a policy.
struct PolicyState {
  Clear policy;  ///< pol_<name>@<version>
  Hash digest{};
  Clear text;  ///< Canonical JSON
  std::optional<PrincipalId> drafted_by, activated_by;
  std::optional<Timestamp> drafted_at, activated_at;
  std::optional<PolicyMode> mode;  ///< Of the latest activation.
  std::optional<Clear> backtest;   ///< The latest one.
  bool retired = false;
  bool operator==(const PolicyState&) const = default;
};
BOOST_DESCRIBE_STRUCT(PolicyState, (),
                      (policy, digest, text, drafted_by, activated_by, drafted_at, activated_at,
                       mode, backtest, retired))

/// Where a version stands: drafted, backtested, shadow, active, former or retired.
std::string_view standing_of(const PolicyState& policy, const TenantState& tenant);

/// Something that is to happen at a moment. One row by what it is about and one by when it is due,
/// so that a restart, a rebuild and a reader that looks for what is due all see the same.
struct TimerState {
  TimerKind kind = TimerKind::approval;
  Clear id;  ///< Of what it is about.
  Timestamp due_at;
  std::optional<Clear> connector = {};  ///< Whose turn it is: a row of the outbox.
  bool operator==(const TimerState&) const = default;
};
BOOST_DESCRIBE_STRUCT(TimerState, (), (kind, id, due_at, connector))

/// How many effects are held within one scope of a kill switch.
struct HeldState {
  std::int64_t effects = 0;
  bool operator==(const HeldState&) const = default;
};
BOOST_DESCRIBE_STRUCT(HeldState, (), (effects))

/// Rows of one kind by id; find() is null when there is none, change() makes one.
/// A pointer stays valid until the next call on the same table.
template <class IdType, class Row>
class StateTable {
 public:
  virtual ~StateTable() = default;
  virtual const Row* find(const IdType& id) = 0;
  virtual Row& change(const IdType& id) = 0;
  virtual void erase(const IdType& id) = 0;
};

/// Everything the decisions of one tenant's ledger read, and the only thing evolve() changes.
struct State {
  StateTable<TicketId, TicketState>& tickets;
  StateTable<ActionId, ActionState>& actions;
  StateTable<ApprovalId, ApprovalState>& approvals;
  StateTable<ResolutionId, ResolutionState>& resolutions;
  StateTable<std::string, StreamState>& streams;
  StateTable<std::int64_t, TicketId>& ticket_numbers;
  StateTable<TenantId, TenantState>& tenant;      ///< One row, under the empty id.
  StateTable<std::string, WindowState>& windows;  ///< By window_key().
  StateTable<RollbackId, RollbackState>& rollbacks;
  StateTable<std::string, StepState>& steps;  ///< By step_key().
  StateTable<IncidentId, IncidentState>& incidents;
  StateTable<RunId, RunState>& runs;
  StateTable<std::string, BreakerState>& breakers;        ///< By breaker_key().
  StateTable<std::string, RolloutState>& rollouts;        ///< By key, or tenant_rollout_key().
  StateTable<std::string, AssignmentState>& assignments;  ///< By assignment_key().
  StateTable<std::string, PolicyState>& policies;         ///< By pol_<name>@<version>.
  StateTable<std::string, TimerState>& timers;            ///< By timer_key().
  StateTable<std::string, TimerState>& due;               ///< The same by due_key().
  StateTable<FollowUpId, FollowUpState>& followups;
  StateTable<FeedbackId, FeedbackState>& feedback;
  StateTable<TicketId, SlaState>& slas;
  StateTable<std::string, ConnectorState>& connectors;      ///< By name.
  StateTable<std::string, ExperimentState>& experiments;    ///< By key.
  StateTable<std::string, ParticipantState>& participants;  ///< By participant_key().
  StateTable<std::string, HeldState>& held;                 ///< By scope: tenant, agent or type.
  StateTable<EntryId, DsrState>& dsrs;
  StateTable<EntryId, HoldState>& holds;
  StateTable<SubjectId, SubjectState>& subjects;
  StateTable<TenantId, PrivacyState>& privacy;  ///< One row, under the empty id.
  StateTable<EntryId, EntryState>& entries;     ///< Of all registers.
};

/// Whether the person's keys are gone: nothing can be sealed under them any more.
bool is_erased(State& state, const SubjectId& subject);

/// The version that the next event of `stream` takes.
std::int64_t next_version(State& state, std::string_view stream);

/// Folds one event. Total: imported and unexpected events are folded as they are, since what is
/// recorded has happened.
void evolve(State& state, const RecordedEvent& event);

}  // namespace recourse
