#pragma once

#include "engine/base/result.h"
#include "engine/event/leaf.h"

namespace recourse {

/// Whether `event` may be appended: every id is one (limits.h), clear texts are valid UTF-8 without
/// U+0000 and not too long, integers and times are those that any reader holds exactly, words are
/// in their lists, and a sealed value names its subjects in order. An id that its event requires is
/// not empty. It cannot tell whether a clear text says something personal; the schema can only ask.
/// Errors: `too_large` for a long text, else `invalid`; both name the member and never its value.
Status validate(const NewEvent& event);

}  // namespace recourse
