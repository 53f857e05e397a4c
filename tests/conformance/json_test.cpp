#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"
#include "tests/conformance/shared_data.h"

namespace recourse {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

std::string number_line(std::uint64_t bits) {
  std::array<char, 16> hex;
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), bits, 16).ptr;
  std::string line(hex.data(), end);
  line += ',';
  append_canonical_number(line, std::bit_cast<double>(bits));
  return line;
}

std::uint64_t bits_of(const std::string& line) {
  std::uint64_t bits = 0;
  std::from_chars(line.data(), line.data() + line.find(','), bits, 16);
  return bits;
}

TEST_CASE("documents become the canonical bytes that the author of RFC 8785 published") {
  const auto folder = shared_data("canonical-json");
  if (!folder) return;
  int documents = 0;
  for (const auto& input : std::filesystem::directory_iterator(*folder / "input")) {
    const std::string name = input.path().filename().string();
    CAPTURE(name);
    const std::string expected = contents(*folder / "output" / name);
    const Result<std::string> canonical = canonicalise(contents(input.path()));
    REQUIRE(canonical);
    CHECK(*canonical == expected);
    CHECK(is_canonical(expected));
    ++documents;
  }
  CHECK(documents > 0);
}

TEST_CASE("numbers are printed as in the published list, and read back as the same double") {
  const auto file = shared_data("canonical-json/es6-numbers-1000.csv.gz");
  if (!file) return;
  for (const std::string& line : lines_of(contents(*file))) {
    CHECK(number_line(bits_of(line)) == line);
    const double number = std::bit_cast<double>(bits_of(line));
    if (!Json::can_hold(number)) continue;
    const Result<Json> read = parse_json(line.substr(line.find(',') + 1));
    REQUIRE_MESSAGE(read, line);
    CHECK(read->number() == number);
  }
}

TEST_CASE("the first 100,000 numbers of the published sequence have the published check sums") {
  const auto file = shared_data("canonical-json/es6-numbers-1000.csv.gz");
  if (!file) return;
  // The sequence: chosen values, then 2,000 consecutive doubles from the smallest normal one, which
  // is itself among the chosen, then the finite ones among the little-endian words of a chain of
  // SHA-256 values that starts from 32 zero bytes.
  constexpr std::uint64_t kSmallestNormal = 0x0010000000000000;
  constexpr std::uint64_t kConsecutive = 2000;
  std::vector<std::uint64_t> sequence;
  for (const std::string& line : lines_of(contents(*file))) {
    if (bits_of(line) == kSmallestNormal + 1) break;
    sequence.push_back(bits_of(line));
  }
  REQUIRE(sequence.back() == kSmallestNormal);
  for (std::uint64_t i = 1; i < kConsecutive; ++i) sequence.push_back(kSmallestNormal + i);
  Hash block{};
  while (sequence.size() < 100'000) {
    block = sha256(as_text(block));
    for (std::size_t word = 0; word < block.size(); word += 8) {
      std::uint64_t bits = 0;
      for (std::size_t i = 8; i-- > 0;) bits = bits << 8 | block[word + i];
      const double number = std::bit_cast<double>(bits);
      if (std::isfinite(number) && number != 0) sequence.push_back(bits);
    }
  }

  const auto check_sum = [&](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += number_line(sequence[i]) + '\n';
    return to_hex(as_text(sha256(text)));
  };
  CHECK(check_sum(1'000) == "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687");
  CHECK(check_sum(10'000) == "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892");
  CHECK(check_sum(100'000) == "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7");
}

/// An unescaped backslash, then u0000.
bool has_escaped_nul(std::string_view text) {
  for (std::size_t at = text.find("\\u0000"); at != text.npos; at = text.find("\\u0000", at + 1)) {
    std::size_t slashes = 0;
    while (slashes < at && text[at - slashes - 1] == '\\') ++slashes;
    if (slashes % 2 == 0) return true;
  }
  return false;
}

/// Of a text that is JSON. Compares names as spelt, so an escaped twin is not seen.
bool has_equal_names(std::string_view text) {
  std::vector<std::set<std::string_view>> open_objects;
  std::string_view last_string;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') open_objects.emplace_back();
    if (text[at] == '}') open_objects.pop_back();
    if (text[at] == ':' && !open_objects.back().insert(last_string).second) return true;
    if (text[at] != '"') continue;
    const std::size_t start = at++;
    while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    last_string = text.substr(start, at - start);
  }
  return false;
}

/// What RFC 8259 leaves to the reader and evidence cannot leave open: the only reasons why a text
/// that others accept may be refused here.
bool is_refused_by_our_rules(const std::string& message) {
  for (const char* rule :
       {"two members have the same name", "U+0000 in a string", "a lone surrogate", "not UTF-8",
        "a byte order mark", "an integer beyond 2^53-1", "does not fit into a double"}) {
    if (message.find(rule) != std::string::npos) return true;
  }
  return false;
}

struct ParsingCase {
  std::string name;
  std::string expect;
  std::string text;
};

std::vector<ParsingCase> parsing_cases() {
  std::vector<ParsingCase> cases;
  const auto file = shared_data("json-parsing/cases.ndjson.gz");
  if (!file) return cases;
  for (const std::string& line : lines_of(contents(*file))) {
    const Result<Json> json = parse_json(line);
    REQUIRE_MESSAGE(json, line);
    const Result<std::string> text = from_base64(*json->find("base64")->string());
    REQUIRE_MESSAGE(text, line);
    cases.push_back({*json->find("file")->string(), *json->find("expect")->string(), *text});
  }
  return cases;
}

TEST_CASE("what is not JSON is refused, and what is JSON is refused only by a rule of ours") {
  for (const auto& [name, expect, text] : parsing_cases()) {
    CAPTURE(name);
    const Result<Json> json = parse_json(text);
    if (expect == "reject") {
      CHECK_FALSE(json);
    } else if (expect == "accept") {
      CHECK(json.ok() == !(has_equal_names(text) || has_escaped_nul(text)));
    }
    // Raw zero bytes: the text is in another encoding, and RFC 8259 knows only UTF-8.
    const bool other_encoding = text.find('\0') != std::string::npos;
    if (!json && expect != "reject" && !other_encoding) {
      CAPTURE(json.error().message);
      CHECK(is_refused_by_our_rules(json.error().message));
    }
  }
}

TEST_CASE("whatever is accepted has one canonical form, which reads back as the same value") {
  for (const auto& [name, expect, text] : parsing_cases()) {
    CAPTURE(name);
    const Result<Json> json = parse_json(text);
    if (!json) continue;
    const std::string canonical = canonical_json(*json);
    const Result<Json> again = parse_json(canonical);
    REQUIRE(again);
    CHECK(*again == *json);
    CHECK(canonical_json(*again) == canonical);
  }
}

TEST_CASE("every refusal has a reason in our own words, also for texts that were cut off") {
  for (const auto& [name, expect, text] : parsing_cases()) {
    CAPTURE(name);
    const std::size_t step = text.size() / 200 + 1;
    for (std::size_t size = 0; size <= text.size(); size += step) {
      const Result<Json> json = parse_json(std::string_view(text).substr(0, size));
      if (json) continue;
      const std::string& message = json.error().message;
      CHECK_MESSAGE((message.find("at byte ") != std::string::npos ||
                     message.find("same name") != std::string::npos),
                    message);
    }
  }
}

}  // namespace
}  // namespace recourse
