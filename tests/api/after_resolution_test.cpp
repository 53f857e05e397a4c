#include "engine/reactor/reactor.h"
#include "tests/api/native_desk.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

struct Desk : NativeDesk {
  /// Lets time pass, and what comes due by then happen.
  void wait(std::chrono::microseconds time) {
    clock.advance(time);
    Reactor reactor(*writer, *signer);
    const Status done = reactor.tick();
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  }
  std::string resolved_ticket() {
    const std::string ticket = open_ticket();
    const auto made = propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":["Restart"]})");
    REQUIRE_MESSAGE(made.text("outcome") == "allow", made.body);
    return ticket;
  }
  void activate(const std::string& document) {
    std::string text;
    append_canonical_string(text, document);
    const std::string name = "pol_test@" + std::to_string(++version_);
    const auto drafted =
        post("/v1/policies", R"({"policy":")" + name + R"(","document":)" + text + "}", manager);
    REQUIRE_MESSAGE(drafted.status == 201, drafted.body);
    const std::string tried = R"({"policy":")" + name + "\"}";
    const auto backtest = post("/v1/policies/backtest", tried, manager);
    REQUIRE_MESSAGE(backtest.status / 100 == 2, backtest.body);
    const auto active = post("/v1/policies/activate", tried, admin);
    REQUIRE_MESSAGE(active.status == 201, active.body);
  }
  std::string first_followup(const std::string& query = "") {
    return get("/v1/followups" + query, viewer).text("items/0/followup");
  }

 private:
  int version_ = 0;
};

constexpr const char* kPermissive = R"(
thresholds: [{rule: others}]
matrix:
  - {rule: own, reversibility: R1, effect: permit}
)";

TEST_CASE_FIXTURE(
    Desk, "a follow-up is listed while it waits, sent a day later and answered by a button") {
  const std::string ticket = resolved_ticket();
  const auto waiting = get("/v1/followups?status=scheduled", viewer);
  CHECK(waiting.status == 200);
  CHECK(waiting.text("items/0/ticket") == ticket);
  CHECK(waiting.text("items/0/due_at") == "2026-03-03T08:00:00.000000Z");
  CHECK(waiting.text("items/0/overdue") == "false");
  const std::string id = waiting.text("items/0/followup");
  clock.advance(25h);
  CHECK(get("/v1/followups?overdue=true", viewer).text("items/0/followup") == id);
  wait(0s);
  CHECK(get("/v1/followups?overdue=true", viewer).text("items/0/followup") == "(absent)");
  const auto sent = get("/v1/followups/" + id, viewer);
  CHECK(sent.text("status") == "sent");
  CHECK(sent.text("channel") == "email");
  CHECK(sent.text("late_s") == "3600");
  const auto answered =
      post("/v1/followups/" + id + "/answer", R"({"answer":"reject","comment":"no"})", agent);
  CHECK_MESSAGE(answered.status == 200, answered.body);
  CHECK(answered.text("reopened") == "true");
  CHECK(answered.text("escalated") == "true");
  CHECK(get("/v1/followups/" + id, viewer).text("answer") == "reject");
  CHECK(get("/v1/tickets/" + ticket, viewer).text("handler") == "human");
  CHECK(post("/v1/followups/" + id + "/answer", R"({"answer":"confirm"})", agent).status == 409);
  CHECK(count_events("recourse.followup.sent.v1") == 1);
  wait(48h);
  CHECK(count_events("recourse.followup.sent.v1") == 1);
}

TEST_CASE_FIXTURE(Desk, "a follow-up can be cancelled, and asked at once or at a time") {
  const std::string ticket = resolved_ticket();
  const std::string path = "/v1/tickets/" + ticket + "/followups";
  const std::string planned = first_followup();
  CHECK(post("/v1/followups/" + planned + "/cancel", "{}", person).status == 200);
  CHECK(post("/v1/followups/" + planned + "/cancel", "{}", person).status == 409);
  CHECK(get("/v1/followups/" + planned, viewer).text("reason") == "manual");
  const auto later = post(path, R"({"at":"2026-03-02T09:00:00Z"})", person);
  CHECK_MESSAGE(later.status == 201, later.body);
  CHECK(later.text("due_at") == "2026-03-02T09:00:00.000000Z");
  CHECK(post(path, "{}", person).status == 201);
  wait(1s);
  CHECK(count_events("recourse.followup.sent.v1") == 1);
  CHECK(post(path, "{}", person).status == 409);
}

