#include "projections/row_codec.h"

#include <simdjson.h>

#include <charconv>

#include "engine/event/canonical_json.h"

namespace recourse {

// {"$sealed":{"at":"<position>.<ordinal>","c":"<base64>"}}: recognisable without a schema, so the
// reader that joins texts walks any row's bytes.
void SealedRef::append_json_to(std::string& out) const {
  out += R"({"$sealed":{"at":")";
  append_canonical_integer(out, position);
  out += '.';
  append_canonical_integer(out, ordinal);
  out += R"(","c":")";
  out += to_base64(as_text(commitment));
  out += "\"}}";
}

bool SealedRef::read_json_from(const simdjson::dom::element& json) {
  simdjson::dom::object outer, inner;
  simdjson::dom::element hash;
  std::string_view at;
  if (json.get(outer) || outer.at_key("$sealed").get(inner) || inner.at_key("at").get(at) ||
      inner.at_key("c").get(hash) || !described::read_hash(hash, commitment))
    return false;
  const std::size_t dot = at.find('.');
  if (dot == std::string_view::npos) return false;
  const auto read = [](std::string_view digits, std::int64_t& number) {
    const auto end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, number);
    return result.ec == std::errc() && result.ptr == end;
  };
  return read(at.substr(0, dot), position) && read(at.substr(dot + 1), ordinal);
}

bool decode_value(std::string_view json, const described::Type& type, void* value) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element element;
  std::string_view where;
  return !parser.parse(json.data(), json.size()).get(element) &&
         described::read_value(element, type, value, where);
}

}  // namespace recourse
