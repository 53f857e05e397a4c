#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The options of `recourse witness`. `flags` outlives the parsing.
void witness_options(CLI::App* sub, WitnessFlags& flags);

}  // namespace recourse::cli
