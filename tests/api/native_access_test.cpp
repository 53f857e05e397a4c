#include "tests/api/native_desk.h"

namespace recourse {
namespace {

using Headers = NativeDesk::Headers;

TEST_CASE("without a key, or with one that is no key, it is 401 and says how to come in") {
  NativeDesk desk;
  for (const auto& [secret, headers] :
       std::vector<std::pair<std::string, Headers>>{{"", {}},
                                                    {"rk_0000", {}},
                                                    {"", {{"Authorization", "Basic YTpi"}}},
                                                    {"", {{"Authorization", "Bearer "}}},
                                                    {"", {{"X-TENANT-API-KEY", "nonsense"}}}}) {
    const auto refused = desk.get("/v1/tickets", secret, headers);
    CHECK(refused.status == 401);
    CHECK(refused.header("WWW-Authenticate").starts_with("Bearer"));
    CHECK(refused.header("Content-Type") == "application/problem+json");
    CHECK(refused.text("outcome") == "rejected");
  }
}

TEST_CASE("the tenant headers work like a bearer key, and must agree with the key") {
  NativeDesk desk;
  CHECK(desk.get("/v1/tickets", "", {{"X-TENANT-ID", "default"}, {"X-TENANT-API-KEY", desk.viewer}})
            .status == 200);
  CHECK(desk.get("/v1/tickets", "", {{"X-TENANT-ID", "other"}, {"X-TENANT-API-KEY", desk.viewer}})
            .status == 404);
  CHECK(desk.get("/v1/tickets", desk.viewer, {{"X-TENANT-ID", "other"}}).status == 404);
}

TEST_CASE("a revoked and an expired key are refused, each with its reason") {
  NativeDesk desk;
  const auto made = desk.post("/v1/keys", R"({"role":"viewer","display_name":"Ada"})", desk.admin);
  REQUIRE(made.status == 201);
  const std::string secret = made.text("secret");
  CHECK(secret.starts_with("rk_"));
  CHECK(desk.get("/v1/whoami", secret).text("role") == "viewer");
  const std::string path = "/v1/keys/" + made.text("key");
  CHECK(desk.send("DELETE", path, desk.admin, "").status == 200);
  CHECK(desk.send("DELETE", path, desk.admin, "").status == 200);
  CHECK(desk.get("/v1/whoami", secret).text("type") == "urn:recourse:problem:key-revoked");
  const auto brief =
      desk.post("/v1/keys", R"({"role":"viewer","expires_at":"2026-03-02T09:00:00Z"})", desk.admin);
  CHECK(desk.get("/v1/whoami", brief.text("secret")).status == 200);
  desk.clock.advance(std::chrono::hours(1));
  CHECK(desk.get("/v1/whoami", brief.text("secret")).text("type") ==
        "urn:recourse:problem:key-expired");
}

TEST_CASE("a key says which team its owner is in, the same for all of their keys") {
  NativeDesk desk;
  const auto made = desk.post("/v1/keys", R"({"role":"manager","team":"support"})", desk.admin);
  REQUIRE(made.status == 201);
  CHECK(made.text("team") == "support");
  const std::string who = R"({"role":"viewer","principal":")" + made.text("principal");
  const auto further = desk.post("/v1/keys", who + R"("})", desk.admin);
  REQUIRE(further.status == 201);
  CHECK(further.text("team") == "support");
  CHECK(desk.get("/v1/whoami", further.text("secret")).text("team") == "support");
  CHECK(desk.post("/v1/keys", who + R"(","team":"finance"})", desk.admin).status == 409);
}

TEST_CASE("a secret is shown once: a repeat knows the key and not the secret") {
  NativeDesk desk;
  const Headers key{{"Idempotency-Key", "make-one"}};
  const auto made = desk.post("/v1/keys", R"({"role":"viewer"})", desk.admin, key);
  const auto again = desk.post("/v1/keys", R"({"role":"viewer"})", desk.admin, key);
  CHECK(again.status == 201);
  CHECK(again.text("key") == made.text("key"));
  CHECK(again.at("secret").is_null());
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(desk.post("/v1/keys", R"({"role":"admin"})", desk.admin, key).status == 422);
}

TEST_CASE("the last admin key of a tenant stays") {
  NativeDesk desk;
  const auto self = desk.get("/v1/whoami", desk.admin);
  CHECK(desk.send("DELETE", "/v1/keys/" + self.text("key"), desk.admin, "").status == 409);
}

TEST_CASE("each role does what it may and gets 403 for the rest") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  CHECK(desk.post("/v1/tickets", "{}", desk.viewer).status == 403);
  CHECK(desk.post("/v1/tickets", "{}", desk.auditor).status == 403);
  CHECK(desk.post("/v1/killswitch", "{}", desk.person).status == 403);
  CHECK(desk.post("/v1/rollbacks", R"({"target":"act_1"})", desk.operator_).status == 403);
  CHECK(desk.post("/v1/policies/activate", R"({"policy":"pol_a@1","text":{}})", desk.manager)
            .status == 403);
  CHECK(desk.get("/v1/keys", desk.manager).status == 403);
  CHECK(desk.get("/v1/tenants", desk.admin).status == 200);
  CHECK(desk.get("/v1/tenants", desk.stranger).status == 403);
  // A machine proposes changes of a ticket; it does not make them.
  CHECK(desk.post("/v1/tickets/" + ticket + "/close", "{}", desk.agent).status == 403);
}

