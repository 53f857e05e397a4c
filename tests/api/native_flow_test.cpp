#include "tests/api/native_desk.h"

namespace recourse {
namespace {

using Headers = NativeDesk::Headers;

TEST_CASE("a ticket is opened, changed, resolved, answered and reopened") {
  NativeDesk desk;
  const auto made =
      desk.post("/v1/tickets", R"({"title":"T","customer_email":"jane@example.com"})", desk.person);
  REQUIRE(made.status == 201);
  CHECK(made.header("Location") == "/v1/tickets/" + made.text("ticket"));
  CHECK(made.text("receipt/count") == "1");
  const std::string path = "/v1/tickets/" + made.text("ticket");
  const auto row =
      desk.get(path + "?min_position=" + made.header("Recourse-Position"), desk.viewer);
  CHECK(row.text("status") == "new");
  CHECK(row.text("title/sealed") == "true");
  CHECK(desk.get("/v1/tickets/" + made.text("number"), desk.viewer).text("ticket") ==
        made.text("ticket"));
  CHECK(desk.post(path + "/messages", R"({"from":"agent","body":"On it"})", desk.person).status ==
        200);
  CHECK(desk.send("PATCH", path, desk.person, R"({"status":"pending"})",
                  {{"Content-Type", "application/json"}, {"Idempotency-Key", "p"}})
            .status == 200);
  CHECK(desk.get(path, desk.viewer).text("status") == "pending");
  CHECK(desk.post(path + "/messages", R"({"from":"customer","body":"Still dead"})", desk.person)
            .status == 200);
  CHECK(desk.get(path, desk.viewer).text("status") == "open");
  const auto resolved =
      desk.post(path + "/resolve", R"({"resolution_steps":"Reset the link"})", desk.person);
  CHECK(resolved.status == 200);
  CHECK(desk.get("/v1/resolutions/" + resolved.text("resolution"), desk.viewer).status == 200);
  const auto answer = desk.post(path + "/feedback",
                                R"({"confirmed":true,"score":5,"comment":"Thanks"})", desk.person);
  CHECK(answer.status == 201);
  CHECK(answer.text("confirmed") == "true");
  CHECK(desk.post(path + "/reopen", R"({"reason_code":"again"})", desk.person).status == 200);
  CHECK(desk.get(path + "/resolutions", desk.viewer).text("items/0/reopened") == "true");
  CHECK(desk.post(path + "/escalate", R"({"reason_code":"angry","to_team":"tier2"})", desk.person)
            .status == 200);
  CHECK(desk.get(path, desk.viewer).text("handler") == "human");
  const auto timeline = desk.get(path + "/timeline?limit=3", desk.viewer);
  CHECK(timeline.json.find("items")->elements()->size() == 3);
  CHECK(timeline.text("items/0/type") == "recourse.ticket.opened.v1");
  CHECK(desk.get(path + "/timeline?after=" + timeline.text("next_after"), desk.viewer).status ==
        200);
}

TEST_CASE("an action that may run is run, shown in the history, and undone") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto proposed = desk.propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":["Reset"]})");
  REQUIRE_MESSAGE(proposed.status == 201, proposed.body);
  CHECK(proposed.text("outcome") == "allow");
  CHECK(proposed.text("status") == "succeeded");
  const auto action = desk.get("/v1/actions/" + proposed.text("action"), desk.viewer);
  CHECK(action.text("status") == "succeeded");
  CHECK(action.text("args/sealed") == "true");
  const auto history = desk.get("/v1/tickets/" + ticket + "/actions", desk.viewer);
  CHECK(history.json.find("items")->elements()->size() == 1);
  CHECK(history.at("next_cursor").is_null());
  const auto undone = desk.post(
      "/v1/rollbacks",
      R"({"target":")" + proposed.text("uuid") + R"(","mode":"restrict","reason":"wrong answer"})",
      desk.manager);
  REQUIRE_MESSAGE(undone.status == 201, undone.body);
  CHECK(undone.text("status") == "completed");
  const auto story =
      desk.get("/v1/rollbacks/" + undone.text("rollback") + "?open=true", desk.manager);
  CHECK(story.text("status") == "completed");
  CHECK(story.text("reason") == "wrong answer");
  CHECK(desk.get("/v1/rollbacks", desk.viewer).text("items/0/rollback") == undone.text("rollback"));
  CHECK(desk.get("/v1/tickets/" + ticket, desk.viewer).text("status") == "new");
  const auto again =
      desk.post("/v1/rollbacks", R"({"target":")" + proposed.text("action") + "\"}", desk.manager);
  CHECK(again.status == 409);
  CHECK(again.text("code") == "already_rolled_back");
  CHECK(desk.get("/v1/tickets/" + ticket + "/actions?rolled_back=true", desk.viewer)
            .json.find("items")
            ->elements()
            ->size() == 1);
}

