#include "tests/api/served_desk.h"

namespace recourse {
namespace {

TEST_CASE("a ticket is opened, numbered and shown as the help desk shows it") {
  ServedDesk desk;
  const auto made = desk.post("/api/tickets/",
                              R"({"issue_type": "Test for monitoring", "description": "Testing )"
                              R"(Sentry integration", "category": "other"})",
                              desk.admin);
  CHECK(made.status == 201);
  CHECK(made.text("ticket_id") == "1");
  CHECK(made.text("status") == "open");
  CHECK(made.text("issue_type") == "Test for monitoring");
  const auto shown = desk.get("/api/tickets/1/", desk.admin);
  CHECK(shown.status == 200);
  CHECK(shown.text("issue_type") == "Test for monitoring");
  CHECK(shown.text("description") == "Testing Sentry integration");
  CHECK(shown.text("category") == "other");
  CHECK(shown.text("interactions") == "[]");
  SUBCASE("with or without the slash at the end") {
    CHECK(desk.get("/api/tickets/1", desk.admin).body == shown.body);
  }
  SUBCASE("a viewer sees that there are texts, not what they say") {
    const auto sealed = desk.get("/api/tickets/1/", desk.viewer);
    CHECK(sealed.status == 200);
    CHECK(sealed.body.find("Testing Sentry integration") == std::string::npos);
    CHECK(sealed.text("description").find("\"sealed\":true") != std::string::npos);
  }
  SUBCASE("what has no field of its own is kept") {
    const auto more =
        desk.post("/api/tickets/",
                  R"({"issue_type":"vpn","screenshot":"https://x/y.png","user":7})", desk.admin);
    CHECK(more.status == 201);
    CHECK(more.text("issue_type") == "vpn");
  }
  SUBCASE("faults are the owner's 400 with an error in words") {
    const auto bad = desk.post("/api/tickets/", R"({"description": 3})", desk.admin);
    CHECK(bad.status == 400);
    CHECK(bad.text("error").find("required") != std::string::npos);
    CHECK(bad.text("outcome") == "rejected");
  }
}

TEST_CASE("tickets are listed newest first, a page at a time, and filtered by the served status") {
  ServedDesk desk;
  for (int i = 0; i < 5; ++i) desk.ticket();
  desk.resolve("2");
  const auto page = desk.get("/api/tickets/?limit=2", desk.admin);
  REQUIRE(page.json.find("results")->elements()->size() == 2);
  CHECK(page.json.find("results")->elements()->at(0).find("ticket_id")->integer() == 5);
  const auto next = desk.get(page.text("next"), desk.admin);
  CHECK(next.json.find("results")->elements()->at(0).find("ticket_id")->integer() == 3);
  const auto resolved = desk.get("/api/tickets/?status=resolved", desk.admin);
  REQUIRE(resolved.json.find("results")->elements()->size() == 1);
  CHECK(resolved.json.find("results")->elements()->at(0).find("ticket_id")->integer() == 2);
  CHECK(desk.get("/api/tickets/?status=solved", desk.admin).status == 400);
}

TEST_CASE("a confident answer resolves the ticket and stands in the history as the agent gave it") {
  ServedDesk desk;
  const std::string number = desk.ticket();
  const auto processed = desk.resolve(number);
  CHECK(processed.status == 200);
  CHECK(processed.text("outcome") == "allow");
  CHECK(processed.text("ticket_status") == "resolved");
  CHECK(desk.get("/api/tickets/" + number + "/", desk.admin).text("status") == "resolved");
  const auto action = desk.newest_action(number);
  CHECK(action.text("id") == processed.text("action_id"));
  CHECK(action.text("id").size() == 36);
  CHECK(action.text("action_type") == "AUTO_RESOLVE");
  CHECK(action.text("executed_by") == "autonomous_agent");
  CHECK(action.text("confidence_score") == "0.93");
  CHECK(action.text("agent_reasoning") == "known");
  CHECK(action.text("action_params") ==
        R"({"resolution_steps":["Open the link","Choose a password"]})");
  CHECK(action.text("rollback_possible") == "true");
  CHECK(action.text("rolled_back") == "false");
  CHECK(action.text("rolled_back_at") == "null");
  CHECK(action.text("rolled_back_by") == "null");
  CHECK(action.text("rollback_reason").empty());
  CHECK(action.text("before_state") == R"({"assigned_to_id":null,"status":"open","team":null})");
  CHECK(action.text("after_state") == R"({"assigned_to_id":null,"status":"resolved","team":null})");
  const auto shown = desk.get("/api/tickets/" + number + "/", desk.admin);
  CHECK(shown.text("interactions").find("\"agent_response\"") != std::string::npos);
  CHECK(shown.text("interactions").find("Choose a password") != std::string::npos);
}

