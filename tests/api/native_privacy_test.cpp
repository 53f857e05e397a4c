#include "engine/base/sha256.h"
#include "tests/api/native_desk.h"

namespace recourse {
namespace {

constexpr const char* kReview = R"("review_at":"2026-12-31T00:00:00Z")";

std::string request_of(NativeDesk& desk, const std::string& kind) {
  const auto made =
      desk.post("/v1/privacy/requests", R"({"kind":")" + kind + R"(","email":"jane@example.com"})",
                desk.admin);
  REQUIRE_MESSAGE(made.status == 201, made.body);
  return made.text("request");
}

std::string granted(NativeDesk& desk, const std::string& kind) {
  const std::string path = "/v1/privacy/requests/" + request_of(desk, kind);
  REQUIRE(desk.post(path + "/verify-identity", "{}", desk.admin).status == 200);
  REQUIRE(desk.post(path + "/assess", R"({"verdict":"grant"})", desk.admin).status == 200);
  return path;
}

/// Refusals on record, as command:problem:target.
std::vector<std::string> rejections(NativeDesk& desk) {
  std::vector<std::string> found;
  for (const Json& data : desk.events("recourse.command.rejected.v1")) {
    const Json* const target = data.find("target");
    found.push_back(*data.find("command")->string() + ':' + *data.find("problem")->string() + ':' +
                    (target != nullptr ? *target->string() : ""));
  }
  return found;
}

/// Rejections are recorded after the answer; the next command comes after them.
void catch_up(NativeDesk& desk) { (void)desk.open_ticket(); }

TEST_CASE("a person is given all that is stored, once that is on record") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  REQUIRE(desk.propose(ticket, "search_knowledge_base", R"({"query":"login"})").status == 201);
  const std::string path = granted(desk, "access");
  REQUIRE(desk.signer->sign_round().ok());
  const NativeDesk::Headers key{{"Idempotency-Key", "\"once\""}};
  const auto given = desk.post(path + "/export", "{}", desk.admin, key);
  REQUIRE_MESSAGE(given.status == 200, given.body);
  const std::string file = *given.at("files/subject.json").string();
  CHECK(given.text("sha256") == to_hex(as_text(sha256(file))));
  CHECK(given.header("Cache-Control") == "no-store");
  CHECK(file.find("The link is dead") != file.npos);
  CHECK(given.at("files/subject.html").string()->find("The link is dead") != std::string::npos);
  CHECK(given.text("status") == "completed");
  CHECK(given.text("decisions") == "1");

  const auto disclosed = desk.events("recourse.disclosure.made.v1");
  REQUIRE(disclosed.size() == 1);
  CHECK(*disclosed[0].find("recipient")->string() == "subject");
  CHECK(*disclosed[0].find("purpose")->string() == "gdpr-15");
  CHECK(std::to_string(*disclosed[0].find("fields")->integer()) == given.text("values"));
  CHECK(desk.events("recourse.decision.explained.v1").size() == 1);
  CHECK(desk.events("recourse.dsr.completed.v1").size() == 1);

  // The same request gets the same bytes, also when something else was recorded meanwhile.
  (void)desk.post("/v1/tickets", R"({"title":"x","requester":"joe@example.com"})", desk.person);
  REQUIRE(desk.signer->sign_round().ok());
  const auto again = desk.post(path + "/export", "{}", desk.admin, key);
  REQUIRE_MESSAGE(again.status == 200, again.body);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(*again.at("files/subject.json").string() == file);
  CHECK(desk.events("recourse.disclosure.made.v1").size() == 1);
  CHECK(desk.post(path + "/export", "{}", desk.admin).status == 409);

