#include "engine/event/parse_json.h"

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "engine/event/canonical_json.h"
#include "engine/event/json_fault.h"

namespace recourse {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 512;  // of our own recursion; simdjson itself stops at 1024
constexpr std::size_t kKeptParserText = 64 * 1024;
constexpr std::size_t kMaxQuotedPointer = 128;

/// simdjson's escapes let U+0000 and a lone low surrogate through; raw bytes it has validated.
bool is_clean(std::string_view text) {
  if (text.empty()) return true;
  if (std::memchr(text.data(), '\0', text.size())) return false;
  const char* at = text.data();
  const char* const end = at + text.size();
  while ((at = static_cast<const char*>(
              std::memchr(at, 0xED, static_cast<std::size_t>(end - at)))) != nullptr) {
    if (end - at < 2 || static_cast<std::uint8_t>(at[1]) >= 0xA0) return false;
    ++at;
  }
  return true;
}

/// Copies simdjson's tape into a Json and checks what simdjson does not. Where it finds something
/// wrong it gives up; where exactly, the second look says.
class TapeReader {
 public:
  explicit TapeReader(std::size_t depth) : depth_(depth) {}

  /// Nothing: the text breaks a rule.
  std::optional<Json> read(const dom::element& element, std::size_t depth = 0) {
    switch (element.type()) {
      case dom::element_type::OBJECT:
        return object(dom::object(element), depth + 1);
      case dom::element_type::ARRAY:
        return array(dom::array(element), depth + 1);
      case dom::element_type::STRING:
        return string(std::string_view(element));
      case dom::element_type::INT64: {
        const std::int64_t number(element);
        if (!Json::can_hold(number)) return std::nullopt;
        return Json(number);
      }
      case dom::element_type::UINT64:
        return std::nullopt;  // only those beyond int64 come as this type
      case dom::element_type::DOUBLE: {
        const double number(element);
        if (number == 0) saw_zero_ = true;
        if (!Json::can_hold(number)) return std::nullopt;
        return Json(number);
      }
      case dom::element_type::BOOL:
        return Json(bool(element));
      case dom::element_type::NULL_VALUE:
        return Json(nullptr);
    }
    return std::nullopt;
  }

  /// Whether a decimal became 0: it may have been one too small for a double.
  bool saw_zero() const { return saw_zero_; }

  /// Pointer of the object with two equal names, if that was the fault. Built while unwinding.
  const std::optional<std::string>& duplicate_in() const { return duplicate_in_; }

 private:
  std::optional<Json> string(std::string_view text) {
    if (!is_clean(text)) return std::nullopt;
    return Json(text);
  }

  std::optional<Json> object(const dom::object& object, std::size_t depth) {
    if (depth > depth_) return std::nullopt;
    Json::Members members;
    members.reserve(object.size());
    for (const dom::key_value_pair member : object) {
      if (!is_clean(member.key)) return std::nullopt;
      std::optional<Json> value = read(member.value, depth);
      if (!value) return came_through(member.key), std::nullopt;
      members.push_back({std::string(member.key), *std::move(value)});
    }
    Result<Json> unique = Json::object_of(std::move(members));
    if (!unique) {
      duplicate_in_.emplace();
      return std::nullopt;
    }
    return std::move(unique).value();
  }

  std::optional<Json> array(const dom::array& array, std::size_t depth) {
    if (depth > depth_) return std::nullopt;
    Json::Array elements;
    elements.reserve(array.size());
    for (const dom::element element : array) {
      std::optional<Json> value = read(element, depth);
      if (!value) return came_through(std::to_string(elements.size())), std::nullopt;
      elements.push_back(*std::move(value));
    }
    return Json::array(std::move(elements));
  }

  void came_through(std::string_view name) {
    if (!duplicate_in_) return;
    std::string token = "/";
    for (const char c : name) {
      if (c == '~') {
        token += "~0";
      } else if (c == '/') {
        token += "~1";
      } else {
        token += c;
      }
    }
    duplicate_in_->insert(0, token);
  }

  std::size_t depth_;
  bool saw_zero_ = false;
  std::optional<std::string> duplicate_in_;
};

/// Short, and quoted so that a hostile name cannot forge a line of a log file.
std::string quoted(std::string pointer) {
  if (pointer.size() > kMaxQuotedPointer) {
    std::size_t end = kMaxQuotedPointer;
    while (end > 0 && (static_cast<std::uint8_t>(pointer[end]) & 0xC0) == 0x80) --end;
    pointer.resize(end);
    pointer += "...";
  }
  std::string out;
  append_canonical_string(out, pointer);
  return out;
}

Error explain(std::string_view text, std::size_t depth) {
  const std::optional<JsonFault> fault = find_json_fault(text, depth);
  if (!fault) return Error{ErrorCode::invalid, "the text is not JSON"};
  return Error{ErrorCode::invalid, "the text is not JSON as accepted here: at byte " +
                                       std::to_string(fault->byte) + ": " + fault->what};
}

Result<Json> parse_with(dom::parser& parser, std::string_view text, std::size_t depth) {
  dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    return explain(text, depth);
  }
  TapeReader reader(depth);
  std::optional<Json> json = reader.read(root);
  if (reader.duplicate_in()) {
    return Error{ErrorCode::invalid, "two members have the same name in the object at " +
                                         quoted(*reader.duplicate_in())};
  }
  if (!json) return explain(text, depth);
  if (reader.saw_zero() && find_json_fault(text, depth)) return explain(text, depth);
  return *std::move(json);
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  RECOURSE_ASSERT(limits.depth <= kMaxDepth, "nesting is limited by the stack");
  if (text.size() > limits.size_bytes) {
    return Error{ErrorCode::too_large, "the JSON text has " + std::to_string(text.size()) +
                                           " bytes, the limit is " +
                                           std::to_string(limits.size_bytes)};
  }
  if (text.empty()) return explain(text, limits.depth);
  // A parser keeps some ten times the largest text it has seen. Large texts are rare: they bring
  // their own, so that every thread does not hold megabytes for ever.
  if (text.size() > kKeptParserText) {
    dom::parser parser;
    return parse_with(parser, text, limits.depth);
  }
  thread_local dom::parser parser;
  return parse_with(parser, text, limits.depth);
}

}  // namespace recourse
