#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// Who outside vouches for the log of a server. `flags` outlives the parsing.
void evidence_options(CLI::App* sub, EvidenceFlags& flags);

/// Which authority stamps the time.
void time_stamp_options(CLI::App* sub, std::string& url, std::string& ca_file);

/// Who outside is believed about a bundle.
void outside_options(CLI::App* sub, CLI::Option* bundle, VerifyFlags& flags);

}  // namespace recourse::cli
