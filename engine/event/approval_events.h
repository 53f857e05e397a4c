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
};
BOOST_DESCRIBE_STRUCT(ApprovalRequested, (),
                      (approval, action, ticket, args_commitment, render_digest, quorum, roles,
                       excluded, expires_at, rollback, step, not_alone))

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
};
BOOST_DESCRIBE_STRUCT(ApprovalVoted, (),
                      (approval, action, ticket, vote, reason, render_digest, channel, decision_ms,
                       rollback, step))

struct ApprovalGranted {
  static constexpr std::string_view kType = "recourse.approval.granted.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalGranted, (), (approval, action, ticket, rollback, step))

struct ApprovalRejected {
  static constexpr std::string_view kType = "recourse.approval.rejected.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<Sealed> reason;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalRejected, (), (approval, action, ticket, reason, rollback, step))

struct ApprovalExpired {
  static constexpr std::string_view kType = "recourse.approval.expired.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalExpired, (), (approval, action, ticket, rollback, step))

/// The world moved on (withdrawn action, changed ticket, kill switch): the approval is void.
struct ApprovalStaled {
  static constexpr std::string_view kType = "recourse.approval.staled.v1";
  ApprovalId approval;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
  Clear cause;
  std::optional<RollbackId> rollback = {};
  std::optional<std::int64_t> step = {};
};
BOOST_DESCRIBE_STRUCT(ApprovalStaled, (), (approval, action, ticket, cause, rollback, step))

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
};
BOOST_DESCRIBE_STRUCT(BypassGranted, (), (scope, by, reason_code, approval, ticket))

}  // namespace recourse
