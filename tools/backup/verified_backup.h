#pragma once

#include "engine/writer/writer.h"
#include "tools/backup/make_backup.h"

namespace recourse {

/// Reads every file of a backup again. A damaged one is set aside, so that the next backup stores
/// it anew. Errors: corrupt, naming the first; as BackupDirectory::entry; unavailable when `go_on`,
/// which may be empty, said no.
Status verify_backup(const std::filesystem::path& directory, std::uint64_t number,
                     const std::function<bool()>& go_on);

/// Makes a backup, records it in the meta ledger and verifies it, before something is destroyed
/// without which older ones cannot be restored. Errors: those of make_backup, of the writer and of
/// verify_backup.
Result<MadeBackup> make_verified_backup(Writer& writer, const BackupOptions& options);

}  // namespace recourse
