#include "tests/api/native_desk.h"

namespace recourse {
namespace {

std::string as_json(std::string_view text) { return canonical_json(Json(text)); }

/// A policy in YAML that permits resolving above a confidence.
std::string document(const char* at_least) {
  return std::string("# What agents may do.\nthresholds:\n  - rule: others\n    at_least_ppm: ") +
         at_least + "\nmatrix:\n  - {rule: own_changes, reversibility: R1, effect: permit}\n";
}

std::string draft_body(const char* name, const char* at_least) {
  return R"({"policy":")" + std::string(name) + R"(","document":)" + as_json(document(at_least)) +
         "}";
}

std::string propose_body(const std::string& ticket, int confidence_ppm) {
  return R"({"ticket_id":")" + ticket +
         R"(","type":"AUTO_RESOLVE","args":{"resolution_steps":"restart"},"confidence_ppm":)" +
         std::to_string(confidence_ppm) + "}";
}

TEST_CASE("a policy is drafted by one person, backtested, and activated by another") {
  NativeDesk desk;
  const std::string second = desk.key(Role::admin);
  for (const int confidence : {950'000, 850'000})
    CHECK(desk.post("/v1/actions", propose_body(desk.open_ticket(), confidence), desk.agent)
              .text("outcome") == "allow");

  const auto drafted = desk.post("/v1/policies", draft_body("pol_desk@1", "90%"), desk.admin);
  REQUIRE(drafted.status == 201);
  CHECK(drafted.at("text/thresholds/0/at_least_ppm") == Json(900'000));
  CHECK(desk.get("/v1/policies?policy=pol_desk@1", desk.viewer).text("status") == "drafted");

  const std::string activate = R"({"policy":"pol_desk@1"})";
  CHECK(desk.post("/v1/policies/activate", activate, desk.admin).status == 403);
  CHECK(desk.post("/v1/policies/activate", activate, second).status == 409);

  const auto tested = desk.post("/v1/policies/backtest", activate, desk.manager);
  REQUIRE(tested.status == 201);
  CHECK(tested.at("report/proposals") == Json(2));
  CHECK(tested.at("report/ran") == Json(2));
  CHECK(tested.at("report/held") == Json(1));
  CHECK(tested.text("changes/0/after") == "require_approval");
  CHECK(tested.text("changes/0/rule") == "confidence_threshold");
  CHECK(desk.get("/v1/policies?policy=pol_desk@1", desk.viewer).text("backtest") ==
        tested.text("backtest"));

  const auto done = desk.post("/v1/policies/activate", activate, second);
  REQUIRE(done.status == 201);
  CHECK(done.text("backtest") == tested.text("backtest"));
  const auto now = desk.get("/v1/policies", desk.viewer);
  CHECK(now.text("active") == "pol_desk@1");
  CHECK(now.at("items").elements()->size() == 2);
  CHECK(desk.post("/v1/actions", propose_body(desk.open_ticket(), 850'000), desk.agent)
            .text("outcome") == "require_approval");
}

TEST_CASE(
    "an unknown rule, unit or field of a policy is refused with its line, and nothing changes") {
  NativeDesk desk;
  for (const auto& [text, line] :
       {std::pair("currency: USD\ncolour: red\n", "line 2, column 1: there is no member `colour`"),
        std::pair("approval_ttl_s: 2 fortnights\n", "line 1, column 17: "),
        std::pair("matrix:\n  - rule: a\n    type: no_such_tool\n    effect: forbid\n",
                  "line 3, column 11: policy rule a: there is no action type")}) {
    CAPTURE(text);
    const std::string body = R"({"policy":"pol_bad@1","document":)" + as_json(text) + "}";
    const auto refused = desk.post("/v1/policies", body, desk.manager);
    CHECK(refused.status == 422);
    CHECK(refused.text("errors/0/pointer") == "/document");
    CHECK(refused.text("errors/0/detail").starts_with(line));
    CHECK(desk.post("/v1/policies/check", R"({"document":)" + as_json(text) + "}", desk.viewer)
              .status == 422);
  }
  CHECK(desk.get("/v1/policies", desk.viewer).text("active") == "pol_default@1");
  CHECK(desk.post("/v1/policies/check", R"({"document":"currency: EUR"})", desk.viewer)
            .text("text/currency") == "EUR");
  CHECK(desk.post("/v1/policies", draft_body("pol_desk@1", "90%"), desk.person).status == 403);
  CHECK(desk.get("/v1/policies?policy=pol_bad@1", desk.viewer).status == 404);
  CHECK(desk.post("/v1/policies/backtest", R"({"policy":"pol_bad@1"})", desk.manager).status ==
        404);
}

TEST_CASE("a policy in shadow decides nothing, and its verdicts stand beside those that count") {
  NativeDesk desk;
  REQUIRE(desk.post("/v1/policies", draft_body("pol_strict@1", "99%"), desk.manager).status == 201);
  REQUIRE(
      desk.post("/v1/policies/activate", R"({"policy":"pol_strict@1","mode":"shadow"})", desk.admin)
          .status == 201);
  CHECK(desk.get("/v1/policies", desk.viewer).text("shadow") == "pol_strict@1");
  const auto made = desk.post("/v1/actions", propose_body(desk.open_ticket(), 900'000), desk.agent);
  CHECK(made.text("outcome") == "allow");
  CHECK(made.text("status") == "succeeded");
  const auto told = desk.get("/v1/actions/" + made.text("action") + "/explain", desk.viewer);
  REQUIRE(told.status == 200);
  CHECK(told.text("decisions/0/policy") == "pol_default@1");
  CHECK(told.text("decisions/1/policy") == "pol_strict@1");
  CHECK(told.text("decisions/1/shadow") == "true");
  CHECK(told.text("decisions/1/outcome") == "require_approval");
  CHECK(desk.get("/v1/actions/" + made.text("action"), desk.viewer).text("policy") ==
        "pol_default@1");
  CHECK(desk.post("/v1/policies/retire", R"({"policy":"pol_strict@1"})", desk.manager).status ==
        200);
  CHECK(desk.get("/v1/policies", desk.viewer).text("shadow") == "(absent)");
}

TEST_CASE("an action explains itself: rules, inputs, what would have changed it, what led to it") {
  NativeDesk desk;
  const auto made = desk.post("/v1/actions", propose_body(desk.open_ticket(), 700'000), desk.agent);
  REQUIRE(made.text("outcome") == "require_approval");
  const auto told = desk.get("/v1/actions/" + made.text("action") + "/explain", desk.viewer);
  REQUIRE(told.status == 200);
  CHECK(told.text("decisions/0/reproduced") == "true");
  CHECK(told.at("decisions/0/rules") == made.at("rules"));
  bool confidence = false;
  const Json changes = told.at("decisions/0/what_if");
  REQUIRE(changes.elements() != nullptr);
  for (const Json& change : *changes.elements())
    if (*change.find("change") == Json("confidence_ppm"))
      confidence = *change.find("to") == Json("800000");
  CHECK(confidence);
  CHECK(told.text("causes/0/type") == "ticket.opened");
  CHECK(told.text("causes/1/role") == "proposal");
  CHECK(told.text("causes/2/role") == "verdict");
  CHECK(desk.get("/v1/actions/act_00000000000000000000000000/explain", desk.viewer).status == 404);
}

TEST_CASE("what would have run at other thresholds is told from the log") {
  NativeDesk desk;
  for (const int confidence : {950'000, 850'000, 500'000}) {
    const std::string ticket = desk.open_ticket();
    desk.post("/v1/actions", propose_body(ticket, confidence), desk.agent);
    if (confidence == 850'000)
      CHECK(desk.post("/v1/tickets/" + ticket + "/reopen", R"({"reason_code":"not_fixed"})",
                      desk.person)
                .status == 200);
  }
  const auto told = desk.post(
      "/v1/policies/simulate",
      R"({"rule":"resolve","thresholds":[{"at_least_ppm":400000},{"at_least_ppm":800000},{"at_least_ppm":900000}]})",
      desk.viewer);
  REQUIRE(told.status == 200);
  CHECK(told.at("items/0/would_run") == Json(3));
  CHECK(told.at("items/0/never_ran") == Json(1));
  CHECK(told.at("items/1/would_run") == Json(2));
  CHECK(told.at("items/1/wrong/reopened") == Json(1));
  CHECK(told.at("items/2/would_run") == Json(1));
  CHECK(told.at("items/2/wrong/any") == Json(0));
}

}  // namespace
}  // namespace recourse
