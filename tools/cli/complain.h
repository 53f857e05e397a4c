#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "tools/cli/exit_code.h"

namespace recourse::cli {

/// Prints `recourse <command>: <what>; <the way out>` as one line on standard error. `way_out` may
/// be empty when `what` names it already. Returns `exit_code`.
int complain(std::string_view command, std::string_view what, std::string_view way_out,
             int exit_code);

/// The same for an error of the library: the way out is the usual one of its code unless its text
/// names one, and the exit code says whether a problem was found or nothing could be told.
int complain(std::string_view command, const Error& error);

/// A text without line ends, for one line of output.
std::string one_line(std::string_view text);

}  // namespace recourse::cli
