#pragma once

#include "engine/writer/writer.h"

namespace recourse {

/// Approvals and leases of `tenant` whose time has come, oldest first, at most `limit`, and the
/// next steps of rollbacks that are under way: read from the `due/` and `going/` rows, which are
/// derived from events and so survive a restart.
Result<std::vector<Command>> due_commands(const ViewStore& views, LedgerId ledger, Timestamp now,
                                          std::size_t limit);

}  // namespace recourse
