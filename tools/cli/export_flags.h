#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The options of `recourse export`. `flags` outlives the parsing.
void export_options(CLI::App* sub, ExportFlags& flags);

}  // namespace recourse::cli
