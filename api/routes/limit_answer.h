#pragma once

#include <optional>
#include <vector>

#include "api/http/problem.h"
#include "engine/writer/writer.h"

namespace recourse::routes {

/// The answer 429 to a request whose action a limit of the policy refused; nothing for any other
/// decision. The refusal is recorded, so the members name the action and the decision. Retry-After
/// says when the last of the limits that it met has room; it is absent when none ever will.
std::optional<http::Response> limit_answer(const Committed& committed,
                                           std::vector<http::Member> members = {});

}  // namespace recourse::routes
