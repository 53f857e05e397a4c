#include "tests/api/native_desk.h"

namespace recourse {
namespace {

std::vector<std::string> counters(NativeDesk& desk, const std::string& tenant = "default") {
  std::vector<std::string> texts;
  for (const Json& data : desk.events("recourse.ingress.counted.v1", tenant))
    texts.push_back(canonical_json(data));
  return texts;
}

TEST_CASE("what came in by each channel is counted, and an orderly stop writes it down") {
  NativeDesk desk;
  const std::string ticket = desk.open_ticket();
  const std::string body = R"({"title":"Again","channel":"email","requester":"jane@example.com"})";
  const NativeDesk::Headers key{{"Idempotency-Key", "\"the-same\""}};
  CHECK(desk.post("/v1/tickets", body, desk.person, key).status == 201);
  CHECK(desk.post("/v1/tickets", body, desk.person, key).status == 201);
  CHECK(desk.post("/v1/tickets", R"({"title":"x","channel":"email"})", desk.person, key).status ==
        422);
  CHECK(desk.post("/v1/tickets", R"({"title":7,"channel":"email"})", desk.person).status == 422);
  CHECK(desk.post("/v1/tickets", "{", desk.person).status == 400);
  CHECK(desk.post("/v1/tickets", body, desk.viewer).status == 403);
  CHECK(desk.post("/v1/tickets", R"({"title":"x","channel":"jane@example.com"})", desk.person)
            .status == 422);
  CHECK(desk.post("/v1/tickets", body, "").status == 401);

  const std::string messages = "/v1/tickets/" + ticket + "/messages";
  CHECK(desk.post(messages, R"({"from":"customer","body":"Hello?","channel":"chat"})", desk.person)
            .status == 200);
  CHECK(desk.post(messages, R"({"from":"customer","channel":"chat"})", desk.person).status == 422);
  CHECK(desk.post(messages, R"({"from":"agent","body":"Yes?","channel":"chat"})", desk.person)
            .status == 200);
  CHECK(desk.post("/v1/tickets/tkt_none/messages",
                  R"({"from":"customer","body":"Hello?","channel":"chat"})", desk.person)
            .status == 404);
  CHECK(counters(desk).empty());

  desk.restart();
  const auto counted = counters(desk);
  REQUIRE(counted.size() == 3);
  const std::string hour = R"("hour":"2026-03-02T08:00:00.000000Z",)";
  CHECK(counted[0] == R"({"accepted":0,"channel":"api","duplicates":0,)" + hour +
                          R"("received":4,"rejected":4})");
  CHECK(counted[1] == R"({"accepted":1,"channel":"chat","duplicates":0,)" + hour +
                          R"("received":3,"rejected":2})");
  CHECK(counted[2] == R"({"accepted":2,"channel":"email","duplicates":1,)" + hour +
                          R"("received":4,"rejected":1})");
  CHECK(counters(desk, "other").empty());

  desk.restart();  // Nothing came in since.
  CHECK(counters(desk).size() == 3);
}

TEST_CASE("a disk without room refuses what comes in, and that is counted once there is room") {
  NativeDesk desk;
  desk.fill_disk();
  CHECK(desk.post("/v1/tickets", R"({"title":"x","channel":"email","requester":"j@example.com"})",
                  desk.person)
            .status == 507);
  desk.restart();
  CHECK(counters(desk).empty());  // The count found no room either; it is gone, as after a crash.
  desk.open_ticket();
  desk.restart();
  CHECK(counters(desk).size() == 1);
}

}  // namespace
}  // namespace recourse
