#include "tests/api/native_desk.h"

namespace recourse {
namespace {

using Headers = NativeDesk::Headers;

TEST_CASE("what is no JSON is 400, and nothing of it is stored") {
  NativeDesk desk;
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  const auto size = desk.ledger_end(desk.ledger->find_tenant(TenantId("default"))->ledger);
  for (const std::string& bad : std::vector<std::string>{
           "{", "", "nonsense", "{\"title\":\"a\",\"title\":\"b\"}", "{\"title\":\"\\ud800\"}",
           "{\"title\":\"a\x01\"}", "{\"title\":\"\xff\"}", "{\"metadata\":{\"n\":1e400}}",
           "{\"metadata\":" + deep + "}", "\xEF\xBB\xBF{}", "{} {}", "{\"title\":\"a\\u0000\"}"}) {
    CAPTURE(bad.substr(0, 40));
    const auto refused = desk.post("/v1/tickets", bad, desk.person);
    CHECK(refused.status == 400);
    CHECK(refused.header("Content-Type") == "application/problem+json");
    CHECK(refused.text("outcome") == "rejected");
    CHECK(refused.text("type") == "urn:recourse:problem:malformed-json");
  }
  CHECK(desk.ledger_end(desk.ledger->find_tenant(TenantId("default"))->ledger) == size);
}

TEST_CASE("a body of another type is 415") {
  NativeDesk desk;
  const auto with_type = [&](const char* type) {
    return desk.post("/v1/tickets", "{}", desk.person, {{"Content-Type", type}}).status;
  };
  CHECK(with_type("text/plain") == 415);
  CHECK(with_type("application/jsonp") == 415);
  CHECK(with_type("application/json; charset=latin-1") == 415);
  CHECK(with_type("application/json; charset=utf-8") == 422);
  CHECK(with_type("Application/JSON") == 422);
}

TEST_CASE("a body past the limit is 413") {
  NativeDesk desk;
  const std::string large = R"({"description":")" + std::string(1U << 20, 'a') + "\"}";
  CHECK(desk.post("/v1/tickets", large, desk.person).status == 413);
}

TEST_CASE("faults against the schema are 422 and each is named") {
  NativeDesk desk;
  const auto refused = desk.post(
      "/v1/tickets", R"({"titel":"x","channel":7,"customer_email":"nobody"})", desk.person);
  CHECK(refused.status == 422);
  std::string pointers;
  for (const Json& error : *refused.json.find("errors")->elements())
    pointers += *error.find("pointer")->string() + ' ';
  CHECK(pointers == "/channel /customer_email /titel ");
  CHECK(desk.post("/v1/tickets", "[]", desk.person).status == 422);
}

TEST_CASE("a proposal needs sound numbers, an object and a ticket that is there") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  for (const char* confidence : {"1200000", "-1", "0.93", "\"high\"", "9007199254740991"}) {
    CAPTURE(confidence);
    const auto refused = desk.propose(ticket, "AUTO_RESOLVE", "{}", confidence);
    CHECK(refused.status == 422);
    CHECK(refused.text("errors/0/pointer") == "/confidence_ppm");
  }
  CHECK(desk.propose(ticket, "AUTO_RESOLVE", "[1]").status == 422);
  CHECK(desk.propose("tkt_01J00000000000000000000000", "AUTO_RESOLVE", "{}").status == 404);
  CHECK(desk.propose("no ticket", "AUTO_RESOLVE", "{}").status == 422);
}

TEST_CASE("an unknown type and a wrong amount are decided and recorded, not executed") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const auto unknown = desk.propose(ticket, "drop_all_tables", "{}");
  CHECK(unknown.status == 201);
  CHECK(unknown.text("outcome") == "deny");
  CHECK(unknown.text("status") == "denied");
  for (const char* amount : {"-5", "1e30", "\"a lot\"", "99999999999999"}) {
    CAPTURE(amount);
    const auto refund =
        desk.propose(ticket, "process_refund",
                     std::string(R"({"order_id":"A17","reason":"late","amount":)") + amount + "}");
    CHECK((refund.status == 422 || (refund.status == 201 && refund.text("outcome") != "allow")));
  }
  CHECK(desk.propose(ticket, "AUTO_RESOLVE", "{}", "").text("outcome") != "allow");
}

