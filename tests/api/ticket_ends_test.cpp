#include "tests/api/native_desk.h"

namespace recourse {
namespace {

std::string path(const std::string& ticket, const char* rest = "") {
  return "/v1/tickets/" + ticket + rest;
}

/// Every row that covers what was committed so far.
NativeAnswer look_at(NativeDesk& desk, const std::string& ticket, const NativeAnswer& after) {
  return desk.get(path(ticket, "?min_position=") + after.header("Recourse-Position"), desk.viewer);
}

TEST_CASE("a merged ticket says where it goes on, in its row and in every refusal") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket(), into = desk.open_ticket();
  const auto made =
      desk.post(path(ticket, "/merge"), R"({"into":")" + into + R"(","reason":"the same login"})",
                desk.person);
  REQUIRE_MESSAGE(made.status == 200, made.body);
  CHECK(made.text("status") == "merged");
  CHECK(made.text("merged_into") == into);
  const auto ended = look_at(desk, ticket, made), goes_on = look_at(desk, into, made);
  CHECK(ended.text("status") == "merged");
  CHECK(ended.text("merged_into") == into);
  CHECK(goes_on.text("merged_from/0") == ticket);
  CHECK(goes_on.text("status") == "new");
  const auto refused = desk.post(path(ticket, "/messages"),
                                 R"({"from":"customer","body":"any news?"})", desk.person);
  CHECK(refused.status == 409);
  CHECK(refused.text("detail") == "the ticket was merged into " + into);
  CHECK(refused.text("merged_into") == into);
  CHECK(desk.propose(ticket, "AUTO_RESOLVE", "{}").status == 409);
  CHECK(desk.post(path(into, "/merge"), R"({"into":")" + ticket + "\"}", desk.person).status ==
        409);
}

TEST_CASE("a ticket is merged by number too, by people, and into an open one") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket(), into = desk.open_ticket();
  CHECK(desk.post(path(ticket, "/merge"), R"({"into":"2"})", desk.agent).status == 403);
  CHECK(desk.post(path(ticket, "/merge"), "{}", desk.person).status == 422);
  CHECK(desk.post(path(ticket, "/merge"), R"({"into":"77"})", desk.person).status == 422);
  CHECK(desk.post(path(ticket, "/merge"), R"({"into":"1"})", desk.person).status == 422);
  CHECK(desk.post(path(ticket, "/merge"), R"({"into":"2"})", desk.person, {{"If-Match", "\"9\""}})
            .status == 412);
  const auto made = desk.post(path(ticket, "/merge"), R"({"into":"2"})", desk.person);
  CHECK(made.text("merged_into") == into);
}

TEST_CASE("a person hands a ticket back, a machine does not") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  CHECK(desk.post(path(ticket, "/hand-back"), "{}", desk.person).status == 409);
  REQUIRE(desk.post(path(ticket, "/escalate"), "{}", desk.person).status == 200);
  CHECK(desk.post(path(ticket, "/hand-back"), "{}", desk.agent).status == 403);
  CHECK(desk.post(path(ticket, "/hand-back"), R"({"to":"human"})", desk.person).status == 422);
  const auto back = desk.post(path(ticket, "/hand-back"), R"({"reason":"it can"})", desk.person);
  REQUIRE_MESSAGE(back.status == 200, back.body);
  CHECK(back.text("handler") == "agent");
  const auto row = look_at(desk, ticket, back);
  CHECK(row.text("handler") == "agent");
  CHECK(row.text("escalated") == "false");
}

