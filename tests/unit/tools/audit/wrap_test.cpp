#include "tools/audit/wrap.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("lines end at spaces, and within words that are longer than a line") {
  CHECK(wrapped("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrapped("one two three", 8) == Lines{"one two", "three"});
  CHECK(wrapped("incomprehensible", 6) == Lines{"incomp", "rehens", "ible"});
  CHECK(wrapped("a incomprehensible", 6) == Lines{"a", "incomp", "rehens", "ible"});
  CHECK(wrapped("", 5) == Lines{""});
  CHECK(wrapped("as long as it likes", 0) == Lines{"as long as it likes"});
}

TEST_CASE("wide characters take two columns, combining ones and colours none") {
  CHECK(columns_of("日本") == 4);
  CHECK(columns_of("e\u0301") == 1);
  CHECK(columns_of("\x1b[33mred\x1b[0m") == 3);
  CHECK(wrapped("日本語", 4) == Lines{"日本", "語"});
  CHECK(wrapped("\x1b[33mab\x1b[0m cd", 2) == Lines{"\x1b[33mab\x1b[0m", "cd"});
}

TEST_CASE("no line is wider than asked for, and nothing is lost") {
  const std::string text = "Größe 12 → 13 \xff\xfe und 日本語 sowie Nächstes";
  for (std::size_t columns = 2; columns < 30; ++columns) {
    std::string together;
    for (const std::string& line : wrapped(text, columns)) {
      CHECK(columns_of(line) <= columns);
      together += line;
    }
    std::string expected, found;
    for (const char c : text)
      if (c != ' ') expected += c;
    for (const char c : together)
      if (c != ' ') found += c;
    CHECK(found == expected);
  }
}

}  // namespace
}  // namespace recourse
