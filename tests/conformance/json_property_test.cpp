#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/event/canonical_json.h"
#include "engine/event/json_fault.h"
#include "engine/event/parse_json.h"

namespace recourse {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

rc::Gen<std::string> any_string() {
  const auto code = rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(1, 0x80),
                                   rc::gen::inRange<std::uint32_t>(0x80, 0x800),
                                   rc::gen::inRange<std::uint32_t>(0xD700, 0xD800),
                                   rc::gen::inRange<std::uint32_t>(0xE000, 0x10000),
                                   rc::gen::inRange<std::uint32_t>(0x10000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(code), [](const auto& codes) {
    std::string out;
    for (const std::uint32_t each : codes) append_utf8(out, each);
    return out;
  });
}

rc::Gen<Json> any_number() {
  const auto integer =
      rc::gen::map(rc::gen::inRange<std::int64_t>(-Json::kMaxInteger, Json::kMaxInteger + 1),
                   [](std::int64_t number) { return Json(number); });
  const auto decimal =
      rc::gen::map(rc::gen::suchThat(
                       rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                                    [](std::uint64_t bits) { return std::bit_cast<double>(bits); }),
                       [](double number) { return Json::can_hold(number); }),
                   [](double number) { return Json(number); });
  return rc::gen::oneOf(integer, decimal);
}

rc::Gen<Json> any_json(int depth) {
  const auto leaf = rc::gen::oneOf(
      rc::gen::just(Json()),
      rc::gen::map(rc::gen::arbitrary<bool>(), [](bool b) { return Json(b); }), any_number(),
      rc::gen::map(any_string(), [](std::string text) { return Json(std::move(text)); }));
  if (depth == 0) return leaf;
  const auto array =
      rc::gen::map(rc::gen::resize(5, rc::gen::container<std::vector<Json>>(any_json(depth - 1))),
                   [](std::vector<Json> elements) { return Json::array(std::move(elements)); });
  const auto object =
      rc::gen::map(rc::gen::resize(5, rc::gen::container<std::vector<std::pair<std::string, Json>>>(
                                          rc::gen::pair(any_string(), any_json(depth - 1)))),
                   [](const auto& members) {
                     Json json = Json::object();
                     for (const auto& [name, value] : members) json.set(name, value);
                     return json;
                   });
  return rc::gen::oneOf(leaf, array, object);
}

/// A text that is nearly JSON: canonical JSON with some bytes replaced by ones with a meaning.
rc::Gen<std::string> nearly_json() {
  const auto edit =
      rc::gen::pair(rc::gen::arbitrary<std::uint32_t>(),
                    rc::gen::oneOf(rc::gen::elementOf(std::string("{}[]\",:\\u0dD8eE+-.19tfn \n")),
                                   rc::gen::arbitrary<char>()));
  return rc::gen::map(
      rc::gen::pair(any_json(2),
                    rc::gen::resize(
                        3, rc::gen::container<std::vector<std::pair<std::uint32_t, char>>>(edit))),
      [](const auto& made) {
        std::string text = canonical_json(made.first);
        for (const auto& [at, c] : made.second) text[at % text.size()] = c;
        return text;
      });
}

TEST_CASE("reading a canonical form gives the value it was made from") {
  CHECK(rc::check("parse(canonical(x)) == x", [] {
    const Json json = *any_json(3);
    const Result<Json> read = parse_json(canonical_json(json));
    RC_ASSERT(read.ok());
    RC_ASSERT(*read == json);
  }));
}

TEST_CASE("the canonical form of a canonical form is itself") {
  CHECK(rc::check("canonicalise is idempotent", [] {
    const std::string canonical = canonical_json(*any_json(3));
    const Result<std::string> again = canonicalise(canonical);
    RC_ASSERT(again.ok());
    RC_ASSERT(*again == canonical);
    RC_ASSERT(is_canonical(canonical));
  }));
}

TEST_CASE("white space and the order of members do not change the canonical form") {
  CHECK(rc::check("spelling does not matter", [] {
    const Json json = *rc::gen::suchThat(any_json(2), [](const Json& x) { return x.is_object(); });
    std::string spelling = " {";
    const Json::Members& members = *json.members();
    for (std::size_t i = members.size(); i-- > 0;) {
      append_canonical_string(spelling, members[i].name);
      spelling += "\t:\r\n" + canonical_json(members[i].value) + (i == 0 ? " " : ",");
    }
    const Result<std::string> canonical = canonicalise(spelling + "} ");
    RC_ASSERT(canonical.ok());
    RC_ASSERT(*canonical == canonical_json(json));
  }));
}

TEST_CASE("the parser and the plain reader that explains its refusals agree on every text") {
  CHECK(rc::check("two readers, one language", [] {
    const std::string text = *nearly_json();
    const Result<Json> json = parse_json(text);
    const std::optional<JsonFault> fault = find_json_fault(text, JsonLimits{}.depth);
    RC_CLASSIFY(json.ok());
    const bool unique = json.ok() || json.error().message.find("same name") == std::string::npos;
    if (unique) RC_ASSERT(json.ok() == !fault.has_value());
    if (fault) RC_ASSERT(fault->byte <= text.size());
  }));
}

}  // namespace
}  // namespace recourse