TEST_CASE_FIXTURE(Desk, "what cannot be a follow-up is a clear problem") {
  const std::string ticket = resolved_ticket();
  const std::string path = "/v1/tickets/" + ticket + "/followups";
  const auto past = post(path, R"({"at":"2026-03-01T09:00:00Z"})", person);
  CHECK(past.status / 100 == 4);
  CHECK(past.text("detail").find("in the past") != std::string::npos);
  const auto no_time = post(path, R"({"at":"tomorrow"})", person);
  CHECK(no_time.status == 422);
  CHECK(no_time.text("errors/0/pointer") == "/at");
  CHECK(post("/v1/tickets/" + open_ticket() + "/followups", "{}", person).status == 409);
  CHECK(post(path, "{}", stranger).status == 404);
  CHECK(get("/v1/followups?status=soon", viewer).status == 400);
  CHECK(get("/v1/followups/fup_none", viewer).status == 404);
  CHECK(get("/v1/followups/" + first_followup(), stranger).status == 404);
  CHECK(post("/v1/followups/" + first_followup() + "/answer", R"({"answer":"maybe"})", agent)
            .status == 422);
  CHECK(post(path, "{}", viewer).status == 403);
}

TEST_CASE_FIXTURE(Desk, "a resolved ticket closes after a week, and later goes on in a new one") {
  const std::string ticket = resolved_ticket();
  for (int day = 0; day < 7; ++day) wait(24h);
  CHECK(get("/v1/tickets/" + ticket, viewer).text("status") == "closed");
  CHECK(get("/v1/tickets/" + ticket + "/resolutions", viewer).text("items/0/assumed") == "true");
  clock.advance(10 * 24h);
  const auto reopened = post("/v1/tickets/" + ticket + "/reopen", "{}", person);
  CHECK(reopened.status == 409);
  const auto message = post("/v1/tickets/" + ticket + "/messages",
                            R"({"from":"customer","body":"it is back"})", person);
  CHECK_MESSAGE(message.status == 200, message.body);
  const std::string next = get("/v1/tickets/" + ticket, viewer).text("followed_by");
  CHECK(message.text("followed_by") == next);
  CHECK(get("/v1/tickets/" + next, viewer).text("follows") == ticket);
  CHECK(get("/v1/tickets/" + next, viewer).text("messages") == "1");
}

TEST_CASE_FIXTURE(Desk, "answers of each kind are counted apart, and those taken back no more") {
  const std::string ticket = resolved_ticket();
  const std::string path = "/v1/tickets/" + ticket + "/feedback";
  CHECK(post(path, R"({"kind":"csat","score":5})", person).status == 201);
  for (const char* score : {"10", "9", "3"})
    CHECK(post(path, R"({"kind":"nps","score":)" + std::string(score) + "}", person).status == 201);
  const auto thumb = post(path, R"({"kind":"thumb","score":1})", person);
  const auto rates = get("/v1/analytics/rates", viewer);
  CHECK(rates.status == 200);
  CHECK(rates.text("csat/value_ppm") == "1000000");
  CHECK(rates.text("csat/n") == "1");
  CHECK(rates.text("nps/n") == "3");
  CHECK(rates.text("nps/value_ppm") == "333333");
  CHECK(rates.text("thumbs_up/n") == "1");
  CHECK(rates.text("verified_resolution/n") == "1");
  CHECK(rates.text("verified_resolution/value_ppm") == "0");
  CHECK(rates.text("position") == rates.header("Recourse-Position"));
  const std::string retract = "/v1/feedback/" + thumb.text("feedback") + "/retract";
  CHECK(post(retract, "{}", person).status == 200);
  CHECK(post(retract, "{}", person).status == 409);
  CHECK(post(retract, "{}", stranger).status == 404);
  CHECK(get("/v1/analytics/rates", viewer).text("thumbs_up/n") == "0");
  CHECK(get("/v1/tickets/" + ticket + "/resolutions", viewer).text("items/0/answers/4/retracted") ==
        "true");
}

