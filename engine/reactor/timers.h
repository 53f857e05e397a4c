#pragma once

#include <functional>

#include "engine/writer/writer.h"

namespace recourse {

/// A command whose time has come.
struct DueCommand {
  Command command;
  /// The timer behind it, by what it is about and when it was due: a key of idempotency, so that
  /// it fires once whatever happens in between. Empty for what goes on in pieces.
  std::string timer;
};

/// The timers of `tenant` whose moment has passed, oldest first, at most `limit`, and the next
/// pieces of rollbacks that are under way. Read from rows that are derived from events, so what was
/// due while nobody looked is found after a restart. Leaves out timers that `skip` says yes to.
Result<std::vector<DueCommand>> due_commands(
    const ViewStore& views, LedgerId ledger, Timestamp now, std::size_t limit,
    const std::function<bool(const std::string& timer)>& skip = {});

}  // namespace recourse
