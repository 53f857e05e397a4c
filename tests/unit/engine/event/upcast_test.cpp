#include "engine/event/upcast.h"

#include <doctest/doctest.h>

#include "engine/base/bytes.h"
#include "engine/event/leaf.h"

using namespace recourse;

namespace {

// A type that was released with a grade, then with a level, then with a word for it.
Json rename_grade(Json data) {
  if (Json* grade = data.find("grade")) data.set("level", *grade);
  Json kept = Json::object();
  for (const Json::Member& member : *data.members())
    if (member.name != "grade") kept.set(member.name, member.value);
  return kept;
}

Json level_to_word(Json data) {
  Json kept = Json::object();
  for (const Json::Member& member : *data.members()) {
    if (member.name == "level") {
      kept.set("priority", member.value == Json(1) ? "high" : "low");
    } else {
      kept.set(member.name, member.value);
    }
  }
  return kept;
}

constexpr Upcaster kFirst{"recourse.bill.paid.v1", "recourse.bill.paid.v2", rename_grade};
constexpr Upcaster kSecond{"recourse.bill.paid.v2", "recourse.bill.paid.v3", level_to_word};
constexpr std::string_view kNewest[] = {"recourse.bill.paid.v3", "recourse.ticket.opened.v1"};

std::string fault(std::vector<Upcaster> steps) {
  const Status status = check_upcasters(steps, kNewest);
  return status ? "" : status.error().message;
}

std::string line_of(std::string_view type, std::string_view data) {
  TicketReopened reopened{TicketId("tkt_1"), {}, "customer", {}, {}};
  RecordedEvent event;
  event.id = EventId("evt_1");
  event.source = "audit.example.com/t/7f3a";
  event.data = reopened;
  std::string line = write_leaf(event);
  const std::string old_data = data_json(event.data);
  line.replace(line.find(old_data), old_data.size(), data);
  const std::string_view old_type = type_of(event.data);
  line.replace(line.find(old_type), old_type.size(), type);
  return line;
}

}  // namespace

TEST_CASE("an old version is lifted step by step to the newest, whatever the order of the steps") {
  const std::vector<Upcaster> steps{kSecond, kFirst};
  const Json old = Json::object({{"bill", "b_1"}, {"grade", 1}});
  const Upcast lifted = upcast("recourse.bill.paid.v1", old, steps);
  CHECK(lifted.type == "recourse.bill.paid.v3");
  CHECK(lifted.data == Json::object({{"bill", "b_1"}, {"priority", "high"}}));
  CHECK(upcast("recourse.bill.paid.v2", Json::object({{"level", 2}}), steps).data ==
        Json::object({{"priority", "low"}}));
}

TEST_CASE("the newest version and types without steps are left as they are") {
  const std::vector<Upcaster> steps{kFirst, kSecond};
  CHECK(!needs_upcast("recourse.bill.paid.v3", steps));
  CHECK(!needs_upcast("recourse.ticket.opened.v1", steps));
  CHECK(needs_upcast("recourse.bill.paid.v1", steps));
  CHECK(upcast("recourse.bill.paid.v3", Json::object(), steps).type == "recourse.bill.paid.v3");
}

TEST_CASE("a chain must lead to the newest version, one version at a time") {
  CHECK(fault({kFirst, kSecond}).empty());
  CHECK(fault({}).empty());
  CHECK(fault({kFirst}).find("none goes on") != std::string::npos);
  CHECK(fault({{"recourse.bill.paid.v1", "recourse.bill.paid.v3", rename_grade}})
            .find("not to the next version") != std::string::npos);
  CHECK(fault({{"recourse.bill.paid.v1", "recourse.bill.settled.v2", rename_grade}})
            .find("not to the next version") != std::string::npos);
  CHECK(fault({kFirst, kSecond, {"recourse.bill.paid.v3", "recourse.bill.paid.v4", rename_grade}})
            .find("starts at the newest") != std::string::npos);
  CHECK(fault({kFirst, kFirst, kSecond}).find("twice") != std::string::npos);
}

TEST_CASE("a cycle of steps is refused") {
  CHECK(!fault({kFirst, {"recourse.bill.paid.v2", "recourse.bill.paid.v1", rename_grade}}).empty());
  CHECK(!fault({{"recourse.bill.paid.v1", "recourse.bill.paid.v1", rename_grade}}).empty());
}

TEST_CASE("the program's own steps are good") { CHECK(upcasters().size() < 1000); }

TEST_CASE("a rollback planned by an older program is one of its ticket, with nothing beside it") {
  const std::string write =
      R"({"after":"open","before":"resolved","entity":"tkt_1","field":"status"})";
  const std::string step =
      R"({"action":"act_1","kind":"restore","reversibility":"R1","writes":[)" + write + "]}";
  const auto read = read_leaf(line_of(
      "recourse.rollback.planned.v1",
      R"({"action":"act_1","base_position":7,"plan_digest":")" + to_base64(std::string(32, 'x')) +
          R"(","rollback":"rbk_1","steps":[)" + step + ',' + step + R"(],"ticket":"tkt_1"})"));
  REQUIRE_MESSAGE(read.ok(), read.error().message);
  const auto& planned = get<RollbackPlanned>(read->data);
  CHECK(planned.step_count == 2);
  REQUIRE(planned.steps.size() == 2);
  CHECK(planned.steps[0].ticket == TicketId("tkt_1"));
  CHECK(planned.steps[0].executor == Clear("internal"));
  CHECK(!planned.steps[0].after);
  CHECK(planned.steps[1].after == 0);
  CHECK(planned.steps[1].writes.front().after == Clear("open"));
  CHECK(!planned.steps[1].type);
  CHECK(planned.dependents.empty());
  CHECK(planned.required_approvals == 0);
}

TEST_CASE("what is no plan of an older program is refused, not lifted") {
  for (const char* data : {R"([])", R"({"steps":[7]})", R"({"steps":{}})", R"({})"})
    CHECK(!read_leaf(line_of("recourse.rollback.planned.v1", data)).ok());
}

TEST_CASE("a leaf of an old version reads as the newest, through every step between") {
  const std::vector<Upcaster> steps{
      {"recourse.ticket.reopened.v0", "recourse.ticket.reopened.v1",
       [](Json data) {
         const Json why = *data.find("why");
         return Json::object({{"ticket", *data.find("ticket")}, {"reason_code", why}});
       }},
      {"recourse.ticket.reopened.v00", "recourse.ticket.reopened.v0", [](Json data) {
         return Json::object({{"ticket", *data.find("id")}, {"why", *data.find("why")}});
       }}};
  const std::string oldest =
      line_of("recourse.ticket.reopened.v00", R"({"id":"tkt_7","why":"late"})");
  const auto read = read_leaf(oldest, steps);
  REQUIRE(read.ok());
  CHECK(get<TicketReopened>(read->data).ticket == TicketId("tkt_7"));
  CHECK(get<TicketReopened>(read->data).reason_code == Clear("late"));
  CHECK(read_leaf(oldest).error().code == ErrorCode::unsupported);
}

TEST_CASE("what a step makes has to be the newest version's data") {
  const std::vector<Upcaster> steps{
      {"recourse.ticket.reopened.v0", "recourse.ticket.reopened.v1", [](Json) {
         return Json::object({{"tickets", "tkt_1"}});
       }}};
  CHECK(read_leaf(line_of("recourse.ticket.reopened.v0", "{}"), steps).error().code ==
        ErrorCode::unsupported);
}
