#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The verbs of `recourse experiment`.
const std::vector<ServerVerb>& experiment_verbs();

/// The options of one of them. `flags` outlives the parsing.
void experiment_options(CLI::App* sub, ExperimentFlags& flags);

}  // namespace recourse::cli
