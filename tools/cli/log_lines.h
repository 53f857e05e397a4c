#pragma once

#include <string_view>

namespace recourse::cli {

/// Sends the program's log to standard error: `format` is text or json (one object a line: time,
/// level, message), `level` one of spdlog's names.
void set_log(std::string_view format, std::string_view level);

}  // namespace recourse::cli
