#include "tests/api/served_desk.h"

namespace recourse {
namespace {

std::string open_ticket(ServedDesk& desk, const std::string& more = "") {
  const auto made = desk.post("/api/v1/tickets",
                              R"({"subject":"Refund","body":"Order 17 never came",)"
                              R"("customer_email":"ada@example.org")" +
                                  more + "}",
                              desk.admin);
  REQUIRE(made.status == 201);
  CHECK(made.text("status") == "pending");
  return made.text("id");
}

/// A proposal that waits for a person: money does whatever the confidence.
std::string ask_for_refund(ServedDesk& desk, const std::string& ticket) {
  const auto number = desk.get("/api/v1/tickets/" + ticket, desk.admin).text("number");
  const auto asked =
      desk.post("/api/tickets/" + number + "/process/",
                R"({"recommended_action":"process_refund","confidence":0.99,)"
                R"("params":{"order_id":"17","amount":"12.50","reason":"never came"}})",
                desk.agent);
  REQUIRE(asked.status == 202);
  return asked.text("approval_id");
}

TEST_CASE("a support ticket is opened, listed by its words and shown with its events") {
  ServedDesk desk;
  const std::string first = open_ticket(desk, R"(,"channel":"email","priority":"high")");
  desk.clock.advance(std::chrono::seconds(1));
  open_ticket(desk);
  const auto list =
      desk.get("/api/v1/tickets?channel=email&priority=high&status=pending", desk.admin);
  REQUIRE(list.json.find("tickets")->elements()->size() == 1);
  CHECK(*list.json.find("tickets")->elements()->at(0).find("id")->string() == first);
  CHECK(list.text("next_cursor") == "null");
  const auto page = desk.get("/api/v1/tickets?limit=1&status=pending", desk.admin);
  const auto rest = desk.get(
      "/api/v1/tickets?limit=1&status=pending&cursor=" + page.text("next_cursor"), desk.admin);
  CHECK(*rest.json.find("tickets")->elements()->at(0).find("id")->string() == first);
  CHECK(desk.get("/api/v1/tickets?status=new", desk.admin).status == 400);
  const auto shown = desk.get("/api/v1/tickets/" + first, desk.admin);
  CHECK(shown.text("subject") == "Refund");
  CHECK(shown.text("customer_email") == "ada@example.org");
  const Json& opened = shown.json.find("events")->elements()->at(0);
  CHECK(*opened.find("event_type")->string() == "ticket.opened");
  CHECK(*opened.find("data")->find("title")->string() == "Refund");
  CHECK(desk.post("/api/v1/tickets", R"({"subject":"no body"})", desk.admin).status == 422);
}

TEST_CASE("a refund waits for approval, is approved and is then the executor's to run") {
  ServedDesk desk;
  const std::string ticket = open_ticket(desk);
  const std::string approval = ask_for_refund(desk, ticket);
  CHECK(desk.get("/api/v1/tickets/" + ticket, desk.admin).text("status") == "awaiting_approval");
  const auto pending = desk.get("/api/v1/approvals", desk.admin);
  const Json& asked = pending.json.find("approvals")->elements()->at(0);
  CHECK(*asked.find("id")->string() == approval);
  CHECK(*asked.find("ticket_id")->string() == ticket);
  CHECK(*asked.find("action_type")->string() == "process_refund");
  CHECK(*asked.find("action_params")->find("amount")->string() == "12.50");
  CHECK(*asked.find("status")->string() == "pending");
  CHECK(desk.post("/api/v1/approvals/" + approval, R"({"approved":true})", desk.agent).status ==
        403);
  const auto done = desk.post("/api/v1/approvals/" + approval + "/decide",
                              R"({"approved":true,"reason":"ok","decided_by":"me"})", desk.manager);
  CHECK(done.status == 200);
  CHECK(done.text("status") == "approved");
  CHECK(done.text("decided_by").starts_with("usr_"));
  CHECK(desk.get("/api/v1/approvals", desk.admin).text("approvals") == "[]");
  const auto one = desk.get("/api/v1/approvals/" + approval, desk.admin);
  CHECK(one.text("status") == "approved");
  CHECK(one.text("decision_reason") == "ok");
  CHECK(desk.post("/api/v1/approvals/" + approval, R"({"approved":true})", desk.admin).status ==
        409);
}

TEST_CASE("a rejection keeps its reason, and an unclear decision decides nothing") {
  ServedDesk desk;
  const std::string approval = ask_for_refund(desk, open_ticket(desk));
  const std::string path = "/api/v1/approvals/" + approval;
  CHECK(desk.post(path, R"({})", desk.manager).status == 422);
  CHECK(desk.post(path, R"({"approved":true,"decision":"reject"})", desk.manager).status == 422);
  CHECK(desk.post(path, R"({"decision":"perhaps"})", desk.manager).status == 422);
  const auto no = desk.post(path, R"({"decision":"rejected","reason":"too much"})", desk.manager);
  CHECK(no.status == 200);
  CHECK(no.text("status") == "rejected");
  const auto list = desk.get("/api/v1/approvals?status=rejected", desk.admin);
  CHECK(*list.json.find("approvals")->elements()->at(0).find("decision_reason")->string() ==
        "too much");
  CHECK(desk.post("/api/v1/approvals/apr_none", R"({"approved":true})", desk.admin).status == 404);
}

TEST_CASE("the dashboard counts tickets by their served status") {
  ServedDesk desk;
  const auto empty = desk.get("/api/v1/dashboard/stats", desk.viewer);
  CHECK(empty.text("total_tickets") == "0");
  CHECK(empty.text("avg_response_time_seconds") == "null");
  ask_for_refund(desk, open_ticket(desk));
  open_ticket(desk);
  desk.clock.advance(std::chrono::seconds(30));
  desk.resolve("2");
  const auto stats = desk.get("/api/v1/dashboard/stats", desk.viewer);
  CHECK(stats.text("total_tickets") == "2");
  CHECK(stats.text("status_counts") ==
        R"({"awaiting_approval":1,"completed":1,"failed":0,"pending":0,"processing":0})");
  CHECK(stats.text("pending_approvals") == "1");
  CHECK(stats.text("completion_rate") == "50");
  CHECK(stats.text("avg_response_time_seconds") == "30");
}

}  // namespace
}  // namespace recourse
