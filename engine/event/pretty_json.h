#pragma once

#include <string>

#include "engine/event/json.h"

namespace recourse {

/// `json` for people and version control: two spaces a level, members in the order in which they
/// were set, lists of plain values on one line, a line feed at the end. Deterministic.
std::string pretty_json(const Json& json);

}  // namespace recourse
