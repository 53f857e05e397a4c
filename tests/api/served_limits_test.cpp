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
  CHECK(refused == 10);
  CHECK(last.status == 429);
  CHECK(last.header("Retry-After") == "61");
  CHECK(last.header("RateLimit") == "\"agent_actions\";r=0;t=61");
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

/// What its owner set with `recourse serve --limit`.
ServedDesk::Choose with_limits(std::vector<std::string> limits) {
  return [limits = std::move(limits)](ServedDesk&, routes::AppOptions& options) {
    for (const std::string& limit : limits)
      REQUIRE(routes::served::set_limit(options.served, limit).ok());
  };
}

TEST_CASE("a thousand requests an hour for each person, ten rollbacks among nobody else's") {
  ServedDesk desk;
  for (int i = 0; i < 1'000; ++i) REQUIRE(desk.get("/api/tickets/", desk.viewer).status == 200);
  const auto refused = desk.get("/api/tickets/", desk.viewer);
  CHECK(refused.status == 429);
  CHECK(refused.text("violated-policies") == R"(["user"])");
  CHECK(desk.get("/api/tickets/", desk.admin).status == 200);
  desk.clock.set(desk.clock.now() + std::chrono::seconds(3'660));
  CHECK(desk.get("/api/tickets/", desk.viewer).status == 200);
}

TEST_CASE("a limit for one tenant, and one for a key with a count of its own") {
  std::string first_key;
  ServedDesk desk({}, [&](ServedDesk& made, routes::AppOptions& options) {
    first_key = made.writer->directory().find_secret(made.viewer)->id.value();
    with_limits({"user=5/h", "tenant:default/user=2/h", "tenant:other/user=0/h",
                 "key:" + first_key + "/user=3/h"})(made, options);
  });
  const auto allowed = [&](const std::string& secret) {
    int count = 0;
    for (int i = 0; i < 8; ++i) count += desk.get("/api/tickets/", secret).status == 200 ? 1 : 0;
    return count;
  };
  CHECK(allowed(desk.manager) == 2);
  CHECK(allowed(desk.viewer) == 3);
}

TEST_CASE("what is no limit is refused, saying what one looks like") {
  for (const char* text : {"", "user", "user=5", "user=/h", "user=5/w", "user=-1/h", "user=5/0s",
                           "users=5/h", "user=5/31d", "tenant:/user=5/h", "tenant:a b/user=5/h",
                           "tenant:acme/anon=5/h", "key:key_1/user", "user=1.5/h", "user=5/h "}) {
    routes::served::Limits limits;
    const Status read = routes::served::set_limit(limits, text);
    CHECK_MESSAGE(!read.ok(), text);
    if (!read) CHECK(read.error().message.find("is no limit; write it like") != std::string::npos);
  }
  routes::served::Limits limits;
  CHECK(routes::served::set_limit(limits, "anon=7/2m").ok());
  CHECK(limits.anonymous.limit == 7);
  CHECK(limits.anonymous.window == std::chrono::seconds(120));
}

TEST_CASE("five hundred autonomous actions a day, also across a restart; the next day goes on") {
  ServedDesk desk({}, with_limits({"process=0/m"}));
  const std::string path = "/api/tickets/" + desk.ticket() + "/process/";
  const auto assign = [&](int i) {
    desk.clock.advance(std::chrono::seconds(40));
    return desk.post(path,
                     R"({"recommended_action":"ASSIGN_TO_TEAM","confidence":0.9,"team":"Team )" +
                         std::to_string(i % 2) + "\"}",
                     desk.agent);
  };
  for (int i = 0; i < 500; ++i) {
    if (i == 333) desk.restart();
    REQUIRE(assign(i).status == 200);
  }
  auto refused = assign(500);
  CHECK(refused.status == 429);
  CHECK(refused.text("violated-policies") == R"(["autonomous_actions_day"])");
  CHECK(refused.header("RateLimit-Policy") == "\"autonomous_actions_day\";q=500;w=86400");
  desk.restart();
  refused = assign(501);
  CHECK(refused.status == 429);
  desk.clock.advance(std::chrono::seconds(std::stoll(refused.header("Retry-After"))));
  CHECK(assign(502).status == 200);
}

TEST_CASE("a limit of the policy answers 429 where the served systems' agents look for it") {
  ServedDesk desk({}, with_limits({"process=0/m"}));
  const std::string number = desk.ticket();
  const std::string path = "/api/tickets/" + number + "/process/";
  const std::string body = R"({"recommended_action":"ASSIGN_TO_TEAM","confidence":0.9,)"
                           R"("params":{"team":"Network"}})";
  for (int i = 0; i < 50; ++i) REQUIRE(desk.post(path, body, desk.agent).status == 200);
  const auto refused = desk.post(path, body, desk.agent, "\"the-51st\"");
  CHECK(refused.status == 429);
  CHECK(refused.header("Retry-After") == "61");
  CHECK(refused.header("RateLimit-Policy") == "\"agent_actions_minute\";q=50;w=60");
  CHECK(refused.header("RateLimit") == "\"agent_actions_minute\";r=0;t=61");
  CHECK(refused.text("violated-policies") == R"(["agent_actions_minute"])");
  CHECK(refused.text("problem") == "limit.agent_actions_minute");
  CHECK(refused.text("outcome") == "rejected");
  CHECK(refused.text("error").find("61 seconds") != std::string::npos);
  CHECK(refused.text("ticket_id") == number);
  SUBCASE("the refusal is recorded, and the same request gets the same answer") {
    const auto again = desk.post(path, body, desk.agent, "\"the-51st\"");
    CHECK(again.status == 429);
    CHECK(again.header("Idempotency-Replayed") == "true");
    CHECK(again.text("action") == refused.text("action"));
  }
  SUBCASE("on the native path it is 429 too") {
    const auto shown = desk.get("/v1/actions/" + refused.text("action"), desk.admin);
    CHECK(shown.text("status") == "denied");
    const auto native = desk.post(
        "/v1/actions",
        R"({"ticket_id":")" + shown.text("ticket") +
            R"(","type":"search_knowledge_base","args":{"query":"vpn"},"confidence_ppm":900000})",
        desk.agent, "\"native\"");
    CHECK(native.status == 429);
    CHECK(native.header("Retry-After") == "61");
  }
  SUBCASE("a minute later it goes on") {
    desk.clock.set(desk.clock.now() + std::chrono::seconds(61));
    CHECK(desk.post(path, body, desk.agent).status == 200);
  }
}

}  // namespace
}  // namespace recourse
