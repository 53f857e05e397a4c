#pragma once

#include "engine/event/ticket_events.h"

namespace recourse {

/// What a ticket was promised, clock by clock. A clock that is named again starts again.
struct SlaTarget {
  SlaClockName clock = SlaClockName::first_response;
  std::int64_t target_s = 0;  ///< Of open time.
  Timestamp started_at, due_at;
  bool operator==(const SlaTarget&) const = default;
};
BOOST_DESCRIBE_STRUCT(SlaTarget, (), (clock, target_s, started_at, due_at))

struct SlaApplied {
  static constexpr std::string_view kType = "recourse.sla.applied.v1";
  TicketId ticket;
  Clear policy;  ///< pol_<name>@<version>
  Clear rule;
  std::optional<Clear> calendar;
  std::vector<SlaTarget> clocks;
};
BOOST_DESCRIBE_STRUCT(SlaApplied, (), (ticket, policy, rule, calendar, clocks))

struct SlaPaused {
  static constexpr std::string_view kType = "recourse.sla.paused.v1";
  TicketId ticket;
  SlaClockName clock = SlaClockName::first_response;
  Clear cause;               ///< The ticket's status.
  std::int64_t left_ms = 0;  ///< Of open time.
};
BOOST_DESCRIBE_STRUCT(SlaPaused, (), (ticket, clock, cause, left_ms))

struct SlaResumed {
  static constexpr std::string_view kType = "recourse.sla.resumed.v1";
  TicketId ticket;
  SlaClockName clock = SlaClockName::first_response;
  Clear cause;       ///< The ticket's status, reopened, rollback
  Timestamp due_at;  ///< After a rollback as if it had never stopped.
};
BOOST_DESCRIBE_STRUCT(SlaResumed, (), (ticket, clock, cause, due_at))

struct SlaMet {
  static constexpr std::string_view kType = "recourse.sla.met.v1";
  TicketId ticket;
  SlaClockName clock = SlaClockName::first_response;
  std::int64_t left_ms = 0;  ///< Of open time; negative when it was late.
};
BOOST_DESCRIBE_STRUCT(SlaMet, (), (ticket, clock, left_ms))

struct SlaWaived {
  static constexpr std::string_view kType = "recourse.sla.waived.v1";
  TicketId ticket;
  SlaClockName clock = SlaClockName::first_response;
  std::optional<Sealed> reason;
  std::optional<Clear> cause = {};  ///< merged: the ticket goes on in another one.
};
BOOST_DESCRIBE_STRUCT(SlaWaived, (), (ticket, clock, reason, cause))

}  // namespace recourse
