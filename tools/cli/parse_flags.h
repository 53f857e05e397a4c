#pragma once

#include <variant>

#include "tools/cli/flags.h"

namespace recourse::cli {

/// What the command line asks for, or the exit code after help or a complaint was printed.
/// RECOURSE_DATA, RECOURSE_KEK, RECOURSE_KEY_FILE, RECOURSE_LISTEN, RECOURSE_DEPLOYMENT,
/// RECOURSE_LOG_FORMAT and RECOURSE_LOG_LEVEL stand in for flags that are not
/// given. Only this file's source includes CLI11, which is slow to compile.
std::variant<Flags, int> parse_flags(int argc, char** argv);

}  // namespace recourse::cli
