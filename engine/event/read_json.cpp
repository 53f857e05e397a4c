#include "engine/event/read_json.h"

#include <simdjson.h>

#include <algorithm>
#include <iterator>

#include "engine/event/field_value.h"

namespace recourse::described {
namespace {

bool read_time(const simdjson::dom::element& json, Timestamp& time) {
  std::string_view text;
  if (json.get(text)) return false;
  const auto read = from_rfc3339(text);
  if (read) time = *read;
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

bool read_integer(const simdjson::dom::element& json, const Type& type, void* value) {
  std::int64_t number;
  if (json.get(number)) return false;
  std::memcpy(value, &number, type.bytes);
  return integer_at(type, value) == number;
}

bool read_word(const simdjson::dom::element& json, const Type& type, void* value) {
  std::string_view text;
  if (json.get(text)) return false;
  const auto found = std::find(type.words.begin(), type.words.end(), text);
  if (found == type.words.end()) return false;
  const auto number = static_cast<int>(found - type.words.begin());
  std::memcpy(value, &number, sizeof number);
  return true;
}

bool read_list(const simdjson::dom::element& json, const Type& type, void* list,
               std::string_view& where) {
  simdjson::dom::array array;
  if (json.get(array)) return false;
  // size() does not count beyond this.
  constexpr std::size_t kCounted = 0xFFFFFF;
  std::size_t count = array.size();
  if (count == kCounted)
    count = static_cast<std::size_t>(std::distance(array.begin(), array.end()));
  auto* at = static_cast<char*>(type.renew(list, count));
  const Type& element = *type.element;
  const Table* const table = element.kind == Kind::structure ? &element.table() : nullptr;
  for (const simdjson::dom::element item : array) {
    const bool good = table != nullptr ? read_struct(item, *table, at, where)
                                       : read_value(item, element, at, where);
    if (!good) return false;
    at += type.stride;
  }
  return true;
}

}  // namespace

bool read_text(const simdjson::dom::element& json, std::string& text) {
  std::string_view view;
  if (json.get(view)) return false;
  text = view;
  return true;
}

bool read_hash(const simdjson::dom::element& json, Hash& hash) {
  std::string_view text;
  if (json.get(text)) return false;
  const auto read = hash_from_base64(text);
  if (read) hash = *read;
  return read.ok();
}

bool read_value(const simdjson::dom::element& json, const Type& type, void* value,
                std::string_view& where) {
  switch (type.kind) {
    case Kind::clear:
    case Kind::text_id:
      return read_text(json, *static_cast<std::string*>(value));
    case Kind::sealed:
      return read_sealed(json, *static_cast<Sealed*>(value));
    case Kind::boolean:
      return !json.get(*static_cast<bool*>(value));
    case Kind::integer:
      return read_integer(json, type, value);
    case Kind::time:
      return read_time(json, *static_cast<Timestamp*>(value));
    case Kind::hash:
      return read_hash(json, *static_cast<Hash*>(value));
    case Kind::word:
      return read_word(json, type, value);
    case Kind::list:
      return read_list(json, type, value, where);
    case Kind::structure:
      return read_struct(json, type.table(), value, where);
    case Kind::own:
      return type.read(json, value);
  }
  return false;
}

bool read_struct(const simdjson::dom::element& json, const Table& table, void* value,
                 std::string_view& where, std::string_view skipped) {
  simdjson::dom::object object;
  if (json.get(object)) return false;
  auto at = object.begin();
  const auto end = object.end();
  std::string_view key;  // At `at`; a name has an address even when it is empty.
  if (at != end) key = at.key();
  for (const Field& field : table.fields) {
    bool good = false;
    if (key.data() != nullptr && key == field.name) {
      if (field.name == skipped) {
        good = true;
      } else {
        void* member = field.in(value);
        if (field.optional != nullptr) member = field.optional->emplace(member);
        good = read_value(at.value(), *field.type, member, where);
        // `imported` comes first of its kind; without it, or with false, the others would be lost.
        if (field.of_provenance) good = good && table.is_imported(value);
      }
      key = ++at != end ? at.key() : std::string_view();
    } else {
      good = field.optional != nullptr || (field.of_provenance && !table.is_imported(value));
    }
    if (!good) {
      if (where.empty()) where = field.name;
      return false;
    }
  }
  if (at != end) {
    where = "an unknown member";
    return false;
  }
  return true;
}

}  // namespace recourse::described
