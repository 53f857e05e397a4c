#pragma once

#include <simdjson.h>

#include "engine/event/describe.h"
#include "projections/sealed_ref.h"

namespace recourse {

simdjson::dom::parser& row_parser();

/// A row whose key says all: it is listed there.
struct Listed {};
BOOST_DESCRIBE_STRUCT(Listed, (), ())

/// Reads a row from its canonical JSON, which to_json() makes by the same rules as for events.
template <class Row>
bool decode_row(std::string_view json, Row& row) {
  simdjson::dom::element element;
  std::string_view where;
  if (row_parser().parse(json.data(), json.size()).get(element)) return false;
  return read_json(element, row, where);
}

}  // namespace recourse
