#pragma once

#include "engine/erasure/privacy_rounds.h"
#include "tools/cli/flags.h"
#include "tools/cli/note_destructions.h"

namespace recourse::cli {

/// What a server with these flags does about privacy by itself. Errors: invalid, naming the option.
Result<PrivacyRoundsOptions> privacy_rounds_of(const PlaceFlags& place, const ServerFlags& flags);

}  // namespace recourse::cli
