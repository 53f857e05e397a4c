#include "engine/base/sha256.h"
#include "engine/ledger/receipt_token.h"
#include "tests/api/native_desk.h"

namespace recourse {
namespace {

/// A desk where a second manager can agree, and somebody asks for a refund.
class ApprovalDesk : public NativeDesk {
 public:
  std::string second = key(Role::manager);

  /// The approval of a refund; `amount` in whole units.
  std::string ask(const std::string& amount = "10", const std::string& more = "") {
    ticket = open_ticket();
    const auto asked = post("/v1/actions",
                            R"({"ticket_id":")" + ticket +
                                R"(","type":"process_refund","confidence_ppm":990000,)" +
                                R"("reasoning":"the customer is right","args":{"amount":)" +
                                amount + R"(,"order_id":"O-1"})" + more + '}',
                            agent);
    REQUIRE_MESSAGE(asked.text("outcome") == "require_approval", asked.body);
    action = asked.text("action");
    return asked.text("approval");
  }
  NativeAnswer look(const std::string& approval) {
    return get("/v1/approvals/" + approval, viewer);
  }
  std::string digest(const std::string& approval) { return look(approval).text("render/digest"); }
  NativeAnswer vote(const std::string& approval, const std::string& by,
                    const std::string& more = "") {
    return post("/v1/approvals/" + approval + "/votes",
                R"({"vote":"approve","render_digest":")" + digest(approval) + '"' + more + '}', by);
  }
  NativeAnswer reject(const std::string& approval, const std::string& by,
                      const std::string& more = "") {
    return post(
        "/v1/approvals/" + approval + "/votes",
        R"({"vote":"reject","reason":"no","render_digest":")" + digest(approval) + '"' + more + '}',
        by);
  }
  NativeAnswer tell(const std::string& approval, const std::string& what, const std::string& by,
                    const std::string& body = "{}") {
    return post("/v1/approvals/" + approval + '/' + what, body, by);
  }
  void pass(std::chrono::minutes time) { clock.advance(time); }

  std::string ticket, action;
};

TEST_CASE("an approval is claimed, seen as claimed, and released") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  const auto claimed = desk.tell(approval, "claim", desk.manager);
  REQUIRE_MESSAGE(claimed.status == 200, claimed.body);
  CHECK(claimed.text("claimed_until") == "2026-03-02T08:10:00.000000Z");
  const std::string by = claimed.text("claimed_by");
  CHECK(desk.look(approval).text("approval/claimed_by") == by);
  CHECK(desk.get("/v1/approvals", desk.viewer).text("items/0/claimed_by") == by);
  const auto refused = desk.vote(approval, desk.second);
  CHECK(refused.status == 409);
  CHECK(refused.text("detail").find("claimed by " + by) != std::string::npos);
  CHECK(desk.tell(approval, "claim", desk.second).status == 409);
  CHECK(desk.tell(approval, "release", desk.second).status == 403);
  CHECK(desk.tell(approval, "claim", desk.admin).text("taken_from") == by);
  CHECK(desk.tell(approval, "release", desk.admin).status == 200);
  CHECK(desk.tell(approval, "release", desk.admin).status == 409);
  CHECK(desk.look(approval).text("approval/claimed_by") == "(absent)");
  CHECK(desk.tell(approval, "claim", desk.manager, R"({"claim_s":60})").status == 200);
  desk.pass(std::chrono::minutes(1));
  CHECK(desk.vote(approval, desk.second).text("status") == "granted");
}

TEST_CASE("who may not vote may not claim either") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  for (const std::string& who :
       {desk.agent, desk.person, desk.operator_, desk.viewer, desk.auditor})
    CHECK(desk.tell(approval, "claim", who).status == 403);
  CHECK(desk.tell(approval, "claim", desk.stranger).status == 404);
  CHECK(desk.tell(approval, "claim", "").status == 401);
  CHECK(desk.tell("apr_01J00000000000000000000000", "claim", desk.manager).status == 404);
  CHECK(desk.tell(approval, "claim", desk.manager, R"({"claim_s":0})").status == 422);
  CHECK(desk.tell(approval, "claim", desk.manager, R"({"claim_s":3601})").status == 422);
  CHECK(desk.tell(approval, "claim", desk.manager, R"({"minutes":5})").status == 422);
  desk.vote(approval, desk.manager);
  CHECK(desk.tell(approval, "claim", desk.second).status == 409);
}

