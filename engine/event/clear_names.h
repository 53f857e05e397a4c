#pragma once

#include <string_view>

namespace recourse {

/// What callers may put into Clear texts: names from a system, not sentences of a person.

/// A reference or code: [A-Za-z0-9_.:/-]{1,128}.
bool is_code(std::string_view text);

/// A name that people gave to a team, a category or a channel: 1 to 64 bytes, no control
/// characters, no @ (so no address), not only spaces.
bool is_label(std::string_view text);

}  // namespace recourse
