#include "tests/api/served_desk.h"

namespace recourse {
namespace {

std::string rollback_path(const std::string& action) {
  return "/api/tickets/actions/" + action + "/rollback/";
}

TEST_CASE("a manager undoes an action: the ticket is as before and the history says who and why") {
  ServedDesk desk;
  const std::string number = desk.ticket();
  const std::string action = desk.resolve(number).text("action_id");
  desk.clock.advance(std::chrono::minutes(5));
  const auto undone = desk.post(rollback_path(action),
                                R"({"reason": "Testing rollback functionality"})", desk.manager);
  CHECK(undone.status == 200);
  CHECK(undone.text("message") == "Action rolled back successfully");
  CHECK(undone.text("ticket_id") == number);
  CHECK(undone.text("action_type") == "AUTO_RESOLVE");
  const auto shown = desk.get("/api/tickets/" + number + "/", desk.admin);
  CHECK(shown.text("status") == "open");
  CHECK(shown.text("interactions").find("Testing rollback functionality") != std::string::npos);
  const auto row = desk.newest_action(number);
  CHECK(row.text("rolled_back") == "true");
  CHECK(row.text("rolled_back_at") == "2026-03-02T08:05:00.000000Z");
  CHECK(row.text("rolled_back_by").starts_with("usr_"));
  CHECK(row.text("rollback_reason") == "Testing rollback functionality");
  CHECK(row.text("rollback_possible") == "false");
  SUBCASE("a second time it is 400") {
    const auto again = desk.post(rollback_path(action), "", desk.manager);
    CHECK(again.status == 400);
    CHECK(again.text("error") == "This action was already rolled back");
  }
  SUBCASE("the history finds it by whether it was rolled back") {
    const std::string path = "/api/tickets/" + number + "/action-history/";
    CHECK(desk.get(path + "?rolled_back=true", desk.admin).text("total_actions") == "1");
    CHECK(desk.get(path + "?rolled_back=false", desk.admin).text("total_actions") == "0");
    CHECK(desk.get(path + "?action_type=ESCALATE", desk.admin).text("total_actions") == "0");
    CHECK(desk.get(path + "?from=2026-03-02T08:00:00Z&to=2026-03-02T08:00:01Z", desk.admin)
              .text("total_actions") == "1");
    CHECK(desk.get(path + "?from=2026-03-02T08:00:01Z", desk.admin).text("total_actions") == "0");
    CHECK(desk.get(path + "?form=2026-03-02T08:00:01Z", desk.admin).status == 400);
  }
}

TEST_CASE("without a reason the documented one is kept") {
  ServedDesk desk;
  const std::string number = desk.ticket();
  const std::string action = desk.resolve(number).text("action_id");
  CHECK(desk.post(rollback_path(action), "", desk.admin).status == 200);
  CHECK(desk.newest_action(number).text("rollback_reason") == "Manual rollback by admin");
}

TEST_CASE("only managers and admins undo, and nobody undoes what is not there") {
  ServedDesk desk;
  const std::string action = desk.resolve(desk.ticket()).text("action_id");
  for (const std::string& key : {desk.viewer, desk.operator_, desk.agent}) {
    const auto refused = desk.post(rollback_path(action), "", key);
    CHECK(refused.status == 403);
    CHECK(refused.text("error") == "Only admins and managers can rollback actions");
  }
  for (const char* id : {"00000000-0000-7000-8000-000000000000", "{uuid}", "x"}) {
    const auto missing = desk.post(rollback_path(id), "", desk.admin);
    CHECK(missing.status == 404);
    CHECK(missing.text("error") == "Action history not found");
  }
}

TEST_CASE("all four reversible actions are undone, a sent question is not") {
  ServedDesk desk;
  struct Kind {
    const char* body;
    bool reversible;
  };
  const std::string confident = R"("confidence":0.95,"explanation":"sure"})";
  for (const auto& [answer, reversible] :
       {Kind{R"({"recommended_action":"AUTO_RESOLVE",)", true},
        Kind{R"({"recommended_action":"ESCALATE","params":{"team":"network","reason":"odd"},)",
             true},
        Kind{R"({"recommended_action":"ASSIGN_TO_TEAM","team":"hardware",)", true},
        Kind{R"({"recommended_action":"SCHEDULE_FOLLOWUP","delay_hours":4,)", true},
        Kind{R"({"recommended_action":"REQUEST_CLARIFICATION","question":"Which?",)", false}}) {
    CAPTURE(answer);
    const std::string number = desk.ticket();
    const auto done =
        desk.post("/api/tickets/" + number + "/process/", answer + confident, desk.agent);
    REQUIRE(done.status == 200);
    REQUIRE(done.text("status") == "completed");
    const auto undone = desk.post(rollback_path(done.text("action_id")), "", desk.admin);
    CHECK(undone.status == (reversible ? 200 : 400));
    if (reversible) {
      CHECK(desk.get("/api/tickets/" + number + "/", desk.admin).text("status") == "open");
    } else {
      CHECK(undone.text("error") == "Action type REQUEST_CLARIFICATION does not support rollback");
    }
  }
}

TEST_CASE("what somebody changed later is kept, and they are named") {
  ServedDesk desk;
  const std::string number = desk.ticket();
  const auto first =
      desk.post("/api/tickets/" + number + "/process/",
                R"({"recommended_action":"ASSIGN_TO_TEAM","team":"a","confidence":1})", desk.agent);
  const auto second =
      desk.post("/api/tickets/" + number + "/process/",
                R"({"recommended_action":"ASSIGN_TO_TEAM","team":"b","confidence":1})", desk.agent);
  REQUIRE(second.text("status") == "completed");
  const auto refused = desk.post(rollback_path(first.text("action_id")), "", desk.admin);
  CHECK(refused.status == 409);
  CHECK(refused.text("later_writers").find("\"field\":\"team\"") != std::string::npos);
  CHECK(desk.get("/api/tickets/" + number + "/", desk.admin).text("team") == "b");
  // Newest first it goes.
  CHECK(desk.post(rollback_path(second.text("action_id")), "", desk.admin).status == 200);
  CHECK(desk.post(rollback_path(first.text("action_id")), "", desk.admin).status == 200);
}

TEST_CASE("where a second person is needed the answer is 202 with the rollback's id") {
  ServedDesk desk;
  const std::string number = desk.ticket();
  const std::string action = desk.resolve(number).text("action_id");
  desk.clock.advance(std::chrono::hours(25));
  const auto waits = desk.post(rollback_path(action), R"({"reason":"wrong"})", desk.manager);
  CHECK(waits.status == 202);
  CHECK(waits.text("rollback_id").starts_with("rbk_"));
  CHECK(waits.text("action_type") == "AUTO_RESOLVE");
  CHECK(waits.text("message") == "The rollback waits for a second person");
  CHECK(desk.get("/api/tickets/" + number + "/", desk.admin).text("status") == "resolved");
}

TEST_CASE("a request that is repeated under its key is answered from what was done") {
  ServedDesk desk;
  const std::string number = desk.ticket();
  const std::string action = desk.resolve(number).text("action_id");
  const std::string body = R"({"reason":"once"})";
  const auto first = desk.post(rollback_path(action), body, desk.admin, "k1");
  CHECK(first.status == 200);
  const auto again = desk.post(rollback_path(action), body, desk.admin, "k1");
  CHECK(again.status == 200);
  CHECK(again.body == first.body);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(desk.post(rollback_path(action), R"({"reason":"twice"})", desk.admin, "k1").status == 422);
  CHECK(desk.post(rollback_path(action), body, desk.admin).status == 400);
}

}  // namespace
}  // namespace recourse
