#pragma once

#include <string>
#include <string_view>

namespace recourse {

/// `text` with what a terminal would obey, and what turns the direction of writing, written as
/// \u00xx.
std::string printable(std::string_view text);

}  // namespace recourse
