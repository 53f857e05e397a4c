#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/audit/printable.h"
#include "tools/audit/replay.h"

namespace recourse {

/// A line of a step as a person reads it; of a change of state also what was before.
struct ReplayLine {
  std::string name, text;
  std::optional<std::string> before = {};
};

struct ReplayBlock {
  std::string heading;  ///< who, what, why, asked again, state of tkt_…
  std::vector<ReplayLine> lines;
};

struct BlockStyle {
  bool bookkeeping = false;  ///< Also fields that change with every event: version, updated_at, ...
  std::size_t longest = 100;  ///< Bytes of a value; JSON has all of it.
};

/// What there is to read of a step; blocks without lines are left out. Texts have what a terminal
/// would obey, and what turns the direction of writing, written as \u00xx: see printable().
std::vector<ReplayBlock> blocks_of(const ReplayStep& step, const BlockStyle& style);
std::vector<ReplayBlock> blocks_of(const std::vector<EntityChange>& changes,
                                   const BlockStyle& style);

/// recourse.action.proposed.v1 as `action proposed`.
std::string spoken_type(std::string_view type);

}  // namespace recourse