TEST_CASE("votes that do not count: on other bytes, by machines, by the wrong role, too late") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  const std::string votes = "/v1/approvals/" + approval + "/votes";
  const std::string other = R"({"vote":"approve","render_digest":")" +
                            to_base64(as_text(sha256("something else"))) + R"("})";
  CHECK(desk.post(votes, other, desk.manager).status == 409);
  CHECK(desk.post(votes, R"({"vote":"approve"})", desk.manager).status == 400);
  CHECK(desk.post(votes, R"({"vote":"maybe"})", desk.manager).status == 422);
  CHECK(desk.vote(approval, desk.key(Role::admin, ActorType::agent)).status == 403);
  CHECK(desk.vote(approval, desk.agent).status == 403);
  CHECK(desk.vote(approval, desk.operator_).status == 403);
  CHECK(desk.vote(approval, desk.stranger).status == 404);
  CHECK(desk.vote(approval, desk.manager, R"(,"retry":"forbid")").status == 422);
  CHECK(desk.reject(approval, desk.manager, R"(,"retry":"never")").status == 422);
  CHECK(
      desk.post("/v1/approvals/apr_01J00000000000000000000000/votes", other, desk.manager).status ==
      404);
  desk.pass(std::chrono::minutes(60));
  CHECK(desk.vote(approval, desk.manager).status == 409);
  CHECK(desk.count_events("recourse.approval.voted.v1") == 0);
  // Who tried what is recorded: other bytes and too late as one, each key that may not vote.
  desk.open_ticket();
  const auto events = desk.get("/v1/events?types=command.rejected", desk.auditor);
  CHECK(events.body.find("\"problem\":\"conflict\"") != std::string::npos);
  CHECK(events.body.find("\"problem\":\"forbidden\"") != std::string::npos);
  CHECK(events.body.find("\"target\":\"" + approval + '"') != std::string::npos);
}

TEST_CASE("a rejection says whether the same may come back") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  const std::string ticket = desk.ticket;
  CHECK(desk.reject(approval, desk.manager).status == 201);
  CHECK(desk.look(approval).text("approval/retry") == "revise");
  const std::string refund = R"({"amount":10,"order_id":"O-1"})";
  const auto again = desk.propose(ticket, "process_refund", refund);
  REQUIRE(again.text("outcome") == "require_approval");
  const auto never = desk.reject(again.text("approval"), desk.manager,
                                 R"(,"reason_code":"not_ours","retry":"forbid")");
  REQUIRE_MESSAGE(never.status == 201, never.body);
  const auto row = desk.look(again.text("approval"));
  CHECK(row.text("approval/reason_code") == "not_ours");
  CHECK(row.text("approval/retry") == "forbid");
  // The same arguments, however they are written.
  const auto third =
      desk.propose(ticket, "process_refund", R"({ "order_id":"O-1","amount":10.0 })");
  CHECK(third.text("problem") == "duplicate_of_rejected");
  CHECK(
      desk.propose(ticket, "process_refund", R"({"amount":9,"order_id":"O-1"})").text("outcome") ==
      "require_approval");
  // On another ticket it is another question.
  CHECK(desk.propose(desk.open_ticket(), "process_refund", refund).text("outcome") ==
        "require_approval");
}

