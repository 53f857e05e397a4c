#pragma once

#include <vector>

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The verbs of `recourse rebuild` that ask a running server.
const std::vector<ServerVerb>& projection_verbs();
void projection_options(CLI::App* sub, ProjectionFlags& flags);
/// The options of `recourse rebuild verify`.
void projection_verify_options(CLI::App* sub, ProjectionVerifyFlags& flags);

}  // namespace recourse::cli
