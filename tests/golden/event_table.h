#pragma once

#include <string>
#include <string_view>

namespace recourse {

/// The Markdown table of all event types, made from their schemas.
std::string event_table();

/// `page` with the table between its two marks replaced; empty when it does not have them.
std::string with_event_table(std::string_view page, std::string_view table);

}  // namespace recourse
