#pragma once

#include "engine/erasure/erase.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

/// Where destructions are noted outside of the data directory before they are carried out, so that
/// whoever restores an older copy repeats them.
NoteDestruction note_destructions(const PlaceFlags& place);

}  // namespace recourse::cli
