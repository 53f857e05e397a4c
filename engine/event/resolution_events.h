#pragma once

#include "engine/event/ticket_events.h"

namespace recourse {

struct ResolutionAsserted {
  static constexpr std::string_view kType = "recourse.resolution.asserted.v1";
  ResolutionId resolution;
  TicketId ticket;
  std::optional<ActionId> action;
  std::optional<Clear> action_type;  ///< Of that action.
  std::optional<Sealed> steps;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(ResolutionAsserted, (),
                      (resolution, ticket, action, action_type, steps, provenance))

struct ResolutionConfirmed {
  static constexpr std::string_view kType = "recourse.resolution.confirmed.v1";
  ResolutionId resolution;
  TicketId ticket;
  Clear channel;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(ResolutionConfirmed, (), (resolution, ticket, channel, provenance))

struct ResolutionContradicted {
  static constexpr std::string_view kType = "recourse.resolution.contradicted.v1";
  ResolutionId resolution;
  TicketId ticket;
  Clear reason_code;
  bool partial = false;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(ResolutionContradicted, (),
                      (resolution, ticket, reason_code, partial, provenance))

struct ResolutionVoided {
  static constexpr std::string_view kType = "recourse.resolution.voided.v1";
  ResolutionId resolution;
  TicketId ticket;
  RollbackId rollback;
};
BOOST_DESCRIBE_STRUCT(ResolutionVoided, (), (resolution, ticket, rollback))

struct FollowUpScheduled {
  static constexpr std::string_view kType = "recourse.followup.scheduled.v1";
  FollowUpId followup;
  TicketId ticket;
  std::optional<ResolutionId> resolution;
  std::optional<ActionId> action;
  Timestamp due_at;
  Clear channel;
};
BOOST_DESCRIBE_STRUCT(FollowUpScheduled, (),
                      (followup, ticket, resolution, action, due_at, channel))

struct FollowUpCancelled {
  static constexpr std::string_view kType = "recourse.followup.cancelled.v1";
  FollowUpId followup;
  TicketId ticket;
  Clear cause;
};
BOOST_DESCRIBE_STRUCT(FollowUpCancelled, (), (followup, ticket, cause))

struct FeedbackSubmitted {
  static constexpr std::string_view kType = "recourse.feedback.submitted.v1";
  FeedbackId feedback;
  TicketId ticket;
  std::optional<ResolutionId> resolution;
  FeedbackKind kind = FeedbackKind::csat;
  std::optional<std::int64_t> score;  ///< 1 to 5, absent when only yes or no was said.
  std::optional<bool> confirmed;
  std::optional<Sealed> comment;
  Clear channel;  ///< form, button, api, import; `source` is an import's own.
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(FeedbackSubmitted, (),
                      (feedback, ticket, resolution, kind, score, confirmed, comment, channel,
                       provenance))

}  // namespace recourse
