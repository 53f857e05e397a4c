#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace recourse {

/// Minutes since midnight of `HH:MM`, up to 24:00; nothing for another text.
std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text);

/// The day of `YYYY-MM-DD`; nothing for another text or a day that does not exist.
std::optional<std::chrono::sys_days> parse_day(std::string_view text);

}  // namespace recourse
