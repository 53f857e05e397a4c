#pragma once

#include "engine/event/ticket_events.h"

namespace recourse {

struct RunStarted {
  static constexpr std::string_view kType = "recourse.run.started.v1";
  RunId run;
  std::optional<TicketId> ticket;
  PrincipalId agent;
  std::optional<Clear> agent_version, model, external_ref;
  std::optional<Sealed> instruction;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(RunStarted, (),
                      (run, ticket, agent, agent_version, model, external_ref, instruction,
                       provenance))

struct RunFinished {
  static constexpr std::string_view kType = "recourse.run.finished.v1";
  RunId run;
  std::optional<TicketId> ticket;
  RunStatus status = RunStatus::finished;
  std::optional<std::int64_t> reward_ppm;  ///< A benchmark's own grade, where the source has one.
  std::optional<Clear> error_code;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(RunFinished, (), (run, ticket, status, reward_ppm, error_code, provenance))

struct ActionProposed {
  static constexpr std::string_view kType = "recourse.action.proposed.v1";
  ActionId action;
  TicketId ticket;
  Clear type;  ///< Name in the action-type manifest; `unknown` when it is not there.
  std::int64_t type_version = 0;
  std::optional<Sealed> unknown_type;  ///< The name that the manifest does not have.
  Sealed args;
  bool args_are_json = true;                   ///< False: `args` is the text as it came.
  std::optional<std::int64_t> confidence_ppm;  ///< Absent is below every threshold.
  std::optional<Sealed> reasoning;
  std::optional<std::int64_t> expected_ticket_version;
  std::optional<std::int64_t> amount_minor;  ///< From the type's money path.
  std::optional<Clear> currency;             ///< ISO 4217
  std::optional<Clear> agent_version;        ///< As the agent says; absent: its run's.
  std::optional<RunId> run;
  std::optional<std::int64_t> step;  ///< Ordinal of the call within its run.
  std::optional<ActionId> amends;    ///< The proposal that this one replaces.
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(ActionProposed, (),
                      (action, ticket, type, type_version, unknown_type, args, args_are_json,
                       confidence_ppm, reasoning, expected_ticket_version, amount_minor, currency,
                       agent_version, run, step, amends, provenance))

struct RuleInput {
  Clear name, value;
  bool operator==(const RuleInput&) const = default;
};
BOOST_DESCRIBE_STRUCT(RuleInput, (), (name, value))

/// What one rule said. All rules are listed in their fixed order, not only the one that decided.
struct RuleResult {
  Clear rule;
  Clear effect;  ///< permit, require_approval, shadow or forbid: what it does when it matches.
  Clear result;  ///< matched, not_matched or error; an error in a forbid counts as matched.
  std::vector<RuleInput> inputs;
  bool operator==(const RuleResult&) const = default;
};
BOOST_DESCRIBE_STRUCT(RuleResult, (), (rule, effect, result, inputs))

struct PolicyDecided {
  static constexpr std::string_view kType = "recourse.policy.decided.v1";
  /// By far the largest part of a leaf: for people to read, no fold looks at it.
  static constexpr std::string_view kNotFolded = "rules";
  ActionId action;
  TicketId ticket;
  Clear decision;  ///< dec_ id
  PolicyOutcome outcome = PolicyOutcome::deny;
  std::optional<Clear> problem;  ///< The rule that denied, for deny.
  Clear policy;                  ///< pol_<name>@<version>
  Clear at;                      ///< propose or dispatch: when it was asked.
  std::vector<RuleResult> rules;
  std::optional<std::vector<Clear>> exhausted_limits;  ///< Those that denied.
  std::int64_t required_approvals = 0;
  std::vector<Clear> approver_roles;
  bool shadow = false;  ///< Recorded, not enforced.
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(PolicyDecided, (),
                      (action, ticket, decision, outcome, problem, policy, at, rules,
                       exhausted_limits, required_approvals, approver_roles, shadow, provenance))

struct ActionWithdrawn {
  static constexpr std::string_view kType = "recourse.action.withdrawn.v1";
  ActionId action;
  TicketId ticket;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ActionWithdrawn, (), (action, ticket, reason))

/// Another proposal takes its place.
struct ActionAmended {
  static constexpr std::string_view kType = "recourse.action.amended.v1";
  ActionId action;
  TicketId ticket;
  ActionId by;  ///< The action that amends it.
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ActionAmended, (), (action, ticket, by, reason))

/// What may run stands in the outbox: nothing is sent before `until`, and it can be recalled as if
/// it had never been.
struct EffectHeld {
  static constexpr std::string_view kType = "recourse.effect.held.v1";
  ActionId action;
  TicketId ticket;
  Timestamp until;
  std::optional<Clear> connector;  ///< That sends it then; absent: an executor that takes a lease.
};
BOOST_DESCRIBE_STRUCT(EffectHeld, (), (action, ticket, until, connector))

/// Taken back before it was sent: nothing has happened and nothing will.
struct EffectRecalled {
  static constexpr std::string_view kType = "recourse.effect.recalled.v1";
  ActionId action;
  TicketId ticket;
  std::optional<Sealed> reason;
  std::optional<RollbackId> rollback;
};
BOOST_DESCRIBE_STRUCT(EffectRecalled, (), (action, ticket, reason, rollback))

struct EffectDispatched {
  static constexpr std::string_view kType = "recourse.effect.dispatched.v1";
  ActionId action;
  TicketId ticket;
  Clear connector;  ///< internal, client for an executor that holds a lease, or a connector's name
  std::optional<LeaseId> lease;
  std::optional<Timestamp> lease_until;
  std::int64_t attempt = 1;
  Hash args_commitment{};  ///< What runs is what was proposed and approved.
  Provenance provenance;
  /// What the provider tells repetitions by; no other dispatch has it.
  std::optional<Clear> provider_key = {};
};
BOOST_DESCRIBE_STRUCT(EffectDispatched, (),
                      (action, ticket, connector, lease, lease_until, attempt, args_commitment,
                       provenance, provider_key))

/// The executor is still at it: its lease lasts longer.
struct EffectHeartbeat {
  static constexpr std::string_view kType = "recourse.effect.heartbeat.v1";
  ActionId action;
  TicketId ticket;
  LeaseId lease;
  Timestamp lease_until;
};
BOOST_DESCRIBE_STRUCT(EffectHeartbeat, (), (action, ticket, lease, lease_until))

struct EffectConfirmed {
  static constexpr std::string_view kType = "recourse.effect.confirmed.v1";
  ActionId action;
  TicketId ticket;
  std::optional<Clear> provider_ref;
  std::optional<Sealed> result;
  std::vector<FieldWrite> writes;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(EffectConfirmed, (),
                      (action, ticket, provider_ref, result, writes, provenance))

struct EffectRejected {
  static constexpr std::string_view kType = "recourse.effect.rejected.v1";
  ActionId action;
  TicketId ticket;
  Clear code;
  bool retryable = false;
  std::optional<Sealed> result;
  Provenance provenance;
  std::optional<Timestamp> retry_at = {};  ///< It goes back into the outbox until then.
};
BOOST_DESCRIBE_STRUCT(EffectRejected, (),
                      (action, ticket, code, retryable, result, provenance, retry_at))

struct EffectOutcomeUnknown {
  static constexpr std::string_view kType = "recourse.effect.outcome_unknown.v1";
  ActionId action;
  TicketId ticket;
  Clear cause;
  Provenance provenance;
  std::optional<Timestamp> look_up_at = {};  ///< When the connector asks the provider about it.
};
BOOST_DESCRIBE_STRUCT(EffectOutcomeUnknown, (), (action, ticket, cause, provenance, look_up_at))

struct EffectReconciled {
  static constexpr std::string_view kType = "recourse.effect.reconciled.v1";
  ActionId action;
  TicketId ticket;
  EffectOutcome verdict = EffectOutcome::unknown;
  std::optional<Sealed> evidence;
  std::vector<FieldWrite> writes;
  std::optional<Clear> provider_ref = {};
  std::optional<Timestamp> look_up_at = {};  ///< Still unknown: when it is looked up again.
};
BOOST_DESCRIBE_STRUCT(EffectReconciled, (),
                      (action, ticket, verdict, evidence, writes, provider_ref, look_up_at))

}  // namespace recourse
