#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The options of `recourse verify`. `flags` outlives the parsing.
void verify_options(CLI::App* sub, VerifyFlags& flags);

}  // namespace recourse::cli
