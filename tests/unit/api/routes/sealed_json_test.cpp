#include "api/routes/sealed_json.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/event/parse_json.h"

namespace recourse::routes {
namespace {

std::string seal(std::string_view at, const Hash& commitment) {
  return R"({"$sealed":{"at":")" + std::string(at) + R"(","c":")" + to_base64(as_text(commitment)) +
         R"("}})";
}

OpenedTexts one(std::uint64_t position, SealedOrdinal ordinal, std::string_view json,
                const Hash& c) {
  OpenedTexts texts;
  texts.add({Position(position), ordinal, "/data/title", json, "", c});
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

TEST_CASE("the texts of several tickets are found wherever their events lie") {
  OpenedTexts texts;
  const std::vector<std::vector<std::uint64_t>> tickets = {{3, 9, 40}, {1, 2, 41}, {50, 51}, {7}};
  for (const auto& positions : tickets)
    for (const std::uint64_t position : positions)
      for (const SealedOrdinal ordinal : {SealedOrdinal{0}, SealedOrdinal{2}}) {
        const std::string json = std::to_string(position * 10 + ordinal);
        texts.add(
            {Position(position), ordinal, "", json, "", Hash{static_cast<uint8_t>(position)}});
      }
  for (std::uint64_t position = 0; position < 60; ++position)
    for (std::uint64_t ordinal = 0; ordinal < 4; ++ordinal) {
      const bool there =
          ordinal % 2 == 0 && std::any_of(tickets.begin(), tickets.end(), [&](auto& t) {
            return std::find(t.begin(), t.end(), position) != t.end();
          });
      const auto text = texts.find(position, ordinal);
      REQUIRE(text.has_value() == there);
      if (!text) continue;
      CHECK(text->json == std::to_string(position * 10 + ordinal));
      CHECK(text->commitment[0] == position);
    }
}

TEST_CASE("a row whose last text is refused leaves nothing of itself behind") {
  OpenedTexts texts = one(3, 0, R"("Jane")", kA);
  texts.add({Position(4), 0, "", R"("Eve")", "", kB});
  std::string out = "before";
  const std::string row = R"({"a":)" + seal("3.0", kA) + R"(,"b":)" + seal("4.0", kA) + "}";
  const Status refused = append_with_texts(out, row, texts);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::corrupt);
  CHECK(out == "before");
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
