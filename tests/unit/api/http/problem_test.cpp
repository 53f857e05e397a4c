#include "api/http/problem.h"

#include <doctest/doctest.h>

using namespace recourse;
using namespace recourse::http;

TEST_CASE("a problem document names its type, status, detail and outcome") {
  const Response response =
      problem(412, "version-conflict", "Changed in the meantime", "expected 3, is 4",
              Outcome::rejected, {{"current_version", "4"}});
  CHECK(response.status == 412);
  CHECK(response.content_type == "application/problem+json");
  CHECK(response.body ==
        R"({"type":"urn:recourse:problem:version-conflict","title":"Changed in the meantime",)"
        R"("status":412,"detail":"expected 3, is 4","outcome":"rejected","current_version":4})");
}

TEST_CASE("error codes have the statuses that clients are promised") {
  const std::pair<ErrorCode, int> promised[] = {{ErrorCode::invalid, 400},
                                                {ErrorCode::unauthenticated, 401},
                                                {ErrorCode::forbidden, 403},
                                                {ErrorCode::not_found, 404},
                                                {ErrorCode::conflict, 409},
                                                {ErrorCode::version_conflict, 412},
                                                {ErrorCode::key_reused, 422},
                                                {ErrorCode::in_progress, 409},
                                                {ErrorCode::precondition_missing, 400},
                                                {ErrorCode::too_large, 413},
                                                {ErrorCode::limited, 429},
                                                {ErrorCode::unavailable, 503},
                                                {ErrorCode::unknown_outcome, 503},
                                                {ErrorCode::disk_full, 507},
                                                {ErrorCode::locked, 503},
                                                {ErrorCode::corrupt, 500},
                                                {ErrorCode::erased, 410},
                                                {ErrorCode::unsupported, 501},
                                                {ErrorCode::io, 500}};
  for (const auto& [code, status] : promised) {
    const Response response = problem(Error{code, "why"});
    CHECK(response.status == status);
    const bool retry = status == 429 || status == 503 || code == ErrorCode::in_progress;
    CHECK(response.headers.find("retry-after").has_value() == retry);
  }
}

TEST_CASE("only an error that may have been carried out has an unknown outcome") {
  CHECK(problem_kind(ErrorCode::unknown_outcome).outcome == Outcome::unknown);
  CHECK(problem_kind(ErrorCode::unavailable).outcome == Outcome::rejected);
  CHECK(problem_kind(ErrorCode::disk_full).outcome == Outcome::rejected);
}

TEST_CASE("the text of our own trouble is not shown to a client") {
  const Response response = problem(Error{ErrorCode::io, "open /srv/secret/place: denied"});
  CHECK(response.body.find("secret") == std::string::npos);
}

TEST_CASE("text that is not UTF-8 or holds quotes still makes valid JSON") {
  CHECK(json_string("a\"b\n\xFFz") == "\"a\\\"b\\n\xEF\xBF\xBDz\"");
  CHECK(json_string("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(json_string("gr\xC3\xBC\xC3\x9F") == "\"gr\xC3\xBC\xC3\x9F\"");
}
