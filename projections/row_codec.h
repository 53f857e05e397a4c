#pragma once

#include <simdjson.h>

#include "engine/event/describe.h"
#include "projections/sealed_ref.h"

namespace recourse {

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
