#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "engine/base/result.h"

namespace recourse::http {

/// Reads a request target (RFC 9112, 3.2) in origin form, absolute form (its authority is ignored)
/// or `*` (no segments) into `target`, `segments`, `trailing_slash` and `query` of `request`.
/// Errors: invalid for broken percent-encoding, control characters, text that is not UTF-8, dot
/// segments however encoded, a fragment, or another form.
Status read_target(std::string_view target, Request& request);

/// Decodes application/x-www-form-urlencoded, as in a query: `+` is a space. Errors: invalid.
Result<std::vector<std::pair<std::string, std::string>>> read_query(std::string_view text);

}  // namespace recourse::http
