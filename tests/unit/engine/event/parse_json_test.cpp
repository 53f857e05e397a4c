#include "engine/event/parse_json.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "engine/event/canonical_json.h"

namespace recourse {
namespace {

std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
  const Result<Json> json = parse_json(text, limits);
  if (json) return "accepted as " + canonical_json(*json);
  CHECK(json.error().code == ErrorCode::invalid);
  return json.error().message;
}

bool refused_for(std::string_view text, std::string_view why) {
  const std::string message = refusal(text);
  CAPTURE(message);
  CHECK(message.find(why) != std::string::npos);
  return message.find(why) != std::string::npos;
}

Json parsed(std::string_view text) {
  Result<Json> json = parse_json(text);
  REQUIRE_MESSAGE(json, std::string(text));
  return *json;
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  out.reserve(part.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

TEST_CASE("a request body becomes a value with its members in the order sent") {
  const Json body = parsed(R"( {"tool":"refund","args":{"amount":12.5,"ids":[1,2]},"dry":true} )");
  CHECK(body.members()->at(1).name == "args");
  CHECK(*body.find("tool")->string() == "refund");
  CHECK(body.find("args")->find("amount")->number() == 12.5);
  CHECK(body.find("args")->find("ids")->elements()->at(1).integer() == 2);
  CHECK(body.find("dry")->boolean() == true);
}

TEST_CASE("a bare value is JSON too") {
  CHECK(parsed("42") == Json(42));
  CHECK(parsed("\"x\"") == Json("x"));
  CHECK(parsed(" null\n").is_null());
}

TEST_CASE("equal names are refused, also when one is escaped, and the object is named") {
  CHECK(refused_for(R"({"a":1,"a":1})", "same name in the object at \"\""));
  CHECK(refused_for(R"({"a":1,"\u0061":2})", "same name"));
  CHECK(refused_for(R"({"x":[0,{"p/q":{"b":1,"b":2}}]})", "at \"/x/1/p~1q\""));
  CHECK(parse_json(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST_CASE("a pointer in an error is short, valid UTF-8 and cannot forge lines") {
  const std::string long_name = repeated("\xC3\xA9", 5000);
  const std::string message = refusal("{\"\\n" + long_name + "\":{\"a\":1,\"a\":2}}");
  CHECK(message.size() < 300);
  CHECK(message.find('\n') == std::string::npos);
  CHECK(parse_json("\"" + message.substr(message.find('"') + 1)));
}

TEST_CASE("integers are exact up to 2^53-1 and refused beyond, in whatever notation") {
  CHECK(parsed("9007199254740991").integer() == 9007199254740991);
  CHECK(parsed("-9007199254740991").integer() == -9007199254740991);
  for (const char* beyond : {"9007199254740992", "-9007199254740992", "9223372036854775807",
                             "9223372036854775808", "18446744073709551615", "18446744073709551616",
                             "100000000000000000000000", "9007199254740992.0", "1e17", "1e20"}) {
    CAPTURE(beyond);
    CHECK(refused_for(beyond, "an integer beyond 2^53-1"));
  }
}

TEST_CASE("an integer in another notation is that integer, and minus zero is zero") {
  CHECK(parsed("[1.0,1e3,-2.5e1,10E-1]") == Json::array({1, 1000, -25, 1}));
  CHECK(parsed("[-0,-0.0,0e9,-0E-7]") == Json::array({0, 0, 0, 0}));
}

TEST_CASE("decimals are the nearest double; what a double cannot hold is refused") {
  CHECK(parsed("0.1").number() == 0.1);
  CHECK(parsed("1e300").number() == 1e300);
  CHECK(parsed("5e-324").number() == 5e-324);
  CHECK(refused_for("[1e400]", "does not fit into a double"));
  CHECK(refused_for("-1e400", "does not fit into a double"));
  CHECK(refused_for("[0.0,1e-400]", "at byte 5: a number that does not fit into a double"));
}

TEST_CASE("strings are valid Unicode without U+0000") {
  CHECK(*parsed(R"("\ud83d\ude00\u00e9\/")").string() == "\xF0\x9F\x98\x80\xC3\xA9/");
  CHECK(*parsed("\"\xED\x9F\xBF\xEE\x80\x80\"").string() == "\xED\x9F\xBF\xEE\x80\x80");
  CHECK(*parsed(R"("\\u0000")").string() == "\\u0000");
  for (const char* lone : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\ud800")",
                           R"("\ud800\u0041")", R"({"\udfff":1})", R"("\ude00\ud83d")"}) {
    CAPTURE(lone);
    CHECK(refused_for(lone, "a lone surrogate"));
  }
  CHECK(refused_for(R"(["a\u0000b"])", "at byte 3: U+0000"));
  CHECK(refused_for(R"({"a\u0000":1})", "U+0000"));
  CHECK(refused_for(std::string_view("\"a\0b\"", 5), "a control character"));
  CHECK(refused_for("\"a\nb\"", "a control character"));
  for (const char* bytes : {"\"\xFF\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                            "\"\xE2\x82\"", "\"\xF0\x80\x80\x80\""}) {
    CHECK(refused_for(bytes, "at byte 1: not UTF-8"));
  }
}

TEST_CASE("a byte order mark and anything after the value are refused") {
  CHECK(refused_for("\xEF\xBB\xBF{}", "a byte order mark"));
  CHECK(refused_for("{} {}", "at byte 3: something after the value"));
  CHECK(refused_for("1 2", "something after the value"));
  CHECK(refused_for(std::string_view("1\0", 2), "something after the value"));
}

TEST_CASE("an error says at which byte the grammar was left") {
  CHECK(refused_for("", "at byte 0: the end of the text"));
  CHECK(refused_for("  ", "at byte 2: the end of the text"));
  CHECK(refused_for("{\"a\":}", "at byte 5: not a JSON value"));
  CHECK(refused_for("{\"a\" 1}", "at byte 5: a colon"));
  CHECK(refused_for("{a:1}", "at byte 1: a member needs a name"));
  CHECK(refused_for("{\"a\":1,}", "at byte 7: a member needs a name"));
  CHECK(refused_for("[1 2]", "at byte 3: a comma or a closing bracket"));
  CHECK(refused_for("[1,]", "at byte 3: not a JSON value"));
  CHECK(refused_for("\"abc", "a string without an end"));
  CHECK(refused_for("\"\\x\"", "at byte 1: an unknown escape"));
  CHECK(refused_for("[01]", "leading zeros"));
  CHECK(refused_for("[1.]", "a digit is expected after the point"));
  CHECK(refused_for("[1e]", "a digit is expected in the exponent"));
  CHECK(refused_for("[+1]", "not a JSON value"));
  CHECK(refused_for("[NaN]", "not a JSON value"));
  CHECK(refused_for("nul", "not a JSON value"));
}

TEST_CASE("nesting is limited to exactly the depth allowed") {
  const auto nested = [](std::size_t depth) { return repeated("[", depth) + repeated("]", depth); };
  CHECK(parse_json(nested(64)));
  CHECK(refused_for(nested(65), "at byte 64: nested too deeply"));
  const JsonLimits flat{.size_bytes = 100, .depth = 1};
  CHECK(parse_json("[1]", flat));
  CHECK(refusal("[{}]", flat).find("nested too deeply") != std::string::npos);
  CHECK(parse_json("1", JsonLimits{.depth = 0}));
  CHECK(parse_json(nested(512), JsonLimits{.depth = 512}));
  CHECK(refused_for(nested(10'000), "nested too deeply"));
  CHECK(refused_for(repeated("{\"a\":", 10'000), "nested too deeply"));
  CHECK(refused_for(repeated("[", 1 << 20), "nested too deeply"));
}

TEST_CASE("a text past the size limit is too large, whatever it holds") {
  const JsonLimits limits{.size_bytes = 4};
  CHECK(parse_json("[10]", limits));
  const Result<Json> large = parse_json("[100]", limits);
  REQUIRE_FALSE(large);
  CHECK(large.error().code == ErrorCode::too_large);
  CHECK(parse_json("\"" + std::string((1 << 20) - 2, 'x') + "\""));
  CHECK(parse_json("\"" + std::string((1 << 20) - 1, 'x') + "\"").error().code ==
        ErrorCode::too_large);
}

TEST_CASE("hostile bodies of the largest size take time in proportion to their size") {
  // A quadratic step over some 100,000 names or digits would take minutes, not parts of a second.
  const auto start = std::chrono::steady_clock::now();
  std::string names = "{";
  for (int i = 0; names.size() < (1 << 20) - 32; ++i) names += "\"" + std::to_string(i) + "\":1,";
  CHECK(parse_json(names + "\"last\":1}"));
  CHECK(refused_for(names + "\"0\":1}", "same name"));
  CHECK(refused_for(repeated("9", 1 << 20), "does not fit into a double"));
  CHECK(refused_for("0." + repeated("0", (1 << 20) - 3) + "1", "does not fit into a double"));
  CHECK(refused_for("[" + repeated("0.0,", (1 << 18) - 1), "not JSON"));
  CHECK(parse_json("[" + repeated("0.0,", (1 << 18) - 1) + "1]"));
  CHECK(refused_for(repeated("\\", 1 << 20), "not a JSON value"));
  CHECK(refused_for("\"" + repeated("\\ud800", (1 << 20) / 6 - 1), "a lone surrogate"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("a text is read by its length alone, whatever was parsed before or lies behind it") {
  const std::string longer = "[123456789,123456789]";
  CHECK(parse_json(longer));
  CHECK(parsed(std::string_view(longer).substr(1, 3)) == Json(123));
  CHECK(refused_for(std::string_view(longer).substr(0, 10), "a comma or a closing bracket"));
  CHECK(parse_json(longer));
}

}  // namespace
}  // namespace recourse
