#pragma once

#include <filesystem>

#include "engine/ledger/destruction_journal.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

/// Where destructions are noted outside of the data directory before they are carried out, so that
/// whoever restores an older copy repeats them: beside the key file, in `backups` if that is there,
/// and in every other directory that holds backups of this place and is there. Only the first has
/// to succeed: the next backup takes over what its journal does not have.
NoteDestruction note_destructions(const PlaceFlags& place,
                                  const std::filesystem::path& backups = {});

/// Complains about each of these directories that does not know all destructions.
void complain_of_untold_backups(std::string_view command, const PlaceFlags& place,
                                const std::filesystem::path& backups);

}  // namespace recourse::cli
