#pragma once

#include <string>
#include <vector>

#include "api/routes/call.h"
#include "tools/audit/event_filter.h"

namespace recourse::routes {

/// `types` (a list with commas, of what event_types_named() reads), `subject` and `actor` of the
/// query. Errors: invalid, for an unknown type too.
Result<EventFilter> event_filter(const Call& call);

struct EventPage {
  struct Event {
    Position position;
    std::string leaf;
  };
  std::vector<Event> events;
  /// Everything up to here was looked at: where the next page goes on. -1 for nothing.
  std::int64_t next_after = -1;
};

/// The next events after `after` (-1: from the start) that pass, at most `limit` and about
/// `most_bytes`, as far as rows cover them. A filter is answered from the audit index.
Result<EventPage> read_events(App& app, LedgerId ledger, const EventFilter& filter,
                              std::int64_t after, std::size_t limit, std::size_t most_bytes);

}  // namespace recourse::routes
