#include "tests/api/native_desk.h"

namespace recourse {
namespace {

/// Proposes a bug report, runs it as a client does and gives what the policy said.
std::string run_one(NativeDesk& desk, const std::string& ticket, const std::string& outcome) {
  const auto made =
      desk.propose(ticket, "create_bug_report", R"({"description":"it crashes","title":"crash"})");
  REQUIRE_MESSAGE(made.status == 201, made.body);
  if (made.text("outcome") != "allow") return made.text("problem");
  const std::string path = "/v1/actions/" + made.text("action");
  const auto lease = desk.post(path + "/lease", "{}", desk.agent);
  REQUIRE_MESSAGE(lease.status == 201, lease.body);
  const auto told = desk.post(
      path + "/report",
      R"({"outcome":")" + outcome + R"(","lease_id":")" + lease.text("lease") + "\"}", desk.agent);
  REQUIRE_MESSAGE(told.status == 200, told.body);
  return "allow";
}

TEST_CASE("a breaker opens, lets probes through after its time, and closes: each an event") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  for (int i = 0; i < 10; ++i) REQUIRE(run_one(desk, ticket, "failed") == "allow");
  CHECK(run_one(desk, ticket, "failed") == "breaker");
  const auto open = desk.get("/v1/breakers", desk.viewer);
  CHECK(open.status == 200);
  CHECK(open.text("items/0/status") == "open");
  CHECK(open.text("items/0/type") == "create_bug_report");
  CHECK(open.text("items/0/until") == "2026-03-02T08:05:00.000000Z");
  desk.clock.advance(std::chrono::seconds(300));
  SUBCASE("good probes close it") {
    for (int i = 0; i < 3; ++i) CHECK(run_one(desk, ticket, "succeeded") == "allow");
    CHECK(desk.get("/v1/breakers", desk.viewer).text("items/0/status") == "closed");
    CHECK(desk.count_events("recourse.breaker.transitioned.v1") == 3);
  }
  SUBCASE("a bad one opens it again") {
    CHECK(run_one(desk, ticket, "failed") == "allow");
    CHECK(run_one(desk, ticket, "succeeded") == "breaker");
    CHECK(desk.get("/v1/breakers", desk.viewer).text("items/0/status") == "open");
  }
}

TEST_CASE("who may hold a breaker open, and what is no breaker") {
  NativeDesk desk;
  const std::string body = R"({"agent":"agt_1","type":"send_reply","status":"open"})";
  CHECK(desk.post("/v1/breakers", body, desk.operator_).status == 403);
  CHECK(desk.post("/v1/breakers", body, desk.agent).status == 403);
  const auto held = desk.post("/v1/breakers", body, desk.manager);
  CHECK(held.status == 200);
  CHECK(held.text("status") == "open");
  CHECK(desk.get("/v1/breakers", desk.viewer).text("items/0/held_open") == "true");
  CHECK(desk.post("/v1/breakers", body, desk.manager).status == 409);
  for (const char* wrong : {R"({"agent":"agt_1","type":"send_reply","status":"half_open"})",
                            R"({"agent":"agt_1","type":"no_such","status":"open"})",
                            R"({"agent":"agt_1","status":"open"})",
                            R"({"agent":"agt_1","type":"send_reply","status":"ajar"})"})
    CHECK_MESSAGE(desk.post("/v1/breakers", wrong, desk.manager).status == 422, wrong);
}

TEST_CASE("a rollout is set by managers; over tenants by the deployment's admins alone") {
  NativeDesk desk;
  const std::string tenth = R"({"key":"autonomy","percent":10})";
  CHECK(desk.post("/v1/rollouts", tenth, desk.operator_).status == 403);
  const auto made = desk.post("/v1/rollouts", tenth, desk.manager);
  CHECK(made.status == 200);
  CHECK(made.text("percent_bp") == "1000");
  const auto half =
      desk.post("/v1/rollouts", R"({"key":"autonomy","percent_bp":5050})", desk.manager);
  CHECK(half.text("prev_percent_bp") == "1000");
  CHECK(half.text("salt") == made.text("salt"));
  const auto wrong = desk.post("/v1/rollouts", R"({"key":"autonomy","percent":101})", desk.manager);
  CHECK(wrong.status == 422);
  CHECK(wrong.text("errors/0/pointer") == "/percent");
  CHECK(desk.get("/v1/rollouts", desk.viewer).text("items/0/percent_bp") == "5050");
  const std::string tenants = R"({"key":"agent","unit":"tenant","percent":0})";
  CHECK(desk.post("/v1/rollouts", tenants, desk.stranger).status == 403);
  CHECK(desk.get("/v1/rollouts?unit=tenant", desk.stranger).status == 403);
  CHECK(desk.post("/v1/rollouts", tenants, desk.admin).status == 200);
  CHECK(desk.get("/v1/rollouts?unit=tenant", desk.admin).text("items/0/key") == "agent");
  const auto outside = desk.propose(desk.open_ticket(), "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  CHECK(outside.text("outcome") == "require_approval");
  CHECK(desk.count_events("recourse.rollout.assigned.v1") == 2);
}

TEST_CASE("only an admin of the deployment stops every tenant") {
  NativeDesk desk;
  const std::string all = R"({"scope":"deployment","reason":"wrong refunds"})";
  CHECK(desk.post("/v1/killswitch", all, desk.stranger).status == 403);
  CHECK(desk.post("/v1/killswitch", all, desk.manager).status == 403);
  CHECK(desk.post("/v1/killswitch", all, desk.admin).status == 200);
  CHECK(desk.get("/v1/killswitch", desk.stranger).text("scopes") == R"(["deployment"])");
  const auto stopped = desk.propose(desk.open_ticket(), "ESCALATE", R"({"reason":"?"})");
  CHECK(stopped.text("problem") == "kill_switch");
  CHECK(desk.post("/v1/killswitch", all, desk.admin).status == 409);
  const auto released = desk.send("DELETE", "/v1/killswitch?scope=deployment", desk.admin, "",
                                  {{"Idempotency-Key", "\"release\""}});
  CHECK(released.status == 200);
  CHECK(desk.get("/v1/killswitch", desk.stranger).text("engaged") == "false");
}

}  // namespace
}  // namespace recourse