TEST_CASE("an action is amended: another proposal, another approval, and not by who amends") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  const std::string old = desk.action;
  const auto amended = desk.post(
      "/v1/actions/" + old + "/amend",
      R"({"args":{"amount":5,"order_id":"O-1"},"reason":"shipping is not ours"})", desk.manager);
  REQUIRE_MESSAGE(amended.status == 201, amended.body);
  CHECK(amended.text("amends") == old);
  CHECK(amended.text("superseded") == "true");
  CHECK(amended.text("status") == "awaiting_approval");
  CHECK(amended.header("Location") == "/v1/actions/" + amended.text("action"));
  const auto before = desk.get("/v1/actions/" + old, desk.viewer);
  CHECK(before.text("status") == "superseded");
  CHECK(before.text("amended_by") == amended.text("action"));
  CHECK(desk.look(approval).text("approval/cause") == "amended");
  CHECK(desk.get("/v1/actions/" + amended.text("action"), desk.viewer).text("amends") == old);
  const std::string next = amended.text("approval");
  CHECK(desk.vote(approval, desk.second).status == 409);
  CHECK(desk.vote(next, desk.manager).status == 403);
  CHECK(desk.vote(next, desk.second).text("status") == "granted");
}

TEST_CASE("what cannot be amended is refused, and stays") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  const std::string path = "/v1/actions/" + desk.action + "/amend";
  const std::string smaller = R"({"args":{"amount":5,"order_id":"O-1"}})";
  CHECK(desk.post(path, "{}", desk.manager).status == 422);
  CHECK(desk.post(path, R"({"args":[]})", desk.manager).status == 422);
  CHECK(desk.post(path, R"({"args":{"amount":10,"order_id":"O-1"}})", desk.manager).status == 409);
  CHECK(desk.post(path, smaller, desk.viewer).status == 403);
  CHECK(desk.post(path, smaller, desk.stranger).status == 404);
  CHECK(desk.post(path, smaller, desk.key(Role::agent, ActorType::agent)).status == 403);
  CHECK(desk.post("/v1/actions/act_none/amend", smaller, desk.manager).status == 404);
  const auto denied =
      desk.post(path, R"({"args":{"amount":"a lot","order_id":"O-1"}})", desk.manager);
  CHECK(denied.text("outcome") == "deny");
  CHECK(denied.text("superseded") == "false");
  CHECK(desk.get("/v1/actions/" + desk.action, desk.viewer).text("status") == "awaiting_approval");
  REQUIRE(desk.vote(approval, desk.manager).text("status") == "granted");
  desk.clock.advance(std::chrono::minutes(10));  // As long as money is held.
  const auto lease = desk.post("/v1/actions/" + desk.action + "/lease", "{}", desk.agent);
  REQUIRE_MESSAGE(lease.status == 201, lease.body);
  CHECK(desk.post(path, smaller, desk.manager).status == 409);
}

TEST_CASE("an approval is escalated once, and others vote then") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  CHECK(desk.look(approval).text("approval/escalate_at") == "2026-03-02T08:30:00.000000Z");
  CHECK(desk.tell(approval, "escalate", desk.agent).status == 403);
  const auto escalated = desk.tell(approval, "escalate", desk.manager, R"({"reason":"too much"})");
  REQUIRE_MESSAGE(escalated.status == 200, escalated.body);
  CHECK(desk.tell(approval, "escalate", desk.manager).status == 409);
  const auto row = desk.look(approval);
  CHECK(row.text("approval/escalated_at") != "(absent)");
  CHECK(row.text("approval/escalate_at") == "(absent)");
  CHECK(row.text("approval/roles") == R"(["admin"])");
  CHECK(desk.vote(approval, desk.manager).status == 403);
  CHECK(desk.vote(approval, desk.admin).text("status") == "granted");
}

TEST_CASE("a grant is revoked until it is used") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  const std::string why = R"({"reason":"the customer called"})";
  CHECK(desk.tell(approval, "revoke", desk.manager, why).status == 409);
  desk.vote(approval, desk.manager);
  CHECK(desk.tell(approval, "revoke", desk.second).status == 422);
  CHECK(desk.tell(approval, "revoke", desk.operator_, why).status == 403);
  CHECK(desk.tell(approval, "revoke", desk.stranger, why).status == 404);
  const auto revoked = desk.tell(approval, "revoke", desk.second, why);
  REQUIRE_MESSAGE(revoked.status == 200, revoked.body);
  CHECK(revoked.text("status") == "revoked");
  CHECK(desk.get("/v1/approvals?status=revoked", desk.viewer).text("items/0/approval") == approval);
  CHECK(desk.post("/v1/actions/" + desk.action + "/lease", "{}", desk.agent).status == 409);
  CHECK(desk.get("/v1/approvals/" + approval + "/receipt", desk.viewer).status == 409);

  const std::string used = desk.ask();
  desk.vote(used, desk.manager);
  desk.clock.advance(std::chrono::minutes(10));
  CHECK(desk.post("/v1/actions/" + desk.action + "/lease", "{}", desk.agent).status == 201);
  CHECK(desk.tell(used, "revoke", desk.manager, why).status == 409);
}

