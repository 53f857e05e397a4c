#pragma once

#include <filesystem>

#include "engine/erasure/erase.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

/// Where destructions are noted outside of the data directory before they are carried out, so that
/// whoever restores an older copy repeats them.
/// `backups`: the directory of backups, where there is one; empty: beside the key file only.
NoteDestruction note_destructions(const PlaceFlags& place,
                                  const std::filesystem::path& backups = {});

}  // namespace recourse::cli
