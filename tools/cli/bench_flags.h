#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// What `recourse bench` is for, and its options. `flags` outlives the parsing.
const ServerVerb& bench_about();
void bench_options(CLI::App* sub, BenchFlags& flags);

}  // namespace recourse::cli
