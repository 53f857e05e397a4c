#pragma once

#include "engine/event/operation_events.h"
#include "tools/backup/restore.h"

namespace recourse {

struct DrillOptions {
  std::filesystem::path from, kek_file;
  std::filesystem::path scratch;  ///< A directory that is made and removed again.
  /// Makes the way to whoever holds the log key; absent: it is in the backup.
  std::function<std::unique_ptr<HeadSigner>()> signer;
  bool scheduled = false;
  std::function<bool()> go_on;
};

struct Drilled {
  RestoreTested tested;  ///< What the meta ledger is to say.
  std::string told;      ///< Why it failed, for people; empty when it did not.
};

/// Restores the newest backup into a scratch place as an operator would, times it until it could
/// serve, then proves every byte of it and compares its heads with those of `live`, the newest that
/// are known. Nothing is signed: a head of the scratch place would be another history under the
/// log's name. Whoever holds the log key is asked only whether it is the right one. `live` goes on
/// meanwhile. A drill that fails is an outcome, not an error. Threads:
/// any but the writer's. Errors: unavailable when `go_on` said no.
Result<Drilled> drill(const Ledger& live, const Clock& clock, const DrillOptions& options);

}  // namespace recourse