TEST_CASE_FIXTURE(Desk,
                  "scores out of range and answers about another tenant's ticket are refused") {
  const std::string path = "/v1/tickets/" + resolved_ticket() + "/feedback";
  for (const char* wrong :
       {R"({"score":6})", R"({"score":0})", R"({"kind":"nps","score":11})",
        R"({"kind":"thumb","score":2})", R"({"kind":"rubric","score":1})", R"({"kind":"nps"})"}) {
    const auto refused = post(path, wrong, person);
    CAPTURE(wrong);
    CHECK(refused.status == 422);
    CHECK(refused.header("Content-Type") == "application/problem+json");
  }
  CHECK(post(path, R"({"score":5})", stranger).status == 404);
}

TEST_CASE_FIXTURE(Desk, "with no data every rate has no value and says so by its n") {
  const auto rates = get("/v1/analytics/rates", viewer);
  CHECK(rates.status == 200);
  for (const char* rate : {"verified_resolution", "csat", "nps", "handoff", "rollback"}) {
    CHECK(rates.text(std::string(rate) + "/n") == "0");
    CHECK(rates.text(std::string(rate) + "/value_ppm") == "(absent)");
  }
  CHECK(rates.text("targets/0/met") == "(absent)");
}

TEST_CASE_FIXTURE(Desk,
                  "clocks are shown with their ticket, listed by when they are due, and waived") {
  activate(std::string(kPermissive) +
           "sla: [{rule: everybody, first_response_s: 1h, resolution_s: 8h}]\n");
  const std::string ticket = open_ticket();
  const auto shown = get("/v1/tickets/" + ticket, viewer);
  CHECK(shown.text("sla/0/clock") == "first_response");
  CHECK(shown.text("sla/0/due_at") == "2026-03-02T09:00:00.000000Z");
  const auto list = get("/v1/sla", viewer);
  CHECK(list.text("items/0/clock") == "first_response");
  CHECK(list.text("items/0/due_in_ms") == "3600000");
  CHECK(list.text("items/1/clock") == "resolution");
  wait(61min);
  CHECK(get("/v1/tickets/" + ticket, viewer).text("sla/0/breached") == "true");
  CHECK(get("/v1/tickets/" + ticket, viewer).text("sla_breaches") == "1");
  const auto after = get("/v1/sla", viewer);
  CHECK(after.text("items/0/clock") == "resolution");
  CHECK(after.text("clocks/first_response/counts/breached") == "1");
  CHECK(after.text("clocks/first_response/breached/value_ppm") == "1000000");
  const std::string path = "/v1/tickets/" + ticket + "/sla/waive";
  const std::string body = R"({"clock":"resolution","reason":"they agreed to wait"})";
  CHECK(post(path, body, operator_).status == 403);
  CHECK(post(path, R"({"clock":"sometime","reason":"x"})", manager).status == 422);
  CHECK(post(path, body, manager).status == 200);
  CHECK(post(path, body, manager).status == 409);
  CHECK(get("/v1/sla", viewer).text("items/0/clock") == "(absent)");
}

TEST_CASE_FIXTURE(
    Desk,
    "a policy with a calendar without hours, an unknown zone or a negative delay is refused") {
  const auto fault = [&](const std::string& document) {
    std::string text;
    append_canonical_string(text, document);
    const auto refused =
        post("/v1/policies", R"({"policy":"pol_x@1","document":)" + text + "}", manager);
    CHECK(refused.status == 422);
    return refused.text("errors/0/detail");
  };
  CHECK(fault("calendars:\n- {rule: never}\n").find("calendar without hours") != std::string::npos);
  CHECK(fault("followup: {zone: Mars/Olympus}\n").find("Mars/Olympus") != std::string::npos);
  CHECK(fault("followup_after_s: -60\n").find("followup_after_s is from 0") != std::string::npos);
}

}  // namespace
}  // namespace recourse
