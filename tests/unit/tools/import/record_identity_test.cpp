#include "tools/import/record_identity.h"

#include <doctest/doctest.h>

#include "engine/event/clear_names.h"

namespace recourse {
namespace {

TEST_CASE("a source is named by its file, packed or not") {
  CHECK(source_name("/data/incidents.csv.gz") == "incidents.csv");
  CHECK(source_name("incidents.csv") == "incidents.csv");
}

TEST_CASE("any file name gives a name that may stand in a leaf, and different ones differ") {
  const std::string one = source_name("who@example.com.csv");
  const std::string two = source_name("who?example.com\x01.csv");
  const std::string three = source_name(std::string(200, 'a') + ".ndjson");
  const std::string four = source_name(std::string(200, 'a') + "b.ndjson");
  for (const std::string& name : {one, two, three, four}) CHECK(is_code(name));
  CHECK(one != two);
  CHECK(three != four);
}

TEST_CASE("different parts never give one identity") {
  CHECK(record_identity({"a", "b"}) == "import/a/b");
  CHECK(record_identity({"a/b", "c"}) != record_identity({"a", "b/c"}));
  CHECK(record_identity({"a%2Fb"}) != record_identity({"a/b"}));
}

TEST_CASE("a name too long for the directory is known by its hash") {
  CHECK(outside_name("log", "Caller 7") == "log|Caller 7");
  const std::string one = outside_name("log", std::string(600, 'a'));
  CHECK(one.size() <= 512);
  CHECK(one != outside_name("log", std::string(601, 'a')));
}

TEST_CASE("derived ids are the same for the same name only") {
  const Hash key{1, 2, 3};
  const auto id = [&](std::initializer_list<std::string_view> name) {
    DerivedRandom random(key, name);
    return make_ulid("tkt_", Timestamp{}, random);
  };
  CHECK(id({"a", "bc"}) == id({"a", "bc"}));
  CHECK(id({"a", "bc"}) != id({"ab", "c"}));
  DerivedRandom random(key, {"x"});
  CHECK(random.bytes<64>() != random.bytes<64>());
}

}  // namespace
}  // namespace recourse
