#include "api/routes/served_errors.h"

#include <doctest/doctest.h>

#include "engine/event/parse_json.h"

namespace recourse::routes::served {
namespace {

RouteSpec route(std::string_view pattern, std::string_view name) {
  return {http::Method::post, pattern, name,    Needs::manager,     true,
          Surface::served,    "x",     nullptr, http::Slash::either};
}

std::string member(const http::Response& response, const char* name) {
  const auto json = parse_json(response.body);
  REQUIRE(json.ok());
  const Json* value = json->find(name);
  return value == nullptr ? "" : value->string() != nullptr ? *value->string() : "?";
}

TEST_CASE("a problem on a served path says in one sentence what is wrong") {
  const auto shown = as_expected(route("/api/v1/tickets", "x"),
                                 http::problem(404, "not-found", "Not found", "no such ticket"));
  CHECK(shown.status == 404);
  CHECK(member(shown, "error") == "no such ticket");
  CHECK(member(shown, "type") == "urn:recourse:problem:not-found");
  const auto bare =
      as_expected(route("/api/v1/tickets", "x"), http::problem(500, "io", "Internal error", ""));
  CHECK(member(bare, "error") == "Internal error");
}

TEST_CASE("words that a handler chose stay") {
  const auto shown = as_expected(route("/api/tickets", "x"),
                                 refusal(409, "later-writers", "Changed", "somebody else", {}));
  CHECK(member(shown, "error") == "somebody else");
}

TEST_CASE("a faulty body is 400 at the help desk and 422 elsewhere") {
  const auto fault = http::problem(422, "invalid", "Invalid", "/a: required");
  CHECK(as_expected(route("/api/tickets", "x"), fault).status == 400);
  CHECK(as_expected(route("/api/v1/tickets", "x"), fault).status == 422);
  const auto reused = http::problem(422, "key-reused", "Reused", "another request");
  CHECK(as_expected(route("/api/tickets", "x"), reused).status == 422);
}

TEST_CASE("who may not roll back is told so in the owner's words") {
  const auto shown =
      as_expected(route("/api/tickets/actions/{action}/rollback", "help-desk-rollback"),
                  http::problem(403, "forbidden", "Forbidden", "not you"));
  CHECK(member(shown, "error") == "Only admins and managers can rollback actions");
  CHECK(member(shown, "detail") == "not you");
}

TEST_CASE("an answer that is no problem passes as it is") {
  const auto good = as_expected(route("/api/tickets", "x"), http::json("{\"a\":1}"));
  CHECK(good.body == "{\"a\":1}");
}

}  // namespace
}  // namespace recourse::routes::served
