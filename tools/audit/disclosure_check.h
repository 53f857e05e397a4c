#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/result.h"
#include "engine/event/json.h"

namespace recourse {

/// The position that a line of disclosures.ndjson speaks of. Errors: invalid.
Result<std::uint64_t> disclosed_position(std::string_view line);

/// Whether the value of the line (without its line feed) is the one that `leaf` commits to, as
/// docs/format/seal.md says. Errors: invalid when it is not, or when the line has another form.
/// Threads: any.
Status check_disclosure(std::string_view line, const Json& leaf);

}  // namespace recourse
