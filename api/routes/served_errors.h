#pragma once

#include "api/http/problem.h"
#include "api/routes/call.h"
#include "api/routes/route_table.h"

namespace recourse::routes::served {

/// A problem as clients of a served path expect it: with a member `error` that says in one text
/// what is wrong, and on the help desk's paths 400 where the native API says 422. Other answers
/// pass.
http::Response as_expected(const RouteSpec& route, http::Response response);

/// Refuses in the owner's words: `error` is what their clients show or compare.
void refuse_with(const Call& call, ErrorCode code, std::string_view words,
                 std::vector<http::Member> members = {});

/// The same for a status that no error code stands for.
http::Response refusal(int status, std::string_view slug, std::string_view title,
                       std::string_view words, std::vector<http::Member> members = {});

}  // namespace recourse::routes::served