TEST_CASE("a rollback that would overwrite a later writer is 409 with the writers") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto proposed = desk.propose(ticket, "ASSIGN_TO_TEAM", R"({"team":"billing"})");
  REQUIRE_MESSAGE(proposed.text("status") == "succeeded", proposed.body);
  CHECK(desk.post("/v1/tickets/" + ticket + "/assign", R"({"team":"legal"})", desk.person).status ==
        200);
  const auto refused =
      desk.post("/v1/rollbacks", R"({"target":")" + proposed.text("action") + "\"}", desk.manager);
  CHECK(refused.status == 409);
  CHECK(refused.text("code") == "later_writers");
  CHECK(refused.text("later_writers/0/field") == "team");
  CHECK(desk.get("/v1/tickets/" + ticket, desk.viewer).text("team") == "legal");
}

TEST_CASE("money waits for people: seen as it will run, voted on, leased, reported") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto proposed =
      desk.propose(ticket, "process_refund", R"({"order_id":"A17","amount":42.5,"reason":"late"})");
  REQUIRE_MESSAGE(proposed.status == 201, proposed.body);
  REQUIRE_MESSAGE(proposed.text("outcome") == "require_approval", proposed.body);
  const std::string action = proposed.text("action");
  CHECK(desk.post("/v1/actions/" + action + "/lease", "{}", desk.agent).status == 409);
  const std::string approval = desk.pending_approval();
  const auto seen = desk.get("/v1/approvals/" + approval + "?open=true", desk.operator_);
  CHECK(seen.text("action/args/order_id") == "A17");
  CHECK(seen.text("render/type/name") == "process_refund");
  const std::string digest = seen.text("approval/render_digest");
  const std::string votes = "/v1/approvals/" + approval + "/votes";
  CHECK(desk.post(votes, R"({"vote":"approve"})", desk.manager).status == 400);
  CHECK(desk.post(votes, R"({"vote":"perhaps","render_digest":")" + digest + "\"}", desk.manager)
            .status == 422);
  CHECK(desk.post(votes, R"({"vote":"approve","render_digest":")" + digest + "\"}", desk.agent)
            .status == 403);
  auto voted =
      desk.post(votes, R"({"vote":"approve","render_digest":")" + digest + "\"}", desk.manager);
  REQUIRE_MESSAGE(voted.status == 201, voted.body);
  if (voted.text("status") == "pending")
    voted = desk.post(votes, R"({"vote":"approve","render_digest":")" + digest + "\"}", desk.admin);
  REQUIRE_MESSAGE(voted.text("status") == "granted", voted.body);
  CHECK(desk.post(votes, R"({"vote":"approve","render_digest":")" + digest + "\"}", desk.admin)
            .status == 409);
  CHECK(voted.text("action_status") == "held");
  CHECK(voted.text("hold_until") == to_rfc3339(desk.clock.now() + std::chrono::minutes(10)));
  const auto early = desk.post("/v1/actions/" + action + "/lease", "{}", desk.agent);
  CHECK(early.status == 409);
  CHECK(early.text("detail").find("held until") != std::string::npos);
  desk.clock.advance(std::chrono::minutes(10));
  const auto leased =
      desk.post("/v1/actions/" + action + "/lease", R"({"lease_s":30})", desk.agent);
  REQUIRE_MESSAGE(leased.status == 201, leased.body);
  CHECK(leased.text("args/value/order_id") == "A17");
  CHECK(leased.text("provider_key") == action + ".1");
  const auto beat =
      desk.post("/v1/actions/" + action + "/lease",
                R"({"lease_s":60,"lease_id":")" + leased.text("lease") + "\"}", desk.agent);
  CHECK_MESSAGE(beat.status == 201, beat.body);
  CHECK(beat.text("lease_until") == to_rfc3339(desk.clock.now() + std::chrono::seconds(60)));
  const auto reported = desk.post("/v1/actions/" + action + "/report",
                                  R"({"outcome":"succeeded","lease_id":")" + leased.text("lease") +
                                      R"(","provider_ref":"re_1","result":{"ok":true},)"
                                      R"("writes":[{"entity":"A17","field":"refund","after":42}]})",
                                  desk.agent);
  CHECK_MESSAGE(reported.status == 200, reported.body);
  CHECK(desk.get("/v1/actions/" + action, desk.viewer).text("status") == "succeeded");
}

