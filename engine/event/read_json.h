#pragma once

#include <string>
#include <string_view>

#include "engine/event/field_table.h"

namespace recourse {
namespace described {

bool read_value(const simdjson::dom::element& json, const Type& type, void* value,
                std::string_view& where);
/// A member named `skipped` is passed over unread.
bool read_struct(const simdjson::dom::element& json, const Table& table, void* value,
                 std::string_view& where, std::string_view skipped = {});

bool read_text(const simdjson::dom::element& json, std::string& text);
/// A text id, into the room that it has.
template <class TextId>
bool read_id(const simdjson::dom::element& json, TextId& id) {
  std::string text = std::move(id).value();
  const bool good = read_text(json, text);
  id = TextId(std::move(text));
  return good;
}
bool read_hash(const simdjson::dom::element& json, Hash& hash);

}  // namespace described

/// Reads what append_json wrote into a `value` that is still as its type starts out. Strict: a
/// missing, unknown or ill-typed member is refused, and `where` then names it. Members must stand
/// in the order of their names, as in any canonical document.
template <class T>
bool read_json(const simdjson::dom::element& json, T& value, std::string_view& where) {
  return described::read_value(json, described::kType<T>, &value, where);
}

}  // namespace recourse
