#pragma once

#include "engine/event/action_events.h"

namespace recourse {

/// What people are asked to agree to: an action, or a rollback, or one step of it that is to be
/// skipped. The events of an approval name its subject: `action`, or `rollback` and perhaps `step`.
/// A rollback over several tickets has no `ticket`.
struct ApprovalRequested {
  static constexpr std::string_view kType = "recourse.approval.requested.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Hash args_commitment{};  ///< Of the exact arguments; of a rollback its plan's digest.
  Hash render_digest{};    ///< What approvers are shown; a vote must quote it.
  std::int64_t quorum = 1;
  std::vector<Clear> roles;
  std::vector<PrincipalId> excluded;  ///< Who may not vote: the requester.
  Timestamp expires_at;
  std::optional<RollbackId> rollback;
  std::optional<std::int64_t> step;
  /// People who agreed to what is to be undone: among the approvers there must be another one.
  std::optional<std::vector<PrincipalId>> not_alone;
  /// When nobody decided by then, these roles are asked in place of `roles`.
  std::optional<Timestamp> escalate_at = {};
  std::optional<std::vector<Clear>> escalate_to = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalRequested, (),
                      (approval, action, ticket, args_commitment, render_digest, quorum, roles,
                       excluded, expires_at, rollback, step, not_alone, escalate_at, escalate_to))

/// Somebody looks at it: until then others do not vote. It ends by itself.
struct ApprovalClaimed {
  static constexpr std::string_view kType = "recourse.approval.claimed.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  PrincipalId by;
  Timestamp until;
  std::optional<PrincipalId> taken_from = {};  ///< An admin took it over.
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalClaimed, (),
                      (approval, action, ticket, by, until, taken_from, rollback, step))

struct ApprovalReleased {
  static constexpr std::string_view kType = "recourse.approval.released.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  PrincipalId claimed_by;
  Clear cause;  ///< released, or expired
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalReleased, (),
                      (approval, action, ticket, claimed_by, cause, rollback, step))

/// Others are asked from here on. Votes of those who may no longer vote do not count.
struct ApprovalEscalated {
  static constexpr std::string_view kType = "recourse.approval.escalated.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::vector<Clear> to;  ///< Roles that may vote.
  Clear cause;            ///< half_time, or manual
  std::optional<Sealed> reason = {};
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalEscalated, (),
                      (approval, action, ticket, to, cause, reason, rollback, step))

struct ApprovalVoted {
  static constexpr std::string_view kType = "recourse.approval.voted.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Vote vote = Vote::reject;
  std::optional<Sealed> reason;
  Hash render_digest{};
  Clear channel;
  std::int64_t decision_ms = 0;  ///< From the request to the vote.
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
  std::optional<Clear> role = {};        ///< In which the voter voted.
  std::optional<Clear> auth_level = {};  ///< How the voter was known: api_key
  std::optional<Timestamp> authenticated_at = {};
  std::optional<Clear> team = {};  ///< Of the voter.
};
BOOST_DESCRIBE_STRUCT(ApprovalVoted, (),
                      (approval, action, ticket, vote, reason, render_digest, channel, decision_ms,
                       rollback, step, role, auth_level, authenticated_at, team))

struct ApprovalGranted {
  static constexpr std::string_view kType = "recourse.approval.granted.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
  /// Until when it may be used, where a hold window makes that later than it was to be decided.
  std::optional<Timestamp> expires_at = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalGranted, (), (approval, action, ticket, rollback, step, expires_at))

struct ApprovalRejected {
  static constexpr std::string_view kType = "recourse.approval.rejected.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<Sealed> reason;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
  std::optional<Clear> reason_code = {};
  std::optional<RetryAdvice> retry = {};  ///< Absent is `forbid`.
};
BOOST_DESCRIBE_STRUCT(ApprovalRejected, (),
                      (approval, action, ticket, reason, rollback, step, reason_code, retry))

struct ApprovalExpired {
  static constexpr std::string_view kType = "recourse.approval.expired.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalExpired, (), (approval, action, ticket, rollback, step))

/// What is no longer as it was when the action was proposed.
struct ChangedFact {
  Clear fact;              ///< A field of the ticket, `ticket` or `message`.
  std::int64_t seen = -1;  ///< Position or version that the proposal rests on; -1: none.
  std::int64_t now = -1;   ///< That of the newest change.
  std::optional<PrincipalId> by = {};
  bool operator==(const ChangedFact&) const = default;
};
BOOST_DESCRIBE_STRUCT(ChangedFact, (), (fact, seen, now, by))

/// The world moved on (withdrawn action, changed ticket, kill switch): the approval is void.
struct ApprovalStaled {
  static constexpr std::string_view kType = "recourse.approval.staled.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Clear cause;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
  std::optional<std::vector<ChangedFact>> changed = {};  ///< For the cause drift.
};
BOOST_DESCRIBE_STRUCT(ApprovalStaled, (),
                      (approval, action, ticket, cause, rollback, step, changed))

/// A granted one that was not used yet is taken back by a person.
struct ApprovalRevoked {
  static constexpr std::string_view kType = "recourse.approval.revoked.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<Sealed> reason;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalRevoked, (), (approval, action, ticket, reason, rollback, step))

struct ApprovalConsumed {
  static constexpr std::string_view kType = "recourse.approval.consumed.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalConsumed, (), (approval, action, ticket, rollback, step))

/// A control was set aside on purpose, for example self-approval while there is one admin.
struct BypassGranted {
  static constexpr std::string_view kType = "recourse.bypass.granted.v1";
  Clear scope;
  PrincipalId by;
  Clear reason_code;
  std::optional<ApprovalId> approval;
  std::optional<TicketId> ticket;
  std::optional<Sealed> reason = {};
};
BOOST_DESCRIBE_STRUCT(BypassGranted, (), (scope, by, reason_code, approval, ticket, reason))

}  // namespace recourse
