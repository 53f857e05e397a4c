#include "api/http/problem.h"

#include "api/http/utf8.h"
#include "engine/event/canonical_json.h"

namespace recourse::http {

std::string json_string(std::string_view text) {
  std::string out;
  if (is_utf8(text)) {
    append_canonical_string(out, text);
  } else {
    append_canonical_string(out, mended_utf8(text));
  }
  return out;
}

Response problem(int status, std::string_view slug, std::string_view title, std::string_view detail,
                 Outcome outcome, const std::vector<Member>& members) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  std::string& body = response.body;
  body.append("{\"type\":")
      .append(json_string("urn:recourse:problem:" + std::string(slug)))
      .append(",\"title\":")
      .append(json_string(title))
      .append(",\"status\":")
      .append(std::to_string(status));
  if (!detail.empty()) body.append(",\"detail\":").append(json_string(detail));
  body.append(outcome == Outcome::rejected ? ",\"outcome\":\"rejected\""
                                           : ",\"outcome\":\"unknown\"");
  for (const auto& [name, value] : members)
    body.append(",").append(json_string(name)).append(":").append(value);
  body.append("}");
  return response;
}

ProblemKind problem_kind(ErrorCode code) {
  using enum Outcome;
  switch (code) {
    case ErrorCode::invalid:
      return {400, "invalid", "Malformed request", rejected};
    case ErrorCode::unauthenticated:
      return {401, "unauthenticated", "No valid key", rejected};
    case ErrorCode::forbidden:
      return {403, "forbidden", "Not allowed", rejected};
    case ErrorCode::not_found:
      return {404, "not-found", "Not found", rejected};
    case ErrorCode::conflict:
      return {409, "conflict", "In another state", rejected};
    case ErrorCode::version_conflict:
      return {412, "version-conflict", "Changed in the meantime", rejected};
    case ErrorCode::key_reused:
      return {422, "key-reused", "Idempotency key belongs to another request", rejected};
    case ErrorCode::in_progress:
      return {409, "in-progress", "The same request is being handled", rejected};
    case ErrorCode::precondition_missing:
      return {400, "precondition-missing", "A required header is missing", rejected};
    case ErrorCode::too_large:
      return {413, "too-large", "Too large", rejected};
    case ErrorCode::limited:
      return {429, "limited", "Too many requests", rejected};
    case ErrorCode::unavailable:
      return {503, "unavailable", "Try again later", rejected};
    case ErrorCode::unknown_outcome:
      return {503, "unknown-outcome", "Perhaps done; repeat with the same key", unknown};
    case ErrorCode::disk_full:
      return {507, "disk-full", "No room to store it", rejected};
    case ErrorCode::locked:
      return {503, "locked", "In use by another process", rejected};
    case ErrorCode::corrupt:
      return {500, "corrupt", "Stored data is damaged", rejected};
    case ErrorCode::erased:
      return {410, "erased", "The value was erased", rejected};
    case ErrorCode::unsupported:
      return {501, "unsupported", "Not supported", rejected};
    // A read or write failed part of the way, so only a repeat can tell whether it was done.
    case ErrorCode::io:
      return {500, "io", "Internal error", unknown};
  }
  return {500, "internal", "Internal error", unknown};
}

Response problem(const Error& error, const std::vector<Member>& members) {
  const ProblemKind kind = problem_kind(error.code);
  const bool ours = error.code == ErrorCode::corrupt || error.code == ErrorCode::io ||
                    error.code == ErrorCode::locked;
  Response response =
      problem(kind.status, kind.slug, kind.title,
              ours ? std::string_view() : std::string_view(error.message), kind.outcome, members);
  if (kind.status == 401) response.headers.add("WWW-Authenticate", "Bearer");
  if (kind.status == 429 || kind.status == 503 || error.code == ErrorCode::in_progress)
    response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace recourse::http
