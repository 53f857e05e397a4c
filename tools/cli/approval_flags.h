#pragma once

#include <memory>

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// The verbs of `recourse approval`, with what each is for and an example.
struct ApprovalVerb {
  const char* verb;
  const char* about;
  const char* example;
};
const std::vector<ApprovalVerb>& approval_verbs();

/// The options of one of them. `flags` outlives the parsing.
void approval_options(CLI::App* sub, ApprovalFlags& flags);

}  // namespace recourse::cli