TEST_CASE("a waiting agent hears of the decision") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto proposed =
      desk.propose(ticket, "process_refund", R"({"order_id":"A17","amount":42.5,"reason":"late"})");
  const std::string path = "/v1/actions/" + proposed.text("action");
  CHECK(desk.get(path + "?wait=1ms", desk.agent).text("status") == "awaiting_approval");
  NativeAnswer heard;
  std::thread waiting([&] { heard = desk.get(path + "?wait=10s", desk.agent); });
  CHECK(desk.post(path + "/withdraw", R"({"reason":"no longer"})", desk.agent).status == 200);
  waiting.join();
  CHECK(heard.text("status") == "withdrawn");
}

TEST_CASE("texts are shown to those who may, and that they were is recorded once") {
  NativeDesk desk;
  const std::string path = "/v1/tickets/" + desk.open_ticket();
  CHECK(desk.get(path + "?open=true", desk.viewer).status == 403);
  CHECK(desk.get(path + "?open=true", desk.auditor).status == 403);
  CHECK(desk.get(path + "?open=true", desk.operator_).text("title") == "Cannot log in");
  CHECK(desk.get(path + "?open=true", desk.operator_).text("customer_email") == "jane@example.com");
  CHECK(desk.count_events("recourse.sealed.opened.v1") == 1);
  CHECK(desk.get(path + "?open=true&purpose=soc2-2026", desk.auditor).text("title") ==
        "Cannot log in");
  CHECK(desk.count_events("recourse.sealed.opened.v1") == 2);
  desk.clock.advance(std::chrono::minutes(15));
  desk.get(path + "?open=true", desk.operator_);
  CHECK(desk.count_events("recourse.sealed.opened.v1") == 3);
  const auto opened = desk.get("/v1/events?types=sealed.opened&limit=1000", desk.viewer);
  CHECK(opened.body.find("\"repeats\":1") != std::string::npos);
  CHECK(desk.get("/v1/tickets?open=true", desk.operator_).text("items/0/title") == "Cannot log in");
  CHECK(desk.get(path + "/timeline?open=true", desk.operator_).text("items/0/data/title") ==
        "Cannot log in");
}

TEST_CASE("on a full disk nothing is accepted, everything can be read, texts too") {
  NativeDesk desk;
  const std::string path = "/v1/tickets/" + desk.open_ticket();
  desk.fill_disk();
  const auto refused = desk.post(path + "/close", "{}", desk.person);
  CHECK(refused.status == 507);
  CHECK(refused.text("outcome") == "rejected");
  CHECK(desk.get(path, desk.viewer).text("status") == "new");
  CHECK(desk.get(path + "?open=true", desk.operator_).text("title") == "Cannot log in");
  CHECK(desk.get("/v1/events", desk.viewer).status == 200);
}

TEST_CASE("the kill switch stops agents, and a person lets them go on") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto stopped = desk.post("/v1/killswitch", R"({"reason":"looks odd"})", desk.operator_);
  CHECK(stopped.status == 200);
  CHECK(stopped.text("held_effects") == "0");
  CHECK(desk.get("/v1/killswitch", desk.viewer).text("scopes/0") == "tenant");
  const auto denied = desk.propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":["x"]})");
  CHECK(denied.status == 201);
  CHECK(denied.text("outcome") == "deny");
  CHECK(denied.text("problem") == "kill_switch");
  CHECK(desk.post("/v1/killswitch", "{}", desk.operator_).status == 409);
  CHECK(
      desk.send("DELETE", "/v1/killswitch", desk.manager, "", {{"Idempotency-Key", "go"}}).status ==
      200);
  CHECK(desk.get("/v1/killswitch", desk.viewer).text("engaged") == "false");
}

