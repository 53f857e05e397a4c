#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The options of `recourse signer`. `flags` outlives the parsing.
void signer_options(CLI::App* sub, SignerFlags& flags);
/// The options of `recourse key rotate`.
void rotate_options(CLI::App* sub, KeyRotateFlags& flags);

}  // namespace recourse::cli
