#pragma once

#include "engine/erasure/privacy_rounds.h"
#include "tools/backup/upkeep.h"
#include "tools/cli/flags.h"
#include "tools/cli/note_destructions.h"

namespace recourse::cli {

/// What a server with these flags does about privacy by itself: with a place for backups, one is
/// made under the next key before an old one is destroyed. `upkeep` outlives the options; null:
/// there is none. Errors: invalid, naming the option.
Result<PrivacyRoundsOptions> privacy_rounds_of(const PlaceFlags& place, const ServerFlags& flags,
                                               Upkeep* upkeep = nullptr);

}  // namespace recourse::cli
