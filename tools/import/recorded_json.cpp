#include "tools/import/recorded_json.h"

#include "engine/event/canonical_json.h"
#include "tools/import/byte_source.h"

namespace recourse {

Result<std::optional<RecordedJson>> member(RecordedJson json, std::string_view name) {
  std::optional<RecordedJson> found;
  bool seen = false;
  for (const auto [key, value] : simdjson::dom::object(json)) {
    if (key != name) continue;
    if (seen) return Error{ErrorCode::invalid, "the name " + std::string(name) + " stands twice"};
    seen = true;
    if (!value.is_null()) found = value;
  }
  return found;
}

Result<std::optional<RecordedJson>> first_member(RecordedJson json,
                                                 std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    RECOURSE_LET(const auto found, member(json, name));
    if (found) return found;
  }
  return std::optional<RecordedJson>{};
}

Result<std::string> text_of(RecordedJson json) {
  std::string_view text;
  if (json.get(text) != simdjson::SUCCESS) return std::string(simdjson::minify(json));
  if (text.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::invalid, "a text holds U+0000, which cannot be stored"};
  }
  return std::string(text);
}

Result<std::string> text_of_member(RecordedJson json, std::string_view name) {
  RECOURSE_LET(const auto found, member(json, name));
  if (!found) return std::string();
  return text_of(*found);
}

std::optional<std::string> canonical_if_json(std::string_view text) {
  JsonLimits limits;
  limits.size_bytes = ByteSource::kMaxLineBytes;
  auto canonical = canonicalise(text, limits);
  if (!canonical) return std::nullopt;
  return std::move(*canonical);
}

}  // namespace recourse
