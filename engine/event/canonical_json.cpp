#include "engine/event/canonical_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

namespace recourse {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

constexpr std::uint64_t has_zero_byte(std::uint64_t word) {
  return (word - kOnes) & ~word & kHighBits;
}

constexpr bool needs_escape(char c) {
  return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
}

/// Index of the first byte at or after `from` that has to be escaped, or the size.
std::size_t find_escape(std::string_view text, std::size_t from) {
  // Nearly all text needs no escape, so eight bytes are asked at once.
  while (text.size() - from >= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + from, sizeof word);
    const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighBits;
    if (control | has_zero_byte(word ^ kOnes * '"') | has_zero_byte(word ^ kOnes * '\\')) break;
    from += sizeof word;
  }
  while (from < text.size() && !needs_escape(text[from])) ++from;
  return from;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += "\\u00";
      out += c < 0x10 ? '0' : '1';
      out += "0123456789abcdef"[c & 0xF];
  }
}

/// Orders bytes so that comparing UTF-8 gives UTF-16 order: a character beyond U+FFFF is a pair of
/// surrogates there and so precedes U+E000 to U+FFFF, whose first bytes here are EE and EF.
constexpr int utf16_rank(char c) {
  const int byte = static_cast<std::uint8_t>(c);
  return byte == 0xEE || byte == 0xEF ? byte + 0x100 : byte;
}

void append_object(std::string& out, const Json::Members& members) {
  std::vector<const Json::Member*> sorted;
  sorted.reserve(members.size());
  for (const Json::Member& member : members) sorted.push_back(&member);
  std::sort(sorted.begin(), sorted.end(),
            [](auto* a, auto* b) { return canonical_name_less(a->name, b->name); });
  out += '{';
  for (const Json::Member* member : sorted) {
    if (member != sorted.front()) out += ',';
    append_canonical_string(out, member->name);
    out += ':';
    append_canonical_json(out, member->value);
  }
  out += '}';
}

void append_array(std::string& out, const Json::Array& elements) {
  out += '[';
  for (const Json& element : elements) {
    if (&element != &elements.front()) out += ',';
    append_canonical_json(out, element);
  }
  out += ']';
}

}  // namespace

bool canonical_name_less(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_b == b.end()) return false;
  if (in_a == a.end()) return true;
  return utf16_rank(*in_a) < utf16_rank(*in_b);
}

void append_canonical_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t from = 0;
  while (true) {
    const std::size_t escape = find_escape(text, from);
    out.append(text, from, escape - from);
    if (escape == text.size()) break;
    append_escape(out, text[escape]);
    from = escape + 1;
  }
  out += '"';
}

void append_canonical_integer(std::string& out, std::int64_t number) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

void append_canonical_number(std::string& out, double number) {
  RECOURSE_ASSERT(std::isfinite(number), "JSON has no infinity and no NaN");
  if (number == 0) {
    out += '0';
    return;
  }
  if (number < 0) out += '-';
  // d.ddde±xx: the shortest digits, and of several such the nearest, as ECMAScript asks.
  std::array<char, 32> buffer;
  const char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                        std::fabs(number), std::chars_format::scientific)
                              .ptr;
  const char* const e = std::find<const char*>(buffer.data(), end, 'e');
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  std::string digits(1, buffer[0]);
  if (buffer[1] == '.') digits.append<const char*>(buffer.data() + 2, e);

  // ECMA-262, Number::toString: k digits, and the point stands after the n-th.
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;
  if (k <= n && n <= 21) {
    out += digits;
    out.append(static_cast<std::size_t>(n - k), '0');
  } else if (0 < n && n <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(n));
    out += '.';
    out.append(digits, static_cast<std::size_t>(n));
  } else if (-6 < n && n <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-n), '0');
    out += digits;
  } else {
    out += digits[0];
    if (k > 1) {
      out += '.';
      out.append(digits, 1);
    }
    out += exponent > 0 ? "e+" : "e-";
    append_canonical_integer(out, std::abs(exponent));
  }
}

void append_canonical_json(std::string& out, const Json& json) {
  if (const auto* members = json.members()) {
    append_object(out, *members);
  } else if (const auto* elements = json.elements()) {
    append_array(out, *elements);
  } else if (const auto* text = json.string()) {
    append_canonical_string(out, *text);
  } else if (const auto integer = json.integer()) {
    append_canonical_integer(out, *integer);
  } else if (const auto number = json.number()) {
    append_canonical_number(out, *number);
  } else if (const auto boolean = json.boolean()) {
    out += *boolean ? "true" : "false";
  } else {
    out += "null";
  }
}

std::string canonical_json(const Json& json) {
  std::string out;
  append_canonical_json(out, json);
  return out;
}

Result<std::string> canonicalise(std::string_view text, const JsonLimits& limits) {
  RECOURSE_LET(const Json json, parse_json(text, limits));
  return canonical_json(json);
}

bool is_canonical(std::string_view text, const JsonLimits& limits) {
  const Result<std::string> canonical = canonicalise(text, limits);
  return canonical && *canonical == text;
}

}  // namespace recourse
