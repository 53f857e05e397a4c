#include "tests/api/native_desk.h"

namespace recourse {
namespace {

std::string quoted(const std::string& text) { return '"' + text + '"'; }

struct RollbackDesk : NativeDesk {
  std::string second = key(Role::manager);

  NativeAnswer roll_back(const std::string& target, const std::string& mode = "restrict") {
    return post(
        "/v1/rollbacks",
        "{\"mode\":" + quoted(mode) + ",\"reason\":\"it was wrong\",\"target\":" + target + '}',
        manager);
  }
  NativeAnswer vote(const std::string& approval, const std::string& by) {
    const auto seen = get("/v1/approvals/" + approval, by);
    return post("/v1/approvals/" + approval + "/votes",
                R"({"vote":"approve","render_digest":")" + seen.text("render/digest") + "\"}", by);
  }
  NativeAnswer step(const std::string& rollback, int number, const std::string& what,
                    const std::string& body, const std::string& by) {
    return post("/v1/rollbacks/" + rollback + "/steps/" + std::to_string(number) + '/' + what, body,
                by);
  }
  /// A bug report that a client's executor filed.
  std::string filed(const std::string& ticket) {
    const auto proposed =
        propose(ticket, "create_bug_report", R"({"title":"t","description":"d"})");
    const std::string action = proposed.text("action");
    const auto leased = post("/v1/actions/" + action + "/lease", "{}", agent);
    REQUIRE_MESSAGE(leased.status == 201, leased.body);
    const auto reported = post("/v1/actions/" + action + "/report",
                               R"({"outcome":"succeeded","provider_ref":"BUG-7","lease_id":")" +
                                   leased.text("lease") + "\"}",
                               agent);
    REQUIRE_MESSAGE(reported.status == 200, reported.body);
    return action;
  }
};

TEST_CASE("a cascade is planned, looked at, started by its digest and shown step by step") {
  RollbackDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto first = desk.propose(ticket, "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  const auto second =
      desk.post("/v1/actions",
                R"({"ticket_id":")" + ticket +
                    R"(","type":"ESCALATE","confidence_ppm":990000,"reads":["team"],)"
                    R"("caused_by":")" +
                    first.text("action") + "\"}",
                desk.agent);
  REQUIRE_MESSAGE(second.status == 201, second.body);
  const auto refused = desk.roll_back(quoted(first.text("action")));
  CHECK(refused.status == 409);
  CHECK(refused.text("code") == "dependents");
  CHECK(refused.text("dependents/0/action") == second.text("action"));
  const auto plan = desk.roll_back(quoted(first.text("action")), "cascade");
  REQUIRE_MESSAGE(plan.status == 201, plan.body);
  CHECK(plan.text("status") == "planned");
  CHECK(plan.text("steps/0/action") == second.text("action"));
  CHECK(plan.text("steps/1/action") == first.text("action"));
  CHECK(plan.text("dependents/0/edge") == "causal");
  CHECK(desk.get("/v1/tickets/" + ticket, desk.viewer).text("team") == "Network");
  const std::string path = "/v1/rollbacks/" + plan.text("rollback");
  CHECK(plan.header("Location") == path);
  CHECK(desk.post(path + "/start", R"({"plan_digest":"AAAA"})", desk.manager).status == 409);
  CHECK(desk.post(path + "/start", R"({"plan_digest":"AAAA"})", desk.operator_).status == 403);
  const auto started = desk.post(
      path + "/start", R"({"plan_digest":")" + plan.text("plan_digest") + "\"}", desk.manager);
  REQUIRE_MESSAGE(started.status == 200, started.body);
  CHECK(started.text("status") == "completed");
  const auto shown = desk.get(path + "?open=true", desk.manager);
  CHECK(shown.text("status") == "completed");
  CHECK(shown.text("undone") == "2");
  CHECK(shown.text("reason") == "it was wrong");
  CHECK(shown.text("steps/0/status") == "succeeded");
  CHECK(shown.text("steps/1/number") == "1");
  CHECK(desk.get(path + "?limit=1", desk.viewer).text("next_step") == "1");
  CHECK(desk.get(path + "?from_step=1", desk.viewer).text("steps/0/number") == "1");
  const auto timeline = desk.get("/v1/tickets/" + ticket + "/timeline?open=true", desk.manager);
  CHECK(timeline.body.find("ESCALATE was rolled back. Reason: it was wrong") != std::string::npos);
}

