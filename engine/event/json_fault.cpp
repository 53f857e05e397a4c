#include "engine/event/json_fault.h"

#include <charconv>
#include <cstdint>

#include "engine/event/json.h"

namespace recourse {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Length of the UTF-8 sequence at the start of `text` (Unicode, table 3-7), 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto continues = [&](std::size_t i, std::uint8_t low = 0x80, std::uint8_t high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
    const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;  // nothing above U+10FFFF
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// A plain reader of the grammar that remembers where it stopped.
class FaultFinder {
 public:
  FaultFinder(std::string_view text, std::size_t depth) : text_(text), depth_(depth) {}

  std::optional<JsonFault> find() {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      fail("a byte order mark");
    } else if (value(0)) {
      skip_space();
      if (!at_end()) fail("something after the value");
    }
    return fault_;
  }

 private:
  bool fail(const char* what) { return fail(at_, what); }
  bool fail(std::size_t byte, const char* what) {
    fault_ = JsonFault{byte, what};
    return false;
  }

  bool at_end() const { return at_ == text_.size(); }
  char here() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') ++at_;
  }

  bool value(std::size_t depth) {
    skip_space();
    if (at_end()) return fail("the end of the text where a value is expected");
    switch (here()) {
      case '{':
        return object(depth + 1);
      case '[':
        return array(depth + 1);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return fail("not a JSON value");
    at_ += expected.size();
    return true;
  }

  bool object(std::size_t depth) {
    if (depth > depth_) return fail("nested too deeply");
    ++at_;
    skip_space();
    if (take('}')) return true;
    do {
      skip_space();
      if (here() != '"') return fail("a member needs a name in double quotes");
      if (!string()) return false;
      skip_space();
      if (!take(':')) return fail("a colon is expected after a name");
      if (!value(depth)) return false;
      skip_space();
    } while (take(','));
    return take('}') || fail("a comma or a closing brace is expected");
  }

  bool array(std::size_t depth) {
    if (depth > depth_) return fail("nested too deeply");
    ++at_;
    skip_space();
    if (take(']')) return true;
    do {
      if (!value(depth)) return false;
      skip_space();
    } while (take(','));
    return take(']') || fail("a comma or a closing bracket is expected");
  }

  bool string() {
    ++at_;
    while (!at_end()) {
      const char c = here();
      if (c == '"') return ++at_, true;
      if (static_cast<std::uint8_t>(c) < 0x20) return fail("a control character in a string");
      if (c == '\\') {
        if (!escape()) return false;
        continue;
      }
      const std::size_t length = sequence_length(text_.substr(at_));
      if (length == 0) return fail("not UTF-8");
      at_ += length;
    }
    return fail("a string without an end");
  }

  bool escape() {
    const std::size_t start = at_++;
    const char c = here();
    if (c != 'u') {
      if (at_end() || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
        return fail(start, "an unknown escape");
      }
      return ++at_, true;
    }
    const std::optional<std::uint32_t> unit = escaped_unit();
    if (!unit) return fail(start, "an unknown escape");
    if (*unit == 0) return fail(start, "U+0000 in a string");
    const bool high = *unit >= 0xD800 && *unit <= 0xDBFF;
    const bool low = *unit >= 0xDC00 && *unit <= 0xDFFF;
    if (low) return fail(start, "a lone surrogate");
    if (!high) return true;
    if (!take('\\')) return fail(start, "a lone surrogate");
    const std::optional<std::uint32_t> second = escaped_unit();
    if (!second || *second < 0xDC00 || *second > 0xDFFF) return fail(start, "a lone surrogate");
    return true;
  }

  /// Of "uXXXX".
  std::optional<std::uint32_t> escaped_unit() {
    if (!take('u') || text_.size() - at_ < 4) return std::nullopt;
    std::uint32_t unit = 0;
    const char* const end = text_.data() + at_ + 4;
    const auto read = std::from_chars(text_.data() + at_, end, unit, 16);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    at_ += 4;
    return unit;
  }

  void digits() {
    while (is_digit(here())) ++at_;
  }

  bool number() {
    const std::size_t start = at_;
    take('-');
    const std::size_t first = at_;
    digits();
    if (at_ == first) return fail(start, "not a JSON value");
    if (text_[first] == '0' && at_ - first > 1) return fail(start, "a number with leading zeros");
    if (take('.')) {
      if (!is_digit(here())) return fail("a digit is expected after the point");
      digits();
    }
    const std::string_view mantissa = text_.substr(first, at_ - first);
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!is_digit(here())) return fail("a digit is expected in the exponent");
      digits();
    }
    return representable(start, mantissa);
  }

  bool representable(std::size_t start, std::string_view mantissa) {
    const bool zero = mantissa.find_first_not_of("0.") == std::string_view::npos;
    if (zero) return true;
    double number = 0;
    const auto read = std::from_chars(text_.data() + start, text_.data() + at_, number);
    if (read.ec != std::errc() || number == 0) {
      return fail(start, "a number that does not fit into a double");
    }
    const bool written_as_integer = mantissa.size() == at_ - start - (text_[start] == '-') &&
                                    mantissa.find('.') == std::string_view::npos;
    const bool exact = written_as_integer ? number >= -static_cast<double>(Json::kMaxInteger) &&
                                                number <= static_cast<double>(Json::kMaxInteger)
                                          : Json::can_hold(number);
    return exact || fail(start, "an integer beyond 2^53-1; write it as a string");
  }

  std::string_view text_;
  std::size_t depth_;
  std::size_t at_ = 0;
  std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text, std::size_t depth) {
  return FaultFinder(text, depth).find();
}

}  // namespace recourse
