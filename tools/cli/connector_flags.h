#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The verbs of `recourse connector`.
const std::vector<ServerVerb>& connector_verbs();

/// The options of `recourse connector VERB`, by the verb in `flags`, which outlives the parsing.
void connector_options(CLI::App* sub, ConnectorFlags& flags);

/// `recourse recall`.
OneCommand<RecallFlags> recall_command();

}  // namespace recourse::cli
