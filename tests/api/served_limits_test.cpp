#include "tests/api/served_desk.h"

namespace recourse {
namespace {

TEST_CASE("sixty agent answers in a minute: fifty are let through, the rest are told to wait") {
  ServedDesk desk;
  int refused = 0;
  ServedAnswer last;
  for (int i = 1; i <= 60; ++i) {
    last = desk.post("/api/tickets/" + std::to_string(i) + "/process/", "", desk.agent);
    refused += last.status == 429 ? 1 : 0;
  }
  // The bucket refills by one in 1.2 s, so a slow machine may be let through a few more.
  CHECK(refused <= 10);
  CHECK(refused >= 5);
  CHECK(last.status == 429);
  CHECK(last.header("Retry-After") != "");
  CHECK(last.header("RateLimit-Policy").find("\"agent_actions\";q=50;w=60") != std::string::npos);
  CHECK(last.text("error").starts_with("Request was throttled."));
  SUBCASE("another caller has a limit of their own") {
    CHECK(desk.post("/api/tickets/1/process/", "", desk.operator_).status == 404);
  }
  SUBCASE("and what is not an agent answer is not limited by it") {
    CHECK(desk.get("/api/tickets/", desk.agent).status == 200);
  }
}

TEST_CASE("ten rollbacks an hour for each person") {
  ServedDesk desk;
  const std::string path = "/api/tickets/actions/00000000-0000-7000-8000-000000000000/rollback/";
  for (int i = 0; i < 10; ++i) CHECK(desk.post(path, "", desk.manager).status == 404);
  CHECK(desk.post(path, "", desk.manager).status == 429);
  CHECK(desk.post(path, "", desk.admin).status == 404);
}

TEST_CASE("a hundred requests an hour without a key") {
  ServedDesk desk;
  for (int i = 0; i < 100; ++i) CHECK(desk.get("/api/tickets/", "").status == 401);
  const auto refused = desk.get("/api/tickets/", "");
  CHECK(refused.status == 429);
  CHECK(refused.text("error") != "(absent)");
  CHECK(desk.get("/api/tickets/", desk.viewer).status == 200);
}

TEST_CASE("a trusted key has no limits, another key of the same kind has") {
  routes::AppOptions options;
  options.served.process = {2, std::chrono::hours(1)};
  ServedDesk desk(options, [](ServedDesk& made, routes::AppOptions& chosen) {
    chosen.served.trusted = {made.writer->directory().find_secret(made.agent)->id};
  });
  const std::string path = "/api/tickets/1/process/";
  for (int i = 0; i < 5; ++i) CHECK(desk.post(path, "", desk.agent).status == 404);
  for (int i = 0; i < 2; ++i) CHECK(desk.post(path, "", desk.operator_).status == 404);
  CHECK(desk.post(path, "", desk.operator_).status == 429);
}

TEST_CASE("a limit of zero is none") {
  routes::AppOptions options;
  options.served.process.limit = 0;
  ServedDesk desk(options);
  for (int i = 0; i < 80; ++i)
    CHECK(desk.post("/api/tickets/1/process/", "", desk.agent).status == 404);
}

}  // namespace
}  // namespace recourse