TEST_CASE("an unsure answer waits for a person, a refused one changes nothing") {
  ServedDesk desk;
  const std::string number = desk.ticket();
  const std::string path = "/api/tickets/" + number + "/process/";
  const auto unsure =
      desk.post(path, R"({"recommended_action":"auto_resolve","confidence":0.2})", desk.agent);
  CHECK(unsure.status == 202);
  CHECK(unsure.text("status") == "awaiting_approval");
  CHECK(unsure.text("approval_id").starts_with("apr_"));
  const auto invented =
      desk.post(path, R"({"recommended_action":"DELETE_USER","confidence":1})", desk.agent);
  CHECK(invented.status == 200);
  CHECK(invented.text("outcome") == "deny");
  CHECK(desk.get("/api/tickets/" + number + "/", desk.admin).text("status") == "open");
  // Neither was executed.
  CHECK(desk.get("/api/tickets/" + number + "/action-history/", desk.admin).text("total_actions") ==
        "0");
  CHECK(desk.get("/api/tickets/" + number + "/action-history/?all=true", desk.admin)
            .text("total_actions") == "2");
}

TEST_CASE("an answer about an unknown ticket is 404 and leaves a trace") {
  ServedDesk desk;
  const auto tenant = desk.ledger->find_tenant(TenantId("default"));
  for (int i = 0; i < 3; ++i) {
    const auto missing = desk.post("/api/tickets/999999/process/", "", desk.agent);
    CHECK(missing.status == 404);
    CHECK(missing.text("error") == "Ticket not found");
  }
  desk.ticket();  // Commits after whatever was queued before it.
  int rejected = 0;
  const Status scanned = desk.ledger->scan(
      tenant->ledger, Position(0), Position(desk.ledger->head(tenant->ledger).size.value()),
      [&](Position, std::string_view leaf) {
        rejected += leaf.find("recourse.command.rejected.v1") != std::string_view::npos ? 1 : 0;
        return true;
      });
  CHECK(scanned.ok());
  CHECK(rejected == 1);
}

TEST_CASE("without an agent to ask and without its answer, processing says what to do") {
  ServedDesk desk;
  const auto answer = desk.post("/api/tickets/" + desk.ticket() + "/process/", "", desk.agent);
  CHECK(answer.status == 503);
  CHECK(answer.text("type") == "urn:recourse:problem:agent-not-configured");
  CHECK(answer.text("error").find("recommended_action") != std::string::npos);
  const auto wrong = desk.post("/api/tickets/1/process/",
                               R"({"recommended_action":"ESCALATE","confidence":7})", desk.agent);
  CHECK(wrong.status == 400);
}