TEST_CASE("a policy is put into force, a faulty one is not") {
  NativeDesk desk;
  const auto before = desk.get("/v1/policies", desk.viewer);
  CHECK(before.text("active") == "pol_default@1");
  std::string text = canonical_json(before.at("text"));
  CHECK(desk.post("/v1/policies/activate", R"({"policy":"pol_mine@1","text":)" + text + "}",
                  desk.admin)
            .status == 201);
  CHECK(desk.get("/v1/policies", desk.viewer).text("active") == "pol_mine@1");
  const auto faulty =
      desk.post("/v1/policies/activate", R"({"policy":"pol_mine@2","text":{"x":1}})", desk.admin);
  CHECK(faulty.status == 422);
  CHECK(faulty.text("errors/0/pointer") == "/text");
}

TEST_CASE("an earlier state is shown as of a position or a time") {
  NativeDesk desk;
  const std::string path = "/v1/tickets/" + desk.open_ticket();
  const std::string opened = desk.get(path, desk.viewer).header("Recourse-Position");
  desk.clock.advance(std::chrono::hours(1));
  CHECK(desk.post(path + "/assign", R"({"team":"billing"})", desk.person).status == 200);
  CHECK(desk.get(path, desk.viewer).text("team") == "billing");
  CHECK(desk.get(path + "?as_of=" + opened, desk.viewer).text("team") == "(absent)");
  CHECK(desk.get(path + "?as_of=2026-03-02T08:30:00Z", desk.viewer).text("team") == "(absent)");
  CHECK(desk.get(path + "?as_of=2026-03-01T00:00:00Z", desk.viewer).status == 404);
  CHECK(desk.get(path + "?as_of=lately", desk.viewer).status == 400);
}

TEST_CASE("lists go on where their cursor says, for the same question only") {
  NativeDesk desk;
  for (int i = 0; i < 5; ++i) desk.open_ticket();
  std::set<std::string> seen;
  std::string cursor;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = desk.get("/v1/tickets?status=new&limit=2" + cursor, desk.viewer);
    for (const Json& item : *page.json.find("items")->elements())
      CHECK(seen.insert(*item.find("ticket")->string()).second);
    cursor = "&cursor=" + page.text("next_cursor");
    if (page.at("next_cursor").is_null()) break;
    CHECK(desk.get("/v1/tickets?limit=2" + cursor, desk.viewer).status == 400);
  }
  CHECK(seen.size() == 5);
  CHECK(desk.get("/v1/tickets?priority=low", desk.viewer).body ==
        R"({"items":[],"next_cursor":null})");
}

TEST_CASE("figures come with n, an interval and the position they were taken at") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  desk.propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":["Reset"]})");
  const auto agent = desk.get("/v1/analytics/agent", desk.viewer);
  CHECK(agent.text("actions/counts/succeeded") == "1");
  CHECK(agent.text("actions/rates/succeeded/value_ppm") == "1000000");
  CHECK(agent.text("actions_by_day/2026-03-02/counts/proposed") == "1");
  CHECK(agent.text("position") == agent.header("Recourse-Position"));
  const auto resolutions = desk.get("/v1/analytics/resolutions", desk.viewer);
  CHECK(resolutions.text("all/counts/total") == "1");
  CHECK(resolutions.text("all/rates/csat/value_ppm") == "(absent)");
}

TEST_CASE("rows that are not there yet are waited for, and then 504 says how far they are") {
  routes::AppOptions options;
  options.catch_up_wait = std::chrono::milliseconds(20);
  NativeDesk desk(options);
  const auto late = desk.get("/v1/tickets?min_position=999999", desk.viewer);
  CHECK(late.status == 504);
  CHECK(late.text("position") == late.header("Recourse-Position"));
}

TEST_CASE("a tenant is made once, with keys of its own") {
  NativeDesk desk;
  const auto made =
      desk.post("/v1/tenants", R"({"tenant":"acme"})", desk.admin, {{"Idempotency-Key", "t"}});
  CHECK_MESSAGE(made.status == 201, made.body);
  CHECK(desk.post("/v1/tenants", R"({"tenant":"acme"})", desk.admin, {{"Idempotency-Key", "t"}})
            .status == 201);
  CHECK(desk.post("/v1/tenants", R"({"tenant":"acme"})", desk.admin).status == 409);
  CHECK(desk.post("/v1/tenants", R"({"tenant":"No Name"})", desk.admin).status == 422);
  const auto key = desk.post("/v1/keys", R"({"role":"admin","tenant":"acme"})", desk.admin);
  REQUIRE(key.status == 201);
  CHECK(desk.get("/v1/whoami", key.text("secret")).text("tenant") == "acme");
  CHECK(desk.get("/v1/policies", key.text("secret")).text("active") == "pol_default@1");
}

}  // namespace
}  // namespace recourse
