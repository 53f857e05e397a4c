#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace recourse {

/// Which events a reader wants. All conditions hold together.
struct EventFilter {
  std::vector<std::string> types;  ///< As event_types_named() gives them; empty for all.
  std::string subject;             ///< A ticket's id; empty for all.
  std::string actor;               ///< The id of a person, an agent or a system; empty for all.

  bool any() const { return !types.empty() || !subject.empty() || !actor.empty(); }
};

/// The types of stored events that a person means: `ticket.opened` is every version of it that was
/// ever stored, `ticket` and `ticket.*` are all types of that noun, `recourse.ticket.opened.v1` is
/// that one alone. Error: invalid, with what there is instead.
Result<std::vector<std::string>> event_types_named(std::string_view text);

/// What event_types_named() gives for each of `texts`, each type once, in their order.
Result<std::vector<std::string>> event_types_named(const std::vector<std::string>& texts);

/// Whether a canonical leaf is wanted. One that cannot be read passes: shown rather than hidden.
bool passes(const EventFilter& filter, std::string_view leaf);

}  // namespace recourse
