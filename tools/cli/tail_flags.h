#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The options of `recourse tail`. `flags` outlives the parsing.
void tail_options(CLI::App* sub, TailFlags& flags);

}  // namespace recourse::cli