TEST_CASE("every route asks for a key and for its role") {
  NativeDesk desk;
  for (const routes::RouteSpec& route : routes::native_routes()) {
    std::string path;
    for (const char c : route.pattern) path += c == '{' || c == '}' || c == '.' ? 'x' : c;
    CAPTURE(path);
    const std::string method(http::name(route.method));
    const Headers json{{"Content-Type", "application/json"}, {"Idempotency-Key", "a"}};
    const bool open = route.needs == routes::Needs::nobody;
    CHECK((desk.send(method, path, "", "{}", json).status == 401) == !open);
    const int as_viewer = desk.send(method, path, desk.viewer, "{}", json).status;
    const bool viewer_may = open || route.needs == routes::Needs::viewer;
    CHECK((as_viewer == 403) == !viewer_may);
    if (route.mutating) {
      CHECK(desk.send(method, path, desk.auditor, "{}", json).status == 403);
    }
  }
}

TEST_CASE("to another tenant nothing of this one exists") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto action = desk.propose(ticket, "ASSIGN_TO_TEAM", R"({"team":"billing"})");
  REQUIRE_MESSAGE(action.status == 201, action.body);
  for (const std::string& path : std::vector<std::string>{
           "/v1/tickets/" + ticket, "/v1/tickets/1", "/v1/tickets/" + ticket + "/timeline",
           "/v1/tickets/" + ticket + "/actions", "/v1/actions/" + action.text("action"),
           "/v1/actions/" + action.text("uuid")}) {
    CAPTURE(path);
    CHECK(desk.get(path, desk.viewer).status == 200);
    CHECK(desk.get(path, desk.stranger).status == 404);
  }
  CHECK(desk.post("/v1/tickets/" + ticket + "/close", "{}", desk.stranger).status == 404);
  CHECK(desk.get("/v1/events?subject=" + ticket, desk.stranger).body.empty());
  const auto self = desk.get("/v1/whoami", desk.viewer);
  CHECK(desk.send("DELETE", "/v1/keys/" + self.text("key"), desk.stranger, "").status == 404);
  CHECK(desk.post("/v1/keys", R"({"role":"admin","tenant":"default"})", desk.stranger).status ==
        404);
}

TEST_CASE("refused logins are in the meta ledger, folded") {
  NativeDesk desk;
  for (int i = 0; i < 20; ++i) desk.get("/v1/tickets", "rk_wrong");
  const auto meta = [&] { return desk.count_events("recourse.auth.denied.v1", "meta"); };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (meta() == 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK(meta() == 1);
}

TEST_CASE("an address that is refused too often waits") {
  routes::AppOptions options;
  options.denied = {3, std::chrono::seconds(60)};
  NativeDesk desk(options);
  for (int i = 0; i < 3; ++i) CHECK(desk.get("/v1/tickets", "rk_wrong").status == 401);
  const auto refused = desk.get("/v1/tickets", "rk_wrong");
  CHECK(refused.status == 429);
  CHECK(!refused.header("Retry-After").empty());
  CHECK(desk.get("/v1/tickets", desk.viewer).status == 200);
}

TEST_CASE("past the limit on writes it is 429, but a repeat still gets its answer") {
  routes::AppOptions options;
  options.native_writes = {2, std::chrono::seconds(3600)};
  NativeDesk desk(options);
  const std::string ticket = desk.open_ticket();
  const Headers key{{"Idempotency-Key", "once"}};
  const auto made = desk.post("/v1/tickets", R"({"requester":"x@example.com"})", desk.person, key);
  CHECK(made.status == 201);
  const auto refused = desk.post("/v1/tickets", R"({"requester":"x@example.com"})", desk.person);
  CHECK(refused.status == 429);
  CHECK(refused.header("RateLimit-Policy").find("native-writes") != std::string::npos);
  CHECK(refused.text("violated-policies/0") == "native-writes");
  const auto again = desk.post("/v1/tickets", R"({"requester":"x@example.com"})", desk.person, key);
  CHECK(again.status == 201);
  CHECK(again.text("ticket") == made.text("ticket"));
}

TEST_CASE("health and metrics need no key") {
  NativeDesk desk;
  desk.open_ticket();
  CHECK(desk.get("/healthz", "").status == 200);
  CHECK(desk.get("/readyz", "").status == 200);
  const auto metrics = desk.get("/metrics", "");
  CHECK(metrics.status == 200);
  CHECK(
      metrics.body.find("recourse_http_requests_total{route=\"tickets.open\",status=\"201\"} 1") !=
      std::string::npos);
  CHECK(metrics.body.find("recourse_log_size_events") != std::string::npos);
}

}  // namespace
}  // namespace recourse
