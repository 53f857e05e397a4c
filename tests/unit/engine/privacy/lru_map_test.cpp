#include "engine/privacy/lru_map.h"

#include <doctest/doctest.h>

#include <memory>

namespace recourse {
namespace {

using Map = LruMap<std::shared_ptr<int>>;

TEST_CASE("what was not used for longest is forgotten first") {
  LruMap<int> map(2);
  map.put("a", 1);
  map.put("b", 2);
  REQUIRE(map.find("a") != nullptr);
  map.put("c", 3);
  CHECK(map.find("b") == nullptr);
  CHECK(*map.find("a") == 1);
  CHECK(*map.find("c") == 3);
  CHECK(map.size() == 2);
}

TEST_CASE("what is forgotten, replaced or cleared is destroyed at once, so a secret is wiped") {
  Map map(2);
  const auto first = std::make_shared<int>(1);
  const auto second = std::make_shared<int>(2);
  map.put("a", first);
  map.put("b", second);
  REQUIRE(first.use_count() == 2);
  map.put("c", nullptr);
  CHECK(first.use_count() == 1);
  map.put("b", nullptr);
  CHECK(second.use_count() == 1);
  map.put("b", first);
  map.erase("b");
  CHECK(first.use_count() == 1);
  map.put("b", first);
  map.clear();
  CHECK(first.use_count() == 1);
}

}  // namespace
}  // namespace recourse
