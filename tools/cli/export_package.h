#pragma once

#include "tools/cli/flags.h"

namespace recourse::cli {

/// `recourse export --format soc2`.
int export_package(const ExportFlags& flags);

}  // namespace recourse::cli
