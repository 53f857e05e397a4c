#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "engine/base/result.h"

namespace recourse::http {

/// What became of a request that was not answered with success: nothing of it was done, or nobody
/// can say, so the caller repeats it under the same idempotency key.
enum class Outcome { rejected, unknown };

/// A further member of a problem document: its name and its value as JSON text.
using Member = std::pair<std::string, std::string>;

/// A problem document (RFC 9457) of type `urn:recourse:problem:<slug>` with `title`, `status`,
/// `detail` (left out when empty) and `outcome`. Text that is not UTF-8 is mended, not refused.
Response problem(int status, std::string_view slug, std::string_view title, std::string_view detail,
                 Outcome outcome = Outcome::rejected, const std::vector<Member>& members = {});

/// The one place where error codes become HTTP. The message of codes that speak of our own trouble
/// (corrupt, io, locked) is not shown to the client; the caller logs it.
Response problem(const Error& error, const std::vector<Member>& members = {});

/// The status, slug and outcome of `code`: what `problem(const Error&)` uses, and what the
/// description of the API lists.
struct ProblemKind {
  int status;
  std::string_view slug;
  std::string_view title;
  Outcome outcome;
};
ProblemKind problem_kind(ErrorCode code);

/// `text` as a JSON string with its quotes, for the value of a Member.
std::string json_string(std::string_view text);

}  // namespace recourse::http
