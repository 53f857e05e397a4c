#pragma once

#include <memory>

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The verbs of `recourse approval`.
const std::vector<ServerVerb>& approval_verbs();

/// The options of one of them. `flags` outlives the parsing.
void approval_options(CLI::App* sub, ApprovalFlags& flags);

}  // namespace recourse::cli
