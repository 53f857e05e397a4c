#pragma once

#include <vector>

#include "engine/event/leaf.h"

namespace recourse {

/// One clock of a ticket, as its events leave it.
struct SlaClock {
  SlaClockName clock = SlaClockName::first_response;
  SlaStatus status = SlaStatus::running;
  bool breached = false;
  std::int64_t target_s = 0;
  Timestamp started_at, due_at;         ///< While it is paused: when it would have been due.
  std::optional<std::int64_t> left_ms;  ///< While it stands still.
  std::optional<Clear> calendar;
  std::optional<Timestamp> ended_at;  ///< Met or waived.
  bool operator==(const SlaClock&) const = default;
};
BOOST_DESCRIBE_STRUCT(SlaClock, (),
                      (clock, status, breached, target_s, started_at, due_at, left_ms, calendar,
                       ended_at))

/// Null when the ticket has no such clock.
const SlaClock* find_clock(const std::vector<SlaClock>& clocks, SlaClockName name);

/// Folds what `data` says about the clocks of its ticket; other events change nothing. True when
/// something changed.
bool fold_clocks(std::vector<SlaClock>& clocks, const EventData& data, Timestamp now);

/// The ticket of an event about clocks; none for any other.
const TicketId* ticket_of_clock(const EventData& data);

}  // namespace recourse
