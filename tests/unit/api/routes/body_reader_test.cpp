#include "api/routes/body_reader.h"

#include <doctest/doctest.h>

#include "engine/base/vocabulary.h"
#include "engine/event/parse_json.h"

namespace recourse::routes {
namespace {

struct Read {
  std::vector<BodyFault> faults;
  bool has(std::string_view pointer, std::string_view part) const {
    for (const BodyFault& fault : faults)
      if (fault.pointer == pointer && fault.detail.find(part) != std::string::npos) return true;
    return false;
  }
};

Read read(std::string_view json, const std::function<void(BodyReader&)>& with) {
  const auto parsed = parse_json(json);
  REQUIRE(parsed.ok());
  BodyReader::Shared shared;
  {
    BodyReader reader(*parsed, shared);
    with(reader);
  }
  return {shared.faults};
}

TEST_CASE("a member that nobody asked for is a fault with its pointer") {
  const Read found =
      read(R"({"a":"x","b~/c":1})", [](BodyReader& r) { CHECK(r.text("a") == "x"); });
  CHECK(found.faults.size() == 1);
  CHECK(found.has("/b~0~1c", "no member"));
}

TEST_CASE("all faults are told at once") {
  const Read found = read(R"({"n":1.5,"s":7,"e":"","flag":"yes"})", [](BodyReader& r) {
    r.text("missing");
    r.text("s");
    r.text("e");
    r.optional_integer("n", 0, 10);
    r.optional_flag("flag");
  });
  CHECK(found.faults.size() == 5);
  CHECK(found.has("/missing", "required"));
  CHECK(found.has("/s", "string"));
  CHECK(found.has("/e", "empty"));
  CHECK(found.has("/n", "integer"));
  CHECK(found.has("/flag", "true or false"));
}

TEST_CASE("null is the same as absent") {
  const Read found = read(R"({"a":null,"b":null})", [](BodyReader& r) {
    CHECK(!r.optional_text("a"));
    r.text("b");
  });
  CHECK(found.faults.size() == 1);
  CHECK(found.has("/b", "required"));
}

TEST_CASE("numbers have bounds and texts have sizes in bytes") {
  const Read found = read(R"({"ppm":1200000,"long":"éé"})", [](BodyReader& r) {
    r.optional_integer("ppm", 0, 1'000'000);
    r.optional_text("long", {1, 3});
  });
  CHECK(found.has("/ppm", "from 0 to 1000000"));
  CHECK(found.has("/long", "3 bytes"));
}

TEST_CASE("words of an enumeration are listed when another one comes") {
  const Read found = read(R"({"role":"operator","vote":"maybe"})", [](BodyReader& r) {
    CHECK(r.word_of<Role>("role") == Role::operator_);
    r.word_of<Vote>("vote");
  });
  CHECK(found.faults.size() == 1);
  CHECK(found.has("/vote", "approve, reject"));
}

TEST_CASE("elements of a list are read like bodies of their own") {
  std::size_t seen = 0;
  const Read found =
      read(R"({"writes":[{"entity":"a"},{"entity":"b","x":1},3]})", [&](BodyReader& r) {
        r.each_object("writes", 4, [&](BodyReader& w) {
          w.code("entity");
          ++seen;
        });
      });
  CHECK(seen == 2);
  CHECK(found.has("/writes/1/x", "no member"));
  CHECK(found.faults.size() == 2);
}

TEST_CASE("an object is taken as its canonical JSON") {
  read(R"({"args":{"b":1,"a":[ 2 ]}})",
       [](BodyReader& r) { CHECK(r.optional_object_json("args") == R"({"a":[2],"b":1})"); });
}

}  // namespace
}  // namespace recourse::routes
