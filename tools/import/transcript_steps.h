#pragma once

#include <vector>

#include "engine/base/result.h"
#include "tools/import/recorded_json.h"
#include "tools/import/transcript.h"

namespace recourse {

/// The steps of a list of chat messages, tool results joined to their calls as TranscriptReader
/// says. REQUIRES: `messages` is an array. Errors: `invalid`, as member() and text_of().
Result<std::vector<Step>> steps_of(RecordedJson messages);

}  // namespace recourse