TEST_CASE("what an executor undoes waits for a second person, is leased, kept and reported") {
  RollbackDesk desk;
  const std::string ticket = desk.open_ticket();
  const std::string action = desk.filed(ticket);
  const auto plan = desk.roll_back(quoted(action));
  REQUIRE_MESSAGE(plan.status == 202, plan.body);
  CHECK(plan.text("status") == "awaiting_approval");
  CHECK(plan.text("required_approvals") == "1");
  CHECK(plan.text("steps/0/kind") == "inverse");
  const std::string approval = plan.text("approval"), rollback = plan.text("rollback");
  const auto seen = desk.get("/v1/approvals/" + approval, desk.second);
  CHECK(seen.text("rollback/steps/0/action") == action);
  CHECK(seen.text("approval/args_commitment") == plan.text("plan_digest"));
  CHECK(desk.get("/v1/approvals", desk.viewer).text("items/0/rollback") == rollback);
  CHECK(desk.vote(approval, desk.manager).status == 403);
  CHECK(desk.vote(approval, desk.agent).status == 403);
  const auto granted = desk.vote(approval, desk.second);
  REQUIRE_MESSAGE(granted.status == 201, granted.body);
  CHECK(granted.text("status") == "consumed");
  CHECK(granted.text("rollback_status") == "started");
  const auto leased = desk.step(rollback, 0, "lease", "{}", desk.agent);
  REQUIRE_MESSAGE(leased.status == 201, leased.body);
  CHECK(leased.text("compensation") == "close_bug_report");
  CHECK(leased.text("original/provider_ref") == "BUG-7");
  CHECK(leased.text("original/args/value/title") == "t");
  CHECK(desk.step(rollback, 0, "lease", "{}", desk.agent).status == 409);
  desk.clock.advance(std::chrono::seconds(40));
  const std::string held = R"({"lease_id":")" + leased.text("lease") + '"';
  CHECK(desk.step(rollback, 0, "lease", held + '}', desk.agent).status == 200);
  CHECK(desk.step(rollback, 9, "lease", "{}", desk.agent).status == 404);
  const auto reported =
      desk.step(rollback, 0, "report", held + R"(,"outcome":"succeeded"})", desk.agent);
  REQUIRE_MESSAGE(reported.status == 200, reported.body);
  CHECK(reported.text("step_status") == "succeeded");
  CHECK(reported.text("status") == "completed");
  const auto row = desk.get("/v1/actions/" + action, desk.viewer);
  CHECK(row.text("rolled_back") == "true");
  CHECK(desk.step(rollback, 0, "report", held + R"(,"outcome":"succeeded"})", desk.agent).status ==
        409);
}