TEST_CASE("automation is switched off with a reason, and an agent is told that it is") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const std::string off = R"({"automation":"off","reason":"I take over"})";
  CHECK(desk.post(path(ticket, "/automation"), R"({"automation":"off"})", desk.person).status ==
        422);
  CHECK(
      desk.post(path(ticket, "/automation"), R"({"automation":"paused","reason":"x"})", desk.person)
          .status == 422);
  CHECK(desk.post(path(ticket, "/automation"), off, desk.agent).status == 403);
  const auto done = desk.post(path(ticket, "/automation"), off, desk.person);
  REQUIRE_MESSAGE(done.status == 200, done.body);
  CHECK(done.text("automation") == "off");
  const auto denied = desk.propose(ticket, "AUTO_RESOLVE", "{}");
  CHECK(denied.status == 201);
  CHECK(denied.text("outcome") == "deny");
  CHECK(denied.text("problem") == "autonomy");
  CHECK(look_at(desk, ticket, denied).text("automation") == "off");
  const auto on = desk.post(path(ticket, "/automation"),
                            R"({"automation":"active","reason":"go on"})", desk.person);
  CHECK(on.text("automation") == "active");
  CHECK(desk.propose(ticket, "AUTO_RESOLVE", "{}").text("outcome") == "allow");
}

TEST_CASE("automation is paused while a control holds the ticket's agent back, without an event") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket(), other = desk.open_ticket();
  const auto proposed =
      desk.propose(ticket, "create_bug_report", R"({"description":"it crashes","title":"crash"})");
  REQUIRE(proposed.text("outcome") == "allow");
  const std::string agent = desk.get("/v1/whoami", desk.agent).text("principal");
  const auto stopped = desk.post("/v1/killswitch", R"({"scope":")" + agent + "\"}", desk.operator_);
  REQUIRE_MESSAGE(stopped.status == 200, stopped.body);
  auto row = look_at(desk, ticket, stopped);
  CHECK(row.text("automation") == "paused");
  CHECK(row.text("paused_by/0/control") == "kill_switch");
  CHECK(row.text("paused_by/0/scope") == agent);
  CHECK(look_at(desk, other, stopped).text("automation") == "active");
  const auto list = desk.get("/v1/tickets", desk.viewer);
  CHECK(list.text("items/0/automation") == "active");
  CHECK(list.text("items/1/automation") == "paused");
  CHECK(desk.count_events("recourse.ticket.automation_changed.v1") == 0);
  const auto gone = desk.send("DELETE", "/v1/killswitch?scope=" + agent, desk.manager, "",
                              {{"Idempotency-Key", "go"}});
  REQUIRE(gone.status == 200);
  CHECK(look_at(desk, ticket, gone).text("automation") == "active");
  const auto held =
      desk.post("/v1/breakers", R"({"agent":"all","type":"create_bug_report","status":"open"})",
                desk.manager);
  REQUIRE_MESSAGE(held.status == 200, held.body);
  row = look_at(desk, ticket, held);
  CHECK(row.text("automation") == "paused");
  CHECK(row.text("paused_by/0/control") == "breaker");
  CHECK(row.text("paused_by/0/type") == "create_bug_report");
  const auto as_of =
      desk.get(path(ticket, "?as_of=") + held.header("Recourse-Position"), desk.viewer);
  CHECK(as_of.text("automation") == "active");
}

TEST_CASE("what a rollback leaves to later writers is named, and the action is undone in part") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto made =
      desk.propose(ticket, "ASSIGN_TO_TEAM", R"({"assignee":"usr_bo","team":"Network"})", "990000");
  REQUIRE_MESSAGE(made.text("outcome") == "allow", made.body);
  REQUIRE(desk.post(path(ticket, "/assign"), R"({"team":"Storage"})", desk.person).status == 200);
  const std::string action = made.text("action");
  const auto plan =
      desk.post("/v1/rollbacks",
                R"({"target":")" + action + R"(","mode":"detach","reason":"wrong"})", desk.manager);
  REQUIRE_MESSAGE(plan.status == 201, plan.body);
  CHECK(plan.text("steps/0/kept/0") == "team");
  const auto done =
      desk.post("/v1/rollbacks/" + plan.text("rollback") + "/start",
                R"({"plan_digest":")" + plan.text("plan_digest") + "\"}", desk.manager);
  REQUIRE_MESSAGE(done.status == 200, done.body);
  const auto row = desk.get(
      "/v1/actions/" + action + "?min_position=" + done.header("Recourse-Position"), desk.viewer);
  CHECK(row.text("status") == "partially_rolled_back");
  CHECK(row.text("rolled_back") == "true");
}

}  // namespace
}  // namespace recourse
