#pragma once

#include <string>

#include "engine/writer/writer.h"

namespace recourse {

/// Gathers what the decision of `command` needs beside the state (a subject for an address, opened
/// arguments from the vault) and decides it. Threads: the writer's.
Result<std::vector<NewEvent>> decide_command(DecisionStep& step, Command command,
                                             const std::string& requester_address);

}  // namespace recourse