TEST_CASE("a stuck rollback opens an incident, and a record by hand settles it") {
  RollbackDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto plan = desk.roll_back(quoted(desk.filed(ticket)));
  desk.vote(plan.text("approval"), desk.second);
  const std::string rollback = plan.text("rollback");
  const auto leased = desk.step(rollback, 0, "lease", "{}", desk.agent);
  const auto failed =
      desk.step(rollback, 0, "report",
                R"({"outcome":"failed","code":"gone","lease_id":")" + leased.text("lease") + "\"}",
                desk.agent);
  CHECK(failed.text("status") == "stuck");
  const std::string incident = failed.text("incident");
  CHECK(desk.get("/v1/incidents?open=true", desk.viewer).text("items/0/incident") == incident);
  CHECK(desk.get("/v1/incidents/" + incident, desk.viewer).text("kind") == "rollback_stuck");
  CHECK(desk.get("/v1/tickets/" + ticket, desk.viewer).text("automation") == "suspended");
  CHECK(desk.propose(ticket, "ESCALATE", "{}").text("outcome") != "allow");
  CHECK(desk.post("/v1/incidents/" + incident + "/close", R"({"resolution":"x"})", desk.manager)
            .status == 409);
  CHECK(desk.step(rollback, 0, "skip", "{}", desk.manager).status == 422);
  const auto waiver = desk.step(rollback, 0, "skip", R"({"reason":"too late"})", desk.manager);
  CHECK(waiver.status == 200);
  CHECK(desk.vote(waiver.text("approval"), desk.manager).status == 403);
  CHECK(desk.step(rollback, 0, "manual", R"({"evidence_sha256":"x"})", desk.manager).status == 422);
  const auto recorded =
      desk.step(rollback, 0, "manual", R"({"evidence_sha256":")" + std::string(64, 'a') + "\"}",
                desk.manager);
  REQUIRE_MESSAGE(recorded.status == 200, recorded.body);
  CHECK(recorded.text("status") == "completed");
  CHECK(desk.vote(waiver.text("approval"), desk.second).status == 409);
  CHECK(desk.get("/v1/tickets/" + ticket, desk.viewer).text("automation") == "active");
  CHECK(desk.get("/v1/incidents/" + incident, desk.viewer).text("open") == "false");
  CHECK(desk.get("/v1/incidents?open=true", desk.viewer).json.find("items")->elements()->empty());
}

TEST_CASE("a selector finds what an agent did everywhere, and people approve one plan") {
  RollbackDesk desk;
  for (int i = 0; i < 8; ++i)
    desk.propose(desk.open_ticket(), "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  desk.propose(desk.open_ticket(), "ESCALATE", "{}");
  const auto plan = desk.roll_back(R"({"type":"ASSIGN_TO_TEAM","from":"2026-03-01T00:00:00Z"})");
  REQUIRE_MESSAGE(plan.status == 202, plan.body);
  CHECK(plan.text("step_count") == "8");
  CHECK(plan.text("required_approvals") == "2");
  CHECK(plan.text("action") == "(absent)");
  CHECK(desk.vote(plan.text("approval"), desk.second).text("status") == "pending");
  const auto granted = desk.vote(plan.text("approval"), desk.admin);
  CHECK(granted.text("rollback_status") == "completed");
  const auto none = desk.roll_back(R"({"type":"ASSIGN_TO_TEAM"})");
  CHECK(none.status == 409);
  CHECK(none.text("code") == "nothing_to_undo");
  CHECK(desk.roll_back(R"({"agent":"agt_nobody"})").text("code") == "nothing_to_undo");
  CHECK(desk.roll_back("{}").status == 422);
  CHECK(
      desk.roll_back(R"({"from":"2026-03-02T00:00:00Z","before":"2026-03-01T00:00:00Z"})").status ==
      422);
  CHECK(desk.roll_back(R"({"typ":"ASSIGN_TO_TEAM"})").status == 422);
  CHECK(desk.roll_back(R"({"from":"yesterday"})").status == 422);
  CHECK(desk.roll_back("17").status == 422);
}

TEST_CASE("the actions of one version of an agent are found, and what was built on one is told") {
  RollbackDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto propose = [&](const std::string& version, const std::string& more) {
    const auto made = desk.post("/v1/actions",
                                R"({"ticket_id":")" + ticket +
                                    R"(","type":"SCHEDULE_FOLLOWUP","confidence_ppm":990000,)" +
                                    more + R"("agent_version":)" + quoted(version) + '}',
                                desk.agent);
    REQUIRE_MESSAGE(made.status == 201, made.body);
    return made.text("action");
  };
  const std::string first = propose("v1", "");
  const std::string second = propose("v2", R"("caused_by":)" + quoted(first) + ',');
  const std::string third = propose("v2", R"("caused_by":)" + quoted(second) + ',');
  CHECK(desk.get("/v1/actions/" + second, desk.viewer).text("agent_version") == "v2");
  const auto plan = desk.roll_back(R"({"agent_version":"v2"})");
  REQUIRE_MESSAGE(plan.status == 201, plan.body);
  CHECK(plan.text("step_count") == "2");

  const auto told = desk.get("/v1/actions/" + first + "/dependents", desk.viewer);
  REQUIRE_MESSAGE(told.status == 200, told.body);
  CHECK(told.text("count") == "2");
  CHECK(told.text("dependents/0/action") == second);
  CHECK(told.text("dependents/1/on") == second);
  CHECK(told.text("dependents/1/action") == third);
  CHECK(desk.get("/v1/actions/" + third + "/dependents", desk.viewer).text("count") == "0");
  CHECK(desk.get("/v1/actions/act_none/dependents", desk.viewer).status == 404);
  CHECK(desk.get("/v1/actions/" + first + "/dependents", desk.stranger).status == 404);
}

