#include "tools/import/storable_text.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

TEST_CASE("plain text is stored as it is") {
  CHECK(storable_text("Grüße 🙂\nline two") == "Grüße 🙂\nline two");
  CHECK(is_storable("Grüße 🙂"));
}

TEST_CASE("a bearer token is redacted before it is stored") {
  const std::string text = "Authorization: Bearer abcdef0123456789";
  CHECK_FALSE(is_storable(text));
  CHECK(storable_text(text).find("abcdef0123456789") == std::string::npos);
}

TEST_CASE("bytes that are no text are replaced and the rest is kept") {
  CHECK(storable_text(std::string("a\xFF"
                                  "b",
                                  3)) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(storable_text(std::string("a\0b", 3)) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(storable_text("ends in the middle \xE2\x82") ==
        "ends in the middle \xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK_FALSE(is_storable(std::string_view("a\0b", 3)));
}

TEST_CASE("a long text is cut between characters and says how much is missing") {
  std::string text(kMaxStoredBytes - 1, 'x');
  text += "€uro";
  const std::string stored = storable_text(text);
  CHECK(
      stored.starts_with(std::string(kMaxStoredBytes - 1, 'x') + "\n[cut by the import: 6 bytes"));
  CHECK_FALSE(is_storable(text));
}

TEST_CASE("a word of the source stands in a leaf unless it could tell who somebody is") {
  CHECK(clear_word("key", "Awaiting User Info").text == "Awaiting User Info");
  CHECK(clear_word("key", "-100").text == "-100");
  const std::string hidden = clear_word("key", "jane@example.com").text;
  CHECK(hidden.starts_with("word-"));
  CHECK(hidden == clear_word("key", "jane@example.com").text);
  CHECK(hidden != clear_word("key", "john@example.com").text);
  CHECK(hidden != clear_word("other key", "jane@example.com").text);
  CHECK(clear_word("key", std::string(500, 'x')).text.size() < 64);
}

}  // namespace
}  // namespace recourse
