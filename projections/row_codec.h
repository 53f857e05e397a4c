#pragma once

#include <simdjson.h>

#include "engine/event/describe.h"

namespace recourse {

/// A sealed value as a row refers to it. The reader who may see it is shown the text from the vault
/// in its place; the row itself never holds it.
struct SealedRef {
  std::int64_t position = 0;
  std::int64_t ordinal = 0;
  Hash commitment{};
  bool operator==(const SealedRef&) const = default;

  void append_json_to(std::string& out) const;
  bool read_json_from(const simdjson::dom::element& json);
};

/// A row's canonical JSON, by the same description rules as events.
template <class Row>
std::string encode_row(const Row& row) {
  return to_json(row);
}

simdjson::dom::parser& row_parser();

template <class Row>
bool decode_row(std::string_view json, Row& row) {
  simdjson::dom::element element;
  std::string_view where;
  if (row_parser().parse(json.data(), json.size()).get(element)) return false;
  return read_json(element, row, where);
}

}  // namespace recourse
