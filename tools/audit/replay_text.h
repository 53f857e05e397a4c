#pragma once

#include <string>
#include <vector>

#include "tools/audit/replay.h"

namespace recourse {

struct TextStyle {
  bool colour = false;       ///< ANSI colours, for a terminal only.
  bool bookkeeping = false;  ///< Also fields that change with every event: version, updated_at, ...
  /// Columns of the terminal: long values are wrapped; 0: they are cut, and lines end where they
  /// do.
  std::size_t width = 0;
};

/// The step in aligned lines with a blank one at the end. Control characters and direction marks of
/// recorded texts are shown escaped: a ticket's text must not move the reader's cursor.
std::string to_text(const ReplayStep& step, const TextStyle& style);
std::string to_text(const std::vector<EntityChange>& changes, const TextStyle& style);

/// One canonical JSON object, without line feed.
std::string to_json(const ReplayStep& step);
std::string to_json(const std::vector<EntityChange>& changes);

}  // namespace recourse
