#pragma once

#include <vector>

#include "engine/writer/writer.h"
#include "tools/backup/make_backup.h"

namespace recourse {

/// Appends what was done to the store itself to the meta ledger, in the program's own name.
/// Errors: those of Writer::submit.
Status record_in_meta(Writer& writer, std::vector<EventData> events);

/// What the meta ledger is to say of a backup that took `duration`.
BackupCompleted completed_event(const MadeBackup& made, std::chrono::milliseconds duration,
                                bool scheduled);

}  // namespace recourse
