#include "api/routes/sealed_json.h"

#include <doctest/doctest.h>

#include "engine/event/parse_json.h"

namespace recourse::routes {
namespace {

std::string seal(std::string_view at, const Hash& commitment) {
  return R"({"$sealed":{"at":")" + std::string(at) + R"(","c":")" + to_base64(as_text(commitment)) +
         R"("}})";
}

OpenedTexts one(std::uint64_t position, SealedOrdinal ordinal, std::string json, const Hash& c) {
  OpenedTexts texts;
  std::vector<OpenedValue> values;
  values.push_back({Position(position), ordinal, "/data/title", std::move(json), "", c});
  texts.add(std::move(values));
  return texts;
}

constexpr Hash kA{1};
constexpr Hash kB{2};

TEST_CASE("without texts a sealed value says that it is sealed, where it is and what binds it") {
  const std::string row = R"({"a":)" + seal("3.0", kA) + R"(,"b":[)" + seal("12.4", kB) + "]}";
  CHECK(with_seals_shown(row) ==
        R"({"a":{"sealed":true,"at":"3.0","c":")" + to_base64(as_text(kA)) +
            R"("},"b":[{"sealed":true,"at":"12.4","c":")" + to_base64(as_text(kB)) + R"("}]})");
  CHECK(with_seals_shown(R"({"a":1})") == R"({"a":1})");
}

TEST_CASE("a text that only looks like a seal stays a text") {
  const std::string row = R"({"a":"{\"$sealed\":{\"at\":\"3.0\"}}"})";
  CHECK(with_seals_shown(row) == row);
  const auto shown = with_texts(row, OpenedTexts());
  REQUIRE(shown.ok());
  CHECK(*shown == row);
}

TEST_CASE("an opened text stands in the place of its seal") {
  const std::string row = R"({"n":1,"title":)" + seal("3.0", kA) + R"(,"x":"}"})";
  const auto shown = with_texts(row, one(3, 0, R"("Jane \"}{ Roe")", kA));
  REQUIRE(shown.ok());
  CHECK(*shown == R"({"n":1,"title":"Jane \"}{ Roe","x":"}"})");
}

TEST_CASE("an erased text is null and named by its pointer") {
  const std::string row = R"({"changes":[{"k":1},{"sealed_after":)" + seal("9.2", kB) +
                          R"(}],"title":)" + seal("3.0", kA) + "}";
  const auto shown = with_texts(row, one(3, 0, R"("Jane")", kA));
  REQUIRE(shown.ok());
  CHECK(
      *shown ==
      R"({"changes":[{"k":1},{"sealed_after":null}],"title":"Jane","erased":["/changes/1/sealed_after"]})");
  CHECK(parse_json(*shown).ok());
}

TEST_CASE("a text that the commitment does not bind is not shown") {
  const auto shown = with_texts(R"({"title":)" + seal("3.0", kA) + "}", one(3, 0, R"("Eve")", kB));
  REQUIRE(!shown.ok());
  CHECK(shown.error().code == ErrorCode::corrupt);
}

TEST_CASE("in a leaf the seals are counted in document order") {
  const std::string c = to_base64(as_text(kA));
  const std::string leaf = R"({"data":{"a":{"$sealed":{"c":"x","k":[],"r":"p","t":"s"}},)"
                           R"("b":{"$sealed":{"c":")" +
                           c + R"(","k":["sub_1"],"r":"p","t":"s"}}},"id":"evt_1"})";
  const auto shown = leaf_with_texts(leaf, Position(5), one(5, 1, R"("B")", kA));
  REQUIRE(shown.ok());
  CHECK(*shown == R"({"data":{"a":null,"b":"B"},"id":"evt_1","erased":["/data/a"]})");
}

}  // namespace
}  // namespace recourse::routes
