#pragma once

#include <string>

#include "engine/event/canonical_json.h"
#include "engine/event/field_table.h"

namespace recourse {
namespace described {

void append_value(std::string& out, const Type& type, const void* value);
void append_struct(std::string& out, const Table& table, const void* value);

}  // namespace described

/// Appends `value` in canonical form: members in the order of their names, absent optionals left
/// out. A type without a rule in field_table.h does not compile; std::string is left out on
/// purpose.
template <class T>
void append_json(std::string& out, const T& value) {
  described::append_value(out, described::kType<T>, &value);
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace recourse
