#pragma once

#include "engine/event/operation_events.h"
#include "tools/backup/restore.h"

namespace recourse {

struct DrillOptions {
  std::filesystem::path from, kek_file;
  std::filesystem::path scratch;  ///< A directory that is made and removed again.
  bool scheduled = false;
  std::function<bool()> go_on;
};

struct Drilled {
  RestoreTested tested;  ///< What the meta ledger is to say.
  std::string told;      ///< Why it failed, for people; empty when it did not.
};

/// Restores the newest backup into a scratch place as an operator would, times it until it could
/// serve, then proves every byte of it and compares its heads with those of `live`, the newest that
/// are known. `live` goes on meanwhile. A drill that fails is an outcome, not an error. Threads:
/// any but the writer's. Errors: unavailable when `go_on` said no.
Result<Drilled> drill(const Ledger& live, const Clock& clock, const DrillOptions& options);

}  // namespace recourse
