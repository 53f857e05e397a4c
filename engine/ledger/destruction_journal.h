#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/ledger/ledger.h"
#include "engine/privacy/key_name.h"

namespace recourse {

/// A key that was destroyed for ever, or is about to be: whoever restores an older copy of the key
/// store destroys it again.
struct Destruction {
  std::string origin;  ///< Of the ledger that the key belongs to.
  KeyName key;         ///< Of a subject or of a bucket.
  Timestamp at;
};

/// Told of keys that are about to be destroyed, on the writer's thread or at a start, before they
/// are: an error keeps them alive until the program starts again.
using NoteDestruction =
    std::function<Status(const std::string& origin, std::span<const KeyName> keys, Timestamp at)>;

/// Destructions are also written outside of the data directory, so that they are known when it is
/// lost: beside the key file and in the directory of backups. A journal is lines of canonical JSON,
/// opaque ids only, each on stable storage before the destruction is carried out; docs/format/
/// backup.md. Nothing is ever removed from it.

/// Adds `destructions` to each of `journals`, making those that are not there; on stable storage
/// when this returns. Call it before KeyStore::destroy: what is written here and was not carried
/// out is carried out by a restore, the other way round a person would come back. Half a line that
/// a crash left is cut off first. Threads: any, one after the other. Errors: disk_full, io, naming
/// the journal; those before it have them.
Status append_destructions(std::span<const std::filesystem::path> journals,
                           std::span<const Destruction> destructions);

/// All whole lines. No journal is an empty one. Errors: corrupt, unsupported, naming the line; io.
Result<std::vector<Destruction>> read_destructions(const std::filesystem::path& journal);

/// The journal beside a key file, where an erasure writes first.
std::filesystem::path journal_beside(const std::filesystem::path& kek_file);
/// The one in a directory of backups.
std::filesystem::path journal_in(const std::filesystem::path& backups);

}  // namespace recourse
