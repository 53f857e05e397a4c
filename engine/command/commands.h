#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/time.h"
#include "engine/base/vocabulary.h"

namespace recourse {

/// Who asks. Machine keys (agent, system) never vote.
struct Principal {
  PrincipalId id;
  ActorType kind = ActorType::human;
  Role role = Role::viewer;
  KeyId key;
  std::string team = {};  ///< Empty: none is known.
};

/// Orders. Texts here are plain: the decision seals what is personal under the ticket's requester.
/// JSON members (`args_json`, `metadata_json`) are canonical already.

struct OpenTicket {
  std::string channel = "api";
  SubjectId requester;
  std::optional<std::string> title, description, customer_email, metadata_json;
  std::optional<std::string> issue_type, category, priority;
};

enum class MessageFrom { customer, agent, note };
struct AddMessage {
  TicketId ticket;
  MessageFrom from = MessageFrom::customer;
  std::string channel = "api";
  std::string body;
};

struct AssignTicket {
  TicketId ticket;
  std::optional<PrincipalId> assignee;
  std::optional<std::string> team;
  std::optional<std::int64_t> expected_version;
};

struct EscalateTicket {
  TicketId ticket;
  std::string reason_code;
  std::optional<std::string> to_team, suggested_action, handoff_summary;
  std::optional<std::int64_t> expected_version;
};

/// open, pending, on_hold, resolved or closed; resolve and close are this with their status.
struct SetTicketStatus {
  TicketId ticket;
  TicketStatus status = TicketStatus::open;
  std::optional<std::string> resolution_steps;
  std::optional<std::int64_t> expected_version;
};

struct ReopenTicket {
  TicketId ticket;
  std::string reason_code;
  std::optional<std::string> reason;
  std::optional<std::int64_t> expected_version;
};

/// `ticket` ends and goes on in `into`.
struct MergeTicket {
  TicketId ticket;
  TicketId into;
  std::optional<std::string> reason;
  std::optional<std::int64_t> expected_version;
};

/// A person who handled the ticket gives it to the agent, or to nobody.
struct HandBackTicket {
  TicketId ticket;
  TicketHandler to = TicketHandler::agent;  ///< agent or none
  std::optional<std::string> reason;
  std::optional<std::int64_t> expected_version;
};

/// Keeps agents away from one ticket, or lets them work on it again.
struct SwitchAutomation {
  TicketId ticket;
  bool on = false;
  std::optional<std::string> reason;  ///< Required.
  std::optional<std::int64_t> expected_version;
};

struct ProposeAction {
  TicketId ticket;
  std::string type;
  std::string args_json = "{}";  ///< Canonical JSON object
  std::optional<std::int64_t> confidence_ppm;
  std::optional<std::string> reasoning;
  std::optional<RunId> run;
  std::optional<std::int64_t> expected_ticket_version;
  /// What it was built on, where the agent says so: an earlier action, and fields of the ticket
  /// that it looked at. A rollback of those follows these edges.
  std::optional<ActionId> caused_by = {};
  std::optional<ActionId> redo_of = {};  ///< A rolled back action that this one repeats.
  std::vector<std::string> reads = {};
  std::optional<std::string> agent_version = {};  ///< A code; breakers tell versions apart.
};

/// A client executor takes an authorized action; what it may run comes back with the lease.
/// With `lease` it says that it is still at it.
struct LeaseAction {
  ActionId action;
  std::int64_t lease_s = 60;
  std::optional<LeaseId> lease = {};
  std::optional<std::string> connector = {};  ///< Of the outbox: which connector takes it.
};

struct ReportedWrite {
  std::string entity, field;
  std::optional<std::string> before_json, after_json;
};
struct ReportAction {
  ActionId action;
  EffectOutcome outcome = EffectOutcome::unknown;
  std::optional<LeaseId> lease;
  std::optional<std::string> provider_ref, result_json, code;
  bool retryable = false;
  std::vector<ReportedWrite> writes;
  std::optional<std::int64_t> retry_after_s = {};  ///< As the provider asked for.
};

struct WithdrawAction {
  ActionId action;
  std::optional<std::string> reason;
};
/// Takes back what may run and has not been sent.
struct RecallAction {
  ActionId action;
  std::optional<std::string> reason;
};
/// Lets this program run actions of `types` by calls to a provider; again with the same name
/// replaces it.
struct ConfigureConnector {
  std::string connector;
  std::string url;
  std::optional<std::string> look_up_url;
  std::vector<std::string> types;
  std::optional<std::string> credential;
  std::int64_t timeout_s = 30;
  std::int64_t max_attempts = 5;
};
struct RemoveConnector {
  std::string connector;
  std::optional<std::string> reason;
};

/// Takes an action's place with other arguments: a proposal of who amends, judged and approved on
/// its own. The type is the same.
struct AmendAction {
  ActionId action;
  std::string args_json = "{}";  ///< Canonical JSON object
  std::optional<std::int64_t> confidence_ppm;
  std::optional<std::string> reasoning;
  std::optional<std::string> reason;  ///< Why the old one does not do.
  std::optional<std::int64_t> expected_ticket_version;
};

struct CastVote {
  ApprovalId approval;
  Vote vote = Vote::reject;
  std::optional<std::string> reason;         ///< Required for reject.
  std::optional<std::string> render_digest;  ///< base64; votes on the channel `api` must quote it.
  std::string channel = "api";  ///< api, or the served surface the vote came by: served, slack
  std::optional<std::string> reason_code = {};  ///< Of a rejection.
  std::optional<RetryAdvice> retry = {};        ///< Of a rejection; default revise.
};
/// Keeps others from voting for a while; who has it already keeps it longer. An admin may take it
/// over.
struct ClaimApproval {
  ApprovalId approval;
  std::int64_t claim_s = 600;
};
struct ReleaseApproval {
  ApprovalId approval;
};
/// Asks the escalation roles, once. The system does it when half of the time is over.
struct EscalateApproval {
  ApprovalId approval;
  std::optional<std::string> reason;
};
/// Takes back what was granted and not used yet.
struct RevokeApproval {
  ApprovalId approval;
  std::optional<std::string> reason;  ///< Required.
};

/// Timers: only the system asks for these.
struct ExpireApproval {
  ApprovalId approval;
};
struct ExpireClaim {
  ApprovalId approval;
};
struct ExpireLease {
  ActionId action;
};

/// Timer: asks the customer, or says why not.
struct SendFollowUp {
  FollowUpId followup;
};
/// Timer: closes a ticket that was resolved long enough ago.
struct CloseResolved {
  TicketId ticket;
};

/// Timer: says that a clock has run out.
struct BreachClock {
  TicketId ticket;
  SlaClockName clock = SlaClockName::first_response;
};
/// A promise that is not held against anybody any more.
struct WaiveClock {
  TicketId ticket;
  SlaClockName clock = SlaClockName::first_response;
  std::optional<std::string> reason;  ///< Required.
};

/// Asks the customer of a resolved ticket at `at`, or at once, whether it works.
struct RequestFollowUp {
  TicketId ticket;
  std::optional<Timestamp> at;
  std::optional<std::string> channel;
};
struct CancelFollowUp {
  FollowUpId followup;
  std::string reason_code = "manual";
};
/// One of the three buttons under a follow-up.
struct AnswerFollowUp {
  FollowUpId followup;
  FollowUpAnswer answer = FollowUpAnswer::confirm;
  std::optional<std::string> comment;
  std::string source = "button";
};

struct SubmitFeedback {
  TicketId ticket;
  std::optional<ResolutionId> resolution;  ///< Default: the newest one.
  std::optional<bool> confirmed;
  std::optional<std::int64_t> score;  ///< 1..5; of kind nps 0..10, of kind thumb 0 or 1
  std::optional<std::string> comment;
  bool partial = false;  ///< With `confirmed` false: partly fixed.
  std::string source = "api";
  std::optional<FeedbackKind> kind = {};  ///< csat, nps or thumb; absent: csat when it has a score
};
struct RetractFeedback {
  FeedbackId feedback;
  std::string reason_code = "manual";
};

/// Actions of many tickets; absent members fit everything.
struct BulkTarget {
  std::optional<PrincipalId> agent;
  std::optional<std::string> agent_version, type, policy;
  std::optional<Timestamp> from, before;  ///< Executed at or after, and before.
};
/// The target is one of action, ticket, run and bulk.
struct RollBack {
  ActionId action;
  RollbackMode mode = RollbackMode::restrict_;
  std::string reason_code = "manual";
  std::optional<std::string> reason;
  std::optional<TicketId> ticket = {};
  std::optional<RunId> run = {};
  std::optional<BulkTarget> bulk = {};
  /// For the last three: what a query found. What does not fit the target is left out.
  std::vector<ActionId> found = {};
  bool plan_only = false;  ///< Wait for StartRollback also where nobody has to be asked.
};
/// What is started is what was looked at.
struct StartRollback {
  RollbackId rollback;
  std::string plan_digest;  ///< base64
  /// Without the people who have to agree: an admin, with a reason, and people look at it later.
  bool break_glass = false;
  std::optional<std::string> reason = {};
};
/// Before the start: nothing is done. After it: what has not begun is left.
struct AbortRollback {
  RollbackId rollback;
  std::optional<std::string> reason;
};
/// Keeps the next steps from beginning, or lets them begin again.
struct PauseRollback {
  RollbackId rollback;
  bool pause = true;
  std::optional<std::string> reason;
};
/// A client executor takes a step; with `lease` it says that it is still at it.
struct LeaseStep {
  RollbackId rollback;
  std::int64_t step = 0;
  std::int64_t lease_s = 60;
  std::optional<LeaseId> lease;
  std::optional<std::string> connector = {};  ///< Of the outbox: which connector takes it.
};
struct ReportStep {
  RollbackId rollback;
  std::int64_t step = 0;
  EffectOutcome outcome = EffectOutcome::unknown;
  std::optional<LeaseId> lease;
  std::optional<std::string> provider_ref, result_json, code;
  bool retryable = false;
};
/// What a person may decide about a step that does not get on.
struct RetryStep {
  RollbackId rollback;
  std::int64_t step = 0;
};
struct SkipStep {
  RollbackId rollback;
  std::int64_t step = 0;
  std::optional<std::string> reason;  ///< Required: a second person is asked.
};
struct RecordStep {
  RollbackId rollback;
  std::int64_t step = 0;
  std::string evidence_sha256;  ///< Hexadecimal
  std::optional<std::string> note;
};
struct CloseIncident {
  IncidentId incident;
  std::string resolution;  ///< A code.
  std::optional<std::string> reason;
};
/// Timers: only the system asks for these.
struct ExpireStepLease {
  RollbackId rollback;
  std::int64_t step = 0;
};
/// The next steps of a started rollback.
struct ContinueRollback {
  RollbackId rollback;
  std::int64_t max_steps = 25;
};

struct EngageKillswitch {
  std::string scope = "tenant";
  std::optional<std::string> reason;
};
struct ReleaseKillswitch {
  std::string scope = "tenant";
  std::optional<std::string> reason;
};
/// Opens a breaker until it is closed again, or closes one. The agent `all` means every agent.
struct SetBreaker {
  PrincipalId agent;
  std::optional<std::string> agent_version;
  std::string action_type;
  bool open = true;
  std::optional<std::string> reason;
};
/// Timer: a breaker's state has lasted its time.
struct TurnBreaker {
  std::string breaker;  ///< breaker_key()
};
struct GuardrailOrder {
  Mishap metric = Mishap::error;
  std::int64_t max_ppm = 0;
};
/// Sets the share of units that agents work on without a person; the first one makes the rollout.
/// Over tenants it is the deployment's, in the meta ledger.
struct RampRollout {
  std::string key;
  RolloutUnit unit = RolloutUnit::ticket;
  std::int64_t percent_bp = 0;
  /// Absent members stay as they are.
  std::optional<std::vector<std::string>> include, types, except_types;
  std::optional<std::vector<GuardrailOrder>> guardrails;
  std::optional<std::int64_t> least;
  std::optional<std::string> reason;
};
/// Over tenants a guardrail is about all of them together, so no tenant's decision can stop it:
/// the reactor adds up and asks for this. It counts again what it was told.
struct StopRollout {
  std::string key;
  Mishap metric = Mishap::error;
  std::int64_t count = 0, executed = 0;
};
/// Tries two confidence thresholds side by side.
struct StartExperiment {
  std::string key;
  std::int64_t share_bp = 10'000;
  std::int64_t control_ppm = 0, treatment_ppm = 0;
  std::vector<std::string> types;
  std::int64_t window_s = 604'800;
  std::int64_t alpha_ppm = 50'000;
  std::vector<GuardrailOrder> guardrails;
  std::optional<std::int64_t> least;
  std::optional<std::string> reason;
};
struct StopExperiment {
  std::string key;
  std::optional<std::string> reason;
};
struct DraftPolicy {
  std::string policy;  ///< pol_<name>@<version>
  std::string text;    ///< JSON of a policy
};
/// Puts a draft into force, or into shadow. A `text` that was never drafted is drafted by who
/// activates it.
struct ActivatePolicy {
  std::string policy;
  std::string text = {};  ///< Empty: as it was drafted.
  PolicyMode mode = PolicyMode::enforce;
};
/// Takes a draft back, or a policy out of the shadow.
struct RetirePolicy {
  std::string policy;
  std::optional<std::string> reason;
};

/// Puts the policy into force that was in force before `policy`.
struct RevertPolicy {
  std::string policy;                 ///< The one in force, so that nobody goes back twice.
  std::optional<std::string> reason;  ///< Required.
};

using Command = std::variant<
    OpenTicket, AddMessage, AssignTicket, EscalateTicket, SetTicketStatus, ReopenTicket,
    MergeTicket, HandBackTicket, SwitchAutomation, ProposeAction, LeaseAction, ReportAction,
    WithdrawAction, RecallAction, ConfigureConnector, RemoveConnector, AmendAction, CastVote,
    ClaimApproval, ReleaseApproval, EscalateApproval, RevokeApproval, ExpireApproval, ExpireClaim,
    ExpireLease, SendFollowUp, CloseResolved, BreachClock, WaiveClock, RequestFollowUp,
    CancelFollowUp, AnswerFollowUp, SubmitFeedback, RetractFeedback, RollBack, StartRollback,
    AbortRollback, PauseRollback, LeaseStep, ReportStep, RetryStep, SkipStep, RecordStep,
    CloseIncident, ExpireStepLease, ContinueRollback, EngageKillswitch, ReleaseKillswitch,
    SetBreaker, TurnBreaker, RampRollout, StopRollout, StartExperiment, StopExperiment, DraftPolicy,
    ActivatePolicy, RetirePolicy, RevertPolicy>;

/// Whether `principal` may give this command at all; what it may do then is the policy's business.
/// A person may by role. A machine key may open tickets, pass on messages and propose, lease,
/// report and withdraw actions: it never votes, and it changes a ticket only through an action that
/// the policy judges. A customer may write and answer. The system does everything but vote.
bool may(const Principal& principal, const Command& command);

/// The command's name in snake_case, as command.rejected and logs show it.
std::string_view name(const Command& command);

}  // namespace recourse
