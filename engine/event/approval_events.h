#pragma once

#include "engine/event/action_events.h"

namespace recourse {

struct ApprovalRequested {
  static constexpr std::string_view kType = "recourse.approval.requested.v1";
  ApprovalId approval;
  ActionId action;
  TicketId ticket;
  Hash args_commitment{};  ///< An approval binds the commitment of the exact arguments.
  Hash render_digest{};    ///< What approvers are shown; a vote must quote it.
  std::int64_t quorum = 1;
  std::vector<Clear> roles;
  std::vector<PrincipalId> excluded;  ///< Who may not vote: the requester.
  Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(ApprovalRequested, (),
                      (approval, action, ticket, args_commitment, render_digest, quorum, roles,
                       excluded, expires_at))

struct ApprovalVoted {
  static constexpr std::string_view kType = "recourse.approval.voted.v1";
  ApprovalId approval;
  ActionId action;
  TicketId ticket;
  Vote vote = Vote::reject;
  std::optional<Sealed> reason;
  Hash render_digest{};
  Clear channel;
  std::int64_t decision_ms = 0;  ///< From the request to the vote.
};
BOOST_DESCRIBE_STRUCT(ApprovalVoted, (),
                      (approval, action, ticket, vote, reason, render_digest, channel, decision_ms))

struct ApprovalGranted {
  static constexpr std::string_view kType = "recourse.approval.granted.v1";
  ApprovalId approval;
  ActionId action;
  TicketId ticket;
};
BOOST_DESCRIBE_STRUCT(ApprovalGranted, (), (approval, action, ticket))

struct ApprovalRejected {
  static constexpr std::string_view kType = "recourse.approval.rejected.v1";
  ApprovalId approval;
  ActionId action;
  TicketId ticket;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ApprovalRejected, (), (approval, action, ticket, reason))

struct ApprovalExpired {
  static constexpr std::string_view kType = "recourse.approval.expired.v1";
  ApprovalId approval;
  ActionId action;
  TicketId ticket;
};
BOOST_DESCRIBE_STRUCT(ApprovalExpired, (), (approval, action, ticket))

/// The world moved on (withdrawn action, changed ticket, kill switch): the approval is void.
struct ApprovalStaled {
  static constexpr std::string_view kType = "recourse.approval.staled.v1";
  ApprovalId approval;
  ActionId action;
  TicketId ticket;
  Clear cause;
};
BOOST_DESCRIBE_STRUCT(ApprovalStaled, (), (approval, action, ticket, cause))

struct ApprovalConsumed {
  static constexpr std::string_view kType = "recourse.approval.consumed.v1";
  ApprovalId approval;
  ActionId action;
  TicketId ticket;
};
BOOST_DESCRIBE_STRUCT(ApprovalConsumed, (), (approval, action, ticket))

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