TEST_CASE("feedback is tracked, and a no reopens the ticket") {
  ServedDesk desk;
  const std::string number = desk.ticket();
  CHECK(desk.get("/api/tickets/" + number + "/resolution/", desk.admin).status == 404);
  desk.resolve(number);
  const auto thanks = desk.post(
      "/api/tickets/" + number + "/resolution-feedback/",
      R"({"resolution_confirmed": true, "satisfaction_score": 5, "feedback_text": "Works perfectly!"})",
      desk.admin);
  CHECK(thanks.status == 200);
  CHECK(thanks.text("ticket_reopened") == "false");
  auto resolution = desk.get("/api/tickets/" + number + "/resolution/", desk.admin);
  CHECK(resolution.text("autonomous_action") == "AUTO_RESOLVE");
  CHECK(resolution.text("resolution_confirmed") == "true");
  CHECK(resolution.text("satisfaction_score") == "5");
  CHECK(resolution.text("user_feedback_text") == "Works perfectly!");
  CHECK(resolution.text("was_successful") == "true");
  CHECK(resolution.text("followup_sent_at") == "null");
  const auto no =
      desk.post("/api/tickets/" + number + "/resolution-feedback/",
                R"({"resolution_confirmed": false, "feedback_text": "back again"})", desk.admin);
  CHECK(no.text("ticket_reopened") == "true");
  resolution = desk.get("/api/tickets/" + number + "/resolution/", desk.admin);
  CHECK(resolution.text("reopened") == "true");
  CHECK(resolution.text("reopened_reason") == "back again");
  CHECK(resolution.text("was_successful") == "false");
  CHECK(desk.get("/api/tickets/" + number + "/", desk.admin).text("status") == "in-progress");
  CHECK(desk.post("/api/tickets/" + number + "/resolution-feedback/",
                  R"({"satisfaction_score": 6})", desk.admin)
            .status == 400);
  CHECK(
      desk.post("/api/tickets/77/resolution-feedback/", R"({"satisfaction_score": 4})", desk.admin)
          .status == 404);
}

TEST_CASE("analytics of nothing are the documented zeros") {
  ServedDesk desk;
  const auto analytics = desk.get("/api/tickets/resolution-analytics/", desk.admin);
  CHECK(analytics.status == 200);
  const auto documented =
      parse_json(R"({"total_resolutions": 0, "confirmed_successful": 0, "confirmed_failed": 0,)"
                 R"("reopened_tickets": 0, "average_satisfaction_score": null, "success_rate": 0,)"
                 R"("action_type_breakdown": []})");
  CHECK(analytics.json == *documented);
}

TEST_CASE("analytics count what was confirmed, denied and reopened, by type") {
  ServedDesk desk;
  for (int i = 0; i < 3; ++i) desk.resolve(desk.ticket());
  desk.post("/api/tickets/1/resolution-feedback/",
            R"({"resolution_confirmed":true,"satisfaction_score":5})", desk.admin);
  desk.post("/api/tickets/2/resolution-feedback/",
            R"({"resolution_confirmed":false,"satisfaction_score":2})", desk.admin);
  const auto analytics = desk.get("/api/tickets/resolution-analytics/", desk.admin);
  CHECK(analytics.text("total_resolutions") == "3");
  CHECK(analytics.text("confirmed_successful") == "1");
  CHECK(analytics.text("confirmed_failed") == "1");
  CHECK(analytics.text("reopened_tickets") == "1");
  CHECK(analytics.text("average_satisfaction_score") == "3.5");
  CHECK(analytics.text("success_rate") == "33.33");
  CHECK(analytics.text("pending") == "1");
  const Json& type = analytics.json.find("action_type_breakdown")->elements()->at(0);
  CHECK(*type.find("autonomous_action")->string() == "AUTO_RESOLVE");
  CHECK(type.find("total")->integer() == 3);
  const auto agent = desk.get("/api/tickets/agent/analytics/", desk.admin);
  CHECK(agent.text("agent_processing_rate") == "100");
  CHECK(agent.text("average_confidence_score") == "0.93");
  CHECK(agent.text("rollback_rate") == "0");
  CHECK(agent.text("actions_by_type").find("AUTO_RESOLVE") != std::string::npos);
}

TEST_CASE("without a key there is no answer but 401, and an error in words") {
  ServedDesk desk;
  const auto none = desk.get("/api/tickets/", "");
  CHECK(none.status == 401);
  CHECK(none.text("error") != "(absent)");
  CHECK(none.header("WWW-Authenticate") != "");
}

}  // namespace
}  // namespace recourse
