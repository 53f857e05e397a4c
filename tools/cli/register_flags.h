#pragma once

#include <vector>

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

const std::vector<ServerVerb>& register_verbs();
void register_options(CLI::App* sub, RegisterFlags& flags);

}  // namespace recourse::cli