TEST_CASE("what the agent read has moved: the grant is void and says what changed") {
  ApprovalDesk desk;
  const std::string approval = desk.ask("10", R"(,"reads":["team"])");
  REQUIRE(desk.post("/v1/tickets/" + desk.ticket + "/assign", R"({"team":"fraud"})", desk.person)
              .status < 300);
  const auto voted = desk.vote(approval, desk.manager);
  CHECK(voted.status == 201);
  CHECK(voted.text("status") == "staled");
  CHECK(voted.text("cause") == "drift");
  CHECK(voted.text("changed/0/fact") == "team");
  const auto row = desk.look(approval);
  CHECK(row.text("approval/changed/0/fact") == "team");
  CHECK(desk.get("/v1/actions/" + desk.action, desk.viewer).text("status") == "staled");
}

TEST_CASE("people see what the engine makes of it, and what the agent says as its claim") {
  ApprovalDesk desk;
  const std::string approval = desk.ask("42.5");
  const auto listed = desk.get("/v1/approvals", desk.viewer);
  CHECK(listed.text("items/0/summary/amount") == "42.50 USD");
  CHECK(listed.text("items/0/summary/ticket") == desk.ticket);
  CHECK(listed.text("items/0/summary/cannot_undo") == "true");
  CHECK(listed.text("items/0/summary/claims/confidence_ppm") == "990000");
  CHECK(listed.text("items/0/summary/args/sealed") == "true");
  const auto closed = desk.look(approval);
  CHECK(closed.text("render/lines/2") == "amount: 42.50 USD");
  CHECK(closed.body.find("the customer is right") == std::string::npos);
  const auto seen = desk.get("/v1/approvals/" + approval + "?open=true", desk.manager);
  CHECK(seen.text("render/summary/claims/reasoning") == "the customer is right");
  CHECK(seen.text("render/summary/args/order_id") == "O-1");
  CHECK(seen.text("render/lines/4") == "argument amount: 42.5");
  CHECK(seen.text("render/lines/5") == "argument order_id: O-1");
  // The digest is of the text beside it, so a vote is bound to these arguments.
  CHECK(seen.text("render/digest") == to_base64(as_text(sha256(seen.text("render/text")))));
  const auto opened = desk.get("/v1/approvals?open=true", desk.manager);
  CHECK(opened.text("items/0/summary/args/order_id") == "O-1");
}

TEST_CASE("votes say how the voter was known") {
  ApprovalDesk desk;
  const std::string approval = desk.ask();
  desk.vote(approval, desk.manager);
  const auto row = desk.look(approval);
  CHECK(row.text("approval/votes/0/role") == "manager");
  CHECK(row.text("approval/votes/0/auth_level") == "api_key");
  CHECK(row.text("approval/votes/0/authenticated_at") == "2026-03-02T08:00:00.000000Z");
}