TEST_CASE("a paused rollback hands out no step until it is resumed") {
  RollbackDesk desk;
  const std::string action = desk.filed(desk.open_ticket());
  const auto plan = desk.roll_back(quoted(action));
  desk.vote(plan.text("approval"), desk.second);
  const std::string rollback = plan.text("rollback"), path = "/v1/rollbacks/" + rollback;
  CHECK(desk.post(path + "/pause", "{}", desk.operator_).status == 403);
  const auto paused = desk.post(path + "/pause", R"({"reason":"the morning rush"})", desk.manager);
  REQUIRE_MESSAGE(paused.status == 200, paused.body);
  CHECK(paused.text("paused") == "true");
  CHECK(desk.get(path + "?open=true", desk.manager).text("pause_reason") == "the morning rush");
  CHECK(desk.step(rollback, 0, "lease", "{}", desk.agent).status == 409);
  CHECK(desk.post(path + "/pause", "{}", desk.manager).status == 409);
  CHECK(desk.post(path + "/resume", "{}", desk.manager).status == 200);
  CHECK(desk.get(path, desk.viewer).text("paused_by") == "(absent)");
  CHECK(desk.step(rollback, 0, "lease", "{}", desk.agent).status == 201);
}

TEST_CASE("a ticket or a run is a target, and forward_fix leaves a task until it is settled") {
  RollbackDesk desk;
  const std::string ticket = desk.open_ticket();
  desk.propose(ticket, "ASSIGN_TO_TEAM", R"({"team":"Network"})");
  const auto resolved = desk.propose(ticket, "AUTO_RESOLVE", "{}");
  const auto plan = desk.roll_back(quoted(ticket));
  REQUIRE_MESSAGE(plan.status == 201, plan.body);
  CHECK(plan.text("steps/0/action") == resolved.text("action"));
  CHECK(plan.text("step_count") == "2");
  // Somebody works on the ticket before the plan is started.
  CHECK(desk.post("/v1/tickets/" + ticket + "/assign", R"({"team":"legal"})", desk.person).status ==
        200);
  const std::string path = "/v1/rollbacks/" + plan.text("rollback");
  CHECK(desk.get(path, desk.viewer).text("status") == "staled");
  CHECK(desk.post(path + "/start", R"({"plan_digest":")" + plan.text("plan_digest") + "\"}",
                  desk.manager)
            .status == 409);
  const auto fix = desk.roll_back(quoted(resolved.text("action")), "forward_fix");
  REQUIRE_MESSAGE(fix.status == 201, fix.body);
  CHECK(fix.text("status") == "remediation");
  const std::string incident = "/v1/incidents/" + fix.text("incident");
  CHECK(desk.post(incident + "/close", R"({"resolution":"called"})", desk.operator_).status == 200);
  CHECK(desk.get("/v1/rollbacks/" + fix.text("rollback"), desk.viewer).text("status") ==
        "completed");
  CHECK(desk.roll_back(quoted("run_none")).status == 409);
  CHECK(desk.roll_back(quoted("tkt_none")).status == 404);
}

}  // namespace
}  // namespace recourse