TEST_CASE("query parameters are as strict as bodies") {
  NativeDesk desk;
  for (const char* path :
       {"/v1/tickets?limit=0", "/v1/tickets?limit=x", "/v1/tickets?limit=1&limit=2",
        "/v1/tickets?staus=open", "/v1/tickets?status=opened", "/v1/tickets?cursor=zzzz",
        "/v1/tickets?open=yes", "/v1/tickets?min_position=-1", "/v1/events?after=x",
        "/v1/events?types=ticket.opend", "/v1/events?wait=soon", "/v1/approvals?status=maybe",
        "/v1/analytics/agent?from=yesterday", "/v1/proofs/inclusion",
        "/v1/proofs/consistency?from=0", "/v1/proofs/inclusion?position=0&size=99999"}) {
    CAPTURE(path);
    CHECK(desk.get(path, desk.viewer).status == 400);
  }
}

TEST_CASE("paths that are not there are 404, methods that are not there 405") {
  NativeDesk desk;
  for (const char* path :
       {"/v1/nothing", "/v1/tickets/tkt_nothing", "/v1/tickets/999", "/v1/tickets/a%2Fb",
        "/v1/tickets/..%2F..", "/v1/actions/act_nothing", "/v1/actions/none", "/v1/approvals/apr_1",
        "/v1/rollbacks/rbk_1", "/v1/resolutions/res_1", "/v1/events/99999", "/v1/events/x",
        "/v1/log/tile/0/x999/000", "/v1/log/tile/entries/5"}) {
    CAPTURE(path);
    CHECK(desk.get(path, desk.viewer).status == 404);
  }
  const auto wrong = desk.send("DELETE", "/v1/tickets", desk.admin, "");
  CHECK(wrong.status == 405);
  CHECK(wrong.header("Allow").find("POST") != std::string::npos);
}

TEST_CASE("a mutation without Idempotency-Key is 400, with a bad one too") {
  NativeDesk desk;
  const Headers json{{"Content-Type", "application/json"}};
  const auto missing =
      desk.send("POST", "/v1/tickets", desk.person, R"({"requester":"a@example.com"})", json);
  CHECK(missing.status == 400);
  CHECK(missing.text("detail").find("Idempotency-Key") != std::string::npos);
  CHECK(desk.post("/v1/tickets", R"({"requester":"a@example.com"})", desk.person,
                  {{"Idempotency-Key", "a b"}})
            .status == 400);
}

TEST_CASE("a repeat gets the first answer, another body under the same key gets 422") {
  NativeDesk desk;
  const Headers key{{"Idempotency-Key", "\"one\""}};
  const auto made =
      desk.post("/v1/tickets", R"({"title":"A","requester":"a@example.com"})", desk.person, key);
  // The same body, spelt otherwise, and the same key without quotes.
  const auto again = desk.post("/v1/tickets", R"({ "requester":"a@example.com", "title":"A" })",
                               desk.person, {{"Idempotency-Key", "one"}});
  CHECK(made.status == 201);
  CHECK(again.status == 201);
  CHECK(again.text("ticket") == made.text("ticket"));
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(again.header("Recourse-Position") == made.header("Recourse-Position"));
  const auto other =
      desk.post("/v1/tickets", R"({"title":"B","requester":"a@example.com"})", desk.person, key);
  CHECK(other.status == 422);
  // Somebody else's key of the same name is another key.
  CHECK(desk.post("/v1/tickets", R"({"title":"B","requester":"a@example.com"})", desk.admin, key)
            .status == 201);
}

TEST_CASE("a stale version is 412 and says which one the ticket has") {
  NativeDesk desk;
  const std::string path = "/v1/tickets/" + desk.open_ticket();
  const std::string etag = desk.get(path, desk.person).header("ETag");
  const auto changed =
      desk.post(path + "/assign", R"({"team":"billing"})", desk.person, {{"If-Match", etag}});
  CHECK(changed.status == 200);
  CHECK(changed.header("ETag") != etag);
  CHECK(changed.header("ETag") == desk.get(path, desk.person).header("ETag"));
  const auto stale =
      desk.post(path + "/assign", R"({"team":"legal"})", desk.person, {{"If-Match", etag}});
  CHECK(stale.status == 412);
  CHECK('"' + stale.text("current_version") + '"' == changed.header("ETag"));
  CHECK(
      desk.post(path + "/assign", R"({"team":"legal","expected_version":7})", desk.person).status ==
      412);
  CHECK(
      desk.post(path + "/assign", R"({"team":"legal"})", desk.person, {{"If-Match", "7"}}).status ==
      400);
}

}  // namespace
}  // namespace recourse
