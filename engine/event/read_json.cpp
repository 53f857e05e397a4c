#include "engine/event/read_json.h"

namespace recourse::described {

bool read_text(const simdjson::dom::element& json, std::string& text) {
  std::string_view view;
  if (json.get(view)) return false;
  text = view;
  return true;
}

bool read_time(const simdjson::dom::element& json, Timestamp& time) {
  std::string_view text;
  if (json.get(text)) return false;
  const auto read = from_rfc3339(text);
  if (read) time = *read;
  return read.ok();
}

bool read_hash(const simdjson::dom::element& json, Hash& hash) {
  std::string_view text;
  if (json.get(text)) return false;
  const auto read = hash_from_base64(text);
  if (read) hash = *read;
  return read.ok();
}

bool read_sealed(const simdjson::dom::element& json, Sealed& sealed) {
  simdjson::dom::object outer, inner;
  if (json.get(outer) || outer.size() != 1 || outer.at_key("$sealed").get(inner)) return false;
  std::string_view kind;
  simdjson::dom::array subjects;
  simdjson::dom::element commitment, retention;
  if (inner.size() != 4 || inner.at_key("c").get(commitment) || inner.at_key("k").get(subjects) ||
      inner.at_key("r").get(retention) || inner.at_key("t").get(kind))
    return false;
  if (!read_hash(commitment, sealed.commitment) || !read_text(retention, sealed.retention) ||
      kind.size() != 1 || std::string_view("snoa").find(kind[0]) == std::string_view::npos)
    return false;
  sealed.kind = static_cast<SealedKind>(kind[0]);
  sealed.subjects.clear();
  for (const simdjson::dom::element subject : subjects)
    if (!read_text(subject, sealed.subjects.emplace_back())) return false;
  return true;
}

}  // namespace recourse::described
