#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace recourse {

/// Two leaves of an event type, each a line: one with everything that may be absent, one without.
/// The same for ever, so that a new type's golden file can be made by anybody.
struct GoldenLeaves {
  std::string_view type;
  std::string full, minimal;
  std::string file() const { return full + '\n' + minimal + '\n'; }
};

/// Of every type in the catalogue, in its order.
std::vector<GoldenLeaves> golden_leaves();

}  // namespace recourse
