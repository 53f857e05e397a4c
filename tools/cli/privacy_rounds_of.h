#pragma once

#include "engine/erasure/privacy_rounds.h"
#include "tools/backup/upkeep.h"
#include "tools/cli/flags.h"
#include "tools/cli/note_destructions.h"

namespace recourse::cli {

/// What a server with these flags does about privacy by itself: with a place for backups, its own
/// or one that the data directory remembers, one is made and verified under the next key before an
/// old one is destroyed. `upkeep` and `writer` outlive the options; null: there is none. Errors:
/// invalid, naming the option.
Result<PrivacyRoundsOptions> privacy_rounds_of(const PlaceFlags& place, const ServerFlags& flags,
                                               Upkeep* upkeep = nullptr, Writer* writer = nullptr);

}  // namespace recourse::cli