TEST_CASE("a receipt can be checked by itself, and is the same whenever it is asked for") {
  ApprovalDesk desk;
  const std::string approval = desk.ask("600");
  const std::string path = "/v1/approvals/" + approval + "/receipt";
  CHECK(desk.get(path, desk.viewer).status == 409);
  desk.vote(approval, desk.manager);
  CHECK(desk.get(path, desk.viewer).status == 409);
  desk.vote(approval, desk.second);
  const auto receipt = desk.get(path, desk.viewer);
  REQUIRE_MESSAGE(receipt.status == 200, receipt.body);
  CHECK(receipt.header("Content-Type") == "application/jose");
  const auto key = NoteKey::parse(desk.get("/v1/log/key", desk.viewer).text("receipts"));
  REQUIRE(key);
  const auto payload = verify_receipt_token(receipt.body, *key);
  REQUIRE(payload);
  NativeAnswer told;
  told.json = parse_json(*payload).value();
  CHECK(told.text("v") == "1");
  CHECK(told.text("approval_id") == approval);
  CHECK(told.text("plan_or_action") == desk.action);
  CHECK(told.text("ticket_id") == desk.ticket);
  CHECK(told.text("tenant") == "default");
  CHECK(told.text("type") == "process_refund");
  CHECK(told.text("amount_minor") == "60000");
  CHECK(told.text("quorum") == "2");
  CHECK(told.text("approvers/1/auth_level") == "api_key");
  CHECK(told.text("approvers/2") == "(absent)");
  const auto row = desk.look(approval);
  CHECK(told.text("args_digest") == row.text("approval/args_commitment"));
  CHECK(told.text("render_digest") == row.text("approval/render_digest"));
  CHECK(told.text("policy_version") == "pol_default@1");
  const auto proof =
      desk.get("/v1/proofs/consistency?from=" + told.text("checkpoint/size"), desk.viewer);
  CHECK(proof.text("from_root") == told.text("checkpoint/root"));
  // Using it up and much else later, the bytes are those.
  desk.post("/v1/actions/" + desk.action + "/lease", "{}", desk.agent);
  desk.open_ticket();
  CHECK(desk.get(path, desk.viewer).body == receipt.body);
  CHECK(desk.get("/v1/actions/" + desk.action + "/receipt", desk.viewer).body == receipt.body);
  CHECK(desk.get(path, desk.stranger).status == 404);
  CHECK(desk.get("/v1/approvals/apr_none/receipt", desk.viewer).status == 404);
  const auto looked = desk.propose(desk.ticket, "search_knowledge_base", R"({"query":"vpn"})");
  CHECK(desk.get("/v1/actions/" + looked.text("action") + "/receipt", desk.viewer).status == 404);
}

TEST_CASE("a rollback in an emergency is started by one admin, and leaves a task") {
  ApprovalDesk desk;
  const auto reset =
      desk.propose(desk.open_ticket(), "reset_password", R"({"user_email":"jane@example.com"})");
  std::string approval = reset.text("approval");
  if (approval != "(absent)") desk.vote(approval, desk.admin);
  const std::string action = reset.text("action");
  const auto lease = desk.post("/v1/actions/" + action + "/lease", "{}", desk.agent);
  REQUIRE_MESSAGE(lease.status == 201, lease.body);
  desk.post("/v1/actions/" + action + "/report",
            R"({"outcome":"succeeded","lease_id":")" + lease.text("lease") + R"("})", desk.agent);
  const auto plan =
      desk.post("/v1/rollbacks", R"({"target":")" + action + R"(","reason":"x"})", desk.manager);
  REQUIRE_MESSAGE(plan.text("status") == "awaiting_approval", plan.body);
  const std::string start = "/v1/rollbacks/" + plan.text("rollback") + "/start";
  const std::string glass =
      R"({"plan_digest":")" + plan.text("plan_digest") + R"(","break_glass":true)";
  CHECK(desk.post(start, glass + '}', desk.admin).status == 422);
  CHECK(desk.post(start, glass + R"(,"reason":"links go to strangers"})", desk.manager).status ==
        403);
  const auto started =
      desk.post(start, glass + R"(,"reason":"links go to strangers"})", desk.admin);
  REQUIRE_MESSAGE(started.status == 200, started.body);
  CHECK(started.text("bypass") == "true");
  const auto incident = desk.get("/v1/incidents/" + started.text("incident"), desk.viewer);
  CHECK(incident.text("due_at") == "2026-03-03T08:00:00.000000Z");
  CHECK(desk.vote(plan.text("approval"), desk.second).status == 409);
}

}  // namespace
}  // namespace recourse
