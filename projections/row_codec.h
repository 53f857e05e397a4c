#pragma once

#include <string_view>

#include "engine/event/describe.h"
#include "projections/sealed_ref.h"

namespace recourse {

bool decode_value(std::string_view json, const described::Type& type, void* value);

/// A row whose key says all: it is listed there.
struct Listed {};
BOOST_DESCRIBE_STRUCT(Listed, (), ())

/// Reads a row from its canonical JSON, which to_json() makes by the same rules as for events.
template <class Row>
bool decode_row(std::string_view json, Row& row) {
  return decode_value(json, described::kType<Row>, &row);
}

}  // namespace recourse
