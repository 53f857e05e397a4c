#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The verbs of `recourse rollback`.
const std::vector<ServerVerb>& rollback_verbs();

/// The options of `recourse rollback VERB`, by the verb in `flags`, which outlives the parsing.
void rollback_options(CLI::App* sub, RollbackFlags& flags);

}  // namespace recourse::cli