  // Nothing is left to give once the person is erased.
  const std::string erasure = granted(desk, "erasure");
  REQUIRE(desk.post(erasure + "/execute", "{}", desk.admin).status == 200);
  const auto late = desk.post(path + "/export", "{}", desk.admin, key);
  CHECK(late.status == 409);
  CHECK(late.body.find("The link is dead") == late.body.npos);
}

TEST_CASE("nothing is given before the identity is verified, nor to another role") {
  NativeDesk desk;
  desk.open_ticket();
  const std::string id = request_of(desk, "access");
  const std::string path = "/v1/privacy/requests/" + id;
  REQUIRE(desk.signer->sign_round().ok());
  const auto early = desk.post(path + "/export", "{}", desk.admin);
  CHECK(early.status == 409);
  CHECK(early.text("detail").find("verify the identity first") != std::string::npos);
  REQUIRE(desk.post(path + "/verify-identity", "{}", desk.admin).status == 200);
  CHECK(desk.post(path + "/export", "{}", desk.admin).text("detail").find("assess it first") !=
        std::string::npos);
  for (const std::string& key : {desk.manager, desk.auditor, desk.agent, desk.viewer})
    CHECK(desk.post(path + "/export", "{}", key).status == 403);
  CHECK(desk.post("/v1/privacy/requests/dsr_none/export", "{}", desk.admin).status == 404);
  CHECK(desk.post("/v1/privacy/requests/" + id + "/export", "{}", desk.stranger).status == 404);
  const std::string erasure = granted(desk, "erasure");
  CHECK(desk.post(erasure + "/export", "{}", desk.admin).status == 409);
  CHECK(desk.events("recourse.disclosure.made.v1").empty());
  CHECK(desk.events("recourse.dsr.completed.v1").empty());
  catch_up(desk);
  CHECK(rejections(desk).front() == "answer_dsr:conflict:" + id);
}

TEST_CASE("an answer waits for the signature over what was recorded last") {
  routes::AppOptions options;
  options.catch_up_wait = std::chrono::milliseconds(50);
  NativeDesk desk(options);
  desk.open_ticket();
  const std::string path = granted(desk, "portability");
  CHECK(desk.post(path + "/export", "{}", desk.admin).status == 503);
  CHECK(desk.events("recourse.disclosure.made.v1").empty());
  REQUIRE(desk.signer->sign_round().ok());
  CHECK(desk.post(path + "/export", "{}", desk.admin).status == 200);
  CHECK(*desk.events("recourse.disclosure.made.v1")[0].find("purpose")->string() == "gdpr-20");
}

TEST_CASE("who wanted to erase under a hold, or to release one twice, stands in the log") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const std::string counsel =
      desk.post("/v1/keys", R"({"role":"auditor"})", desk.admin).text("principal");
  const std::string asked = R"("requested_by":")" + counsel + R"(",)" + std::string(kReview) + '}';
  const std::string ask =
      R"({"scope":"subject","email":"jane@example.com","matter":"case-7",)" + asked;
  const auto hold = desk.post("/v1/holds", ask, desk.admin);
  REQUIRE_MESSAGE(hold.status == 201, hold.body);
  const std::string id = hold.text("hold");
  CHECK(desk.post("/v1/holds",
                  R"({"scope":"subject","email":"nobody@example.com","matter":"m",)" + asked,
                  desk.admin)
            .status == 404);

  const std::string path = granted(desk, "erasure");
  const std::string dsr = path.substr(path.rfind('/') + 1);
  CHECK(desk.post(path + "/execute", "{}", desk.admin).status == 409);
  CHECK(desk.post("/v1/holds/" + id + "/release", "{}", desk.admin).status == 200);
  const auto twice = desk.post("/v1/holds/" + id + "/release", "{}", desk.admin);
  CHECK(twice.status == 409);
  CHECK(twice.text("detail") == "the hold was released already");
  CHECK(desk.post("/v1/holds/hld_none/release", "{}", desk.admin).status == 404);
  CHECK(desk.post(path + "/execute", "{}", desk.admin).status == 200);
  CHECK(desk.post("/v1/holds",
                  R"({"scope":"ticket","ticket":")" + ticket +
                      R"(","matter":"m",)" + asked,
                  desk.admin)
            .status == 409);
  catch_up(desk);
  const std::vector<std::string> wanted{"erase_subject:conflict:" + dsr,
                                        "release_hold:conflict:" + id,
                                        "place_hold:conflict:" + ticket};
  CHECK(rejections(desk) == wanted);
}

}  // namespace
}  // namespace recourse
