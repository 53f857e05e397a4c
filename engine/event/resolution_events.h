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
  std::optional<Timestamp> close_at;  ///< When the ticket closes if nothing happens before.
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(ResolutionAsserted, (),
                      (resolution, ticket, action, action_type, steps, close_at, provenance))

/// Nobody said anything about it until the ticket was closed. That is no confirmation.
struct ResolutionAssumed {
  static constexpr std::string_view kType = "recourse.resolution.assumed.v1";
  ResolutionId resolution;
  TicketId ticket;
  std::int64_t after_s = 0;  ///< Since it was asserted.
};
BOOST_DESCRIBE_STRUCT(ResolutionAssumed, (), (resolution, ticket, after_s))

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

/// It is due at another time: quiet hours, or the kill switch, lay over the first one.
struct FollowUpPostponed {
  static constexpr std::string_view kType = "recourse.followup.postponed.v1";
  FollowUpId followup;
  TicketId ticket;
  Timestamp due_at;
  Clear cause;  ///< quiet_hours, killswitch
};
BOOST_DESCRIBE_STRUCT(FollowUpPostponed, (), (followup, ticket, due_at, cause))

struct FollowUpSent {
  static constexpr std::string_view kType = "recourse.followup.sent.v1";
  FollowUpId followup;
  TicketId ticket;
  std::optional<ResolutionId> resolution;
  Clear channel;
  std::int64_t late_s = 0;  ///< After it was due.
};
BOOST_DESCRIBE_STRUCT(FollowUpSent, (), (followup, ticket, resolution, channel, late_s))

struct FollowUpSkipped {
  static constexpr std::string_view kType = "recourse.followup.skipped.v1";
  FollowUpId followup;
  TicketId ticket;
  Clear reason_code;  ///< no_way_to_reach, already_asked, not_resolved
};
BOOST_DESCRIBE_STRUCT(FollowUpSkipped, (), (followup, ticket, reason_code))

struct FollowUpAnswered {
  static constexpr std::string_view kType = "recourse.followup.answered.v1";
  FollowUpId followup;
  TicketId ticket;
  FollowUpAnswer answer = FollowUpAnswer::confirm;
  Clear channel;
};
BOOST_DESCRIBE_STRUCT(FollowUpAnswered, (), (followup, ticket, answer, channel))

/// Its moment had passed for too long when it was noticed, so nobody was asked.
struct FollowUpMissed {
  static constexpr std::string_view kType = "recourse.followup.missed.v1";
  FollowUpId followup;
  TicketId ticket;
  std::int64_t late_s = 0;
};
BOOST_DESCRIBE_STRUCT(FollowUpMissed, (), (followup, ticket, late_s))

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
  /// Stars from 1 to 5; of kind nps 0 to 10, of kind thumb 0 or 1. Absent when only yes or no, or
  /// only a text, was said.
  std::optional<std::int64_t> score;
  std::optional<bool> confirmed;
  std::optional<Sealed> comment;
  Clear channel;  ///< form, button, api, import; `source` is an import's own.
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(FeedbackSubmitted, (),
                      (feedback, ticket, resolution, kind, score, confirmed, comment, channel,
                       provenance))

/// It does not count any more; that it was given stays on record.
struct FeedbackRetracted {
  static constexpr std::string_view kType = "recourse.feedback.retracted.v1";
  FeedbackId feedback;
  TicketId ticket;
  std::optional<ResolutionId> resolution;
  Clear reason_code;
};
BOOST_DESCRIBE_STRUCT(FeedbackRetracted, (), (feedback, ticket, resolution, reason_code))

/// Whether the score of such an answer counts stars.
constexpr bool has_stars(FeedbackKind kind) {
  return kind == FeedbackKind::csat || kind == FeedbackKind::resolution;
}

}  // namespace recourse
