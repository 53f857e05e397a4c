#include "engine/event/canonical_json.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace recourse {
namespace {

std::string number(double value) {
  std::string out;
  append_canonical_number(out, value);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  append_canonical_string(out, text);
  return out;
}

TEST_CASE("numbers are printed as ECMAScript prints them") {
  // RFC 8785, appendix B, and the borders between the layouts of Number::toString.
  CHECK(number(0.0) == "0");
  CHECK(number(-0.0) == "0");
  CHECK(number(5e-324) == "5e-324");
  CHECK(number(-5e-324) == "-5e-324");
  CHECK(number(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(number(9007199254740992.0) == "9007199254740992");
  CHECK(number(295147905179352830000.0) == "295147905179352830000");
  CHECK(number(9.999999999999997e22) == "9.999999999999997e+22");
  CHECK(number(1e23) == "1e+23");
  CHECK(number(999999999999999700000.0) == "999999999999999700000");
  CHECK(number(1e21) == "1e+21");
  CHECK(number(9.999999999999997e-7) == "9.999999999999997e-7");
  CHECK(number(0.000001) == "0.000001");
  CHECK(number(333333333.33333329) == "333333333.3333333");
  CHECK(number(-0.0000033333333333333333) == "-0.0000033333333333333333");
  CHECK(number(1424953923781206.2) == "1424953923781206.2");
  CHECK(number(4.5) == "4.5");
  CHECK(number(100) == "100");
  CHECK(number(1.5e-10) == "1.5e-10");
}

TEST_CASE("only what must be escaped is escaped, and in the shortest way") {
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("plain text of more than eight bytes") == "\"plain text of more than eight bytes\"");
  CHECK(quoted("\b\t\n\f\r\"\\/") == R"("\b\t\n\f\r\"\\/")");
  CHECK(quoted(std::string_view("\0\x01\x0B\x1F\x7F", 5)) ==
        "\"\\u0000\\u0001\\u000b\\u001f\x7F\"");
  CHECK(quoted("\xE2\x82\xAC\xE2\x80\xA8\xC2\x85") == "\"\xE2\x82\xAC\xE2\x80\xA8\xC2\x85\"");
}

TEST_CASE("every byte is escaped or kept alike wherever it stands in a word of eight") {
  for (int code = 0; code < 0x80; ++code) {
    const char c = static_cast<char>(code);
    const std::string alone = quoted(std::string(1, c));
    const std::string escaped = alone.substr(1, alone.size() - 2);
    CHECK((escaped.size() == 1) == (code >= 0x20 && c != '"' && c != '\\'));
    for (std::size_t at = 0; at < 20; ++at) {
      const std::string before(at, '\xFF');
      const std::string after(19 - at, ' ');
      CHECK(quoted(before + c + after) == "\"" + before + escaped + after + "\"");
    }
  }
}

TEST_CASE("names stand in the order of their UTF-16 code units") {
  // The example of RFC 8785, 3.2.3.
  const Result<std::string> canonical = canonicalise(R"({
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  })");
  REQUIRE(canonical);
  CHECK(*canonical ==
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"\xC3\xB6\":\"Latin "
        "Small Letter O With Diaeresis\",\"\xE2\x82\xAC\":\"Euro Sign\",\"\xF0\x9F\x98\x80\":\""
        "Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST_CASE("a name precedes the longer ones it begins, and none precedes itself") {
  CHECK(canonical_name_less("", "a"));
  CHECK(canonical_name_less("a", "aa"));
  CHECK_FALSE(canonical_name_less("aa", "a"));
  CHECK_FALSE(canonical_name_less("a", "a"));
  CHECK(canonical_name_less("\xED\x9F\xBF", "\xF0\x90\x80\x80"));      // U+D7FF, U+10000
  CHECK(canonical_name_less("\xF4\x8F\xBF\xBF", "\xEE\x80\x80"));      // U+10FFFF, U+E000
  CHECK(canonical_name_less("\xF0\x9F\x98\x80", "\xF0\x9F\x98\x81"));  // within the pairs
  CHECK(canonical_name_less("\xEE\x80\x80", "\xEF\xBF\xBD"));
}

TEST_CASE("white space goes, order is settled at every depth, arrays stay as they are") {
  const Result<std::string> canonical =
      canonicalise(" { \"b\" : [ 3, 1.0, 2e0, {\"z\":null, \"y\":false} ], \"a\" : -0.0 } \n");
  REQUIRE(canonical);
  CHECK(*canonical == R"({"a":0,"b":[3,1,2,{"y":false,"z":null}]})");
}

TEST_CASE("nothing is normalised: two spellings of one letter are two names") {
  const std::string both = "{\"e\xCC\x81\":2,\"\xC3\xA9\":1}";
  CHECK(is_canonical(both));
}

TEST_CASE("only the canonical spelling is canonical") {
  CHECK(is_canonical(R"({"a":1,"b":[true,null,"x"]})"));
  for (const char* other :
       {R"({"b":1,"a":2})", R"({"a": 1})", R"([1.0])", R"([-0])", R"([1E30])", R"(["\u0061"])",
        R"(["\/"])", "[1]\n", R"({"a":1,"a":1})", "[", "", R"(["\u000A"])", R"([1e+2])"}) {
    CAPTURE(other);
    CHECK_FALSE(is_canonical(other));
  }
  CHECK(is_canonical("[1e+30]"));
}

}  // namespace
}  // namespace recourse
