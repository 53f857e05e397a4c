#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

// `recourse hold`.
const std::vector<ServerVerb>& hold_verbs();
void hold_options(CLI::App* sub, HoldFlags& flags);

}  // namespace recourse::cli
