#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/base/vocabulary.h"
#include "engine/event/fields.h"

namespace recourse {

/// Reads what append_json wrote into a `value` that is still as its type starts out. Strict: a
/// missing, unknown or ill-typed member is refused, and `where` then names it. Members must stand
/// in the order of their names, as in any canonical document.
template <class T>
bool read_json(const simdjson::dom::element& json, T& value, std::string_view& where);

namespace described {

bool read_text(const simdjson::dom::element& json, std::string& text);
bool read_time(const simdjson::dom::element& json, Timestamp& time);
/// A text id, into the room that it has.
template <class TextId>
bool read_id(const simdjson::dom::element& json, TextId& id) {
  std::string text = std::move(id).value();
  const bool good = read_text(json, text);
  id = TextId(std::move(text));
  return good;
}
bool read_hash(const simdjson::dom::element& json, Hash& hash);
bool read_sealed(const simdjson::dom::element& json, Sealed& sealed);

/// Whether `value` is whole without the field `F`.
template <class F, class T>
bool may_be_absent(const T& value) {
  if constexpr (IsOptional<FieldType<F, T>>::value) {
    return true;
  } else if constexpr (F::of_provenance) {
    return !F::provenance(value).imported;
  } else {
    return false;
  }
}

template <class F, class T>
bool read_field(const simdjson::dom::element& json, T& value, std::string_view& where) {
  auto& member = F::get(value);
  bool good = false;
  if constexpr (IsOptional<FieldType<F, T>>::value) {
    good = read_json(json, member.emplace(), where);
  } else {
    good = read_json(json, member, where);
  }
  // `imported` comes first of its kind; without it, or with false, the others would be lost.
  if constexpr (F::of_provenance) good = good && F::provenance(value).imported;
  return good;
}

/// A member named `skipped` is passed over unread.
template <class T>
bool read_struct(const simdjson::dom::element& json, T& value, std::string_view& where,
                 std::string_view skipped = {}) {
  simdjson::dom::object object;
  if (json.get(object)) return false;
  auto at = object.begin();
  const auto end = object.end();
  bool good = true;
  mp::mp_for_each<Fields<T>>([&](auto field) {
    using F = decltype(field);
    if (!good) return;
    if (at != end && at.key() == F::name) {
      good = F::name == skipped || read_field<F>(at.value(), value, where);
      ++at;
    } else {
      good = may_be_absent<F>(value);
    }
    if (!good && where.empty()) where = F::name;
  });
  if (good && at != end) {
    where = "an unknown member";
    return false;
  }
  return good;
}

}  // namespace described

template <class T>
bool read_json(const simdjson::dom::element& json, T& value, std::string_view& where) {
  using namespace described;
  if constexpr (requires { value.read_json_from(json); }) {
    return value.read_json_from(json);
  } else if constexpr (std::same_as<T, Clear>) {
    return read_text(json, value.text);
  } else if constexpr (IsTextId<T>::value) {
    return read_id(json, value);
  } else if constexpr (std::same_as<T, Sealed>) {
    return read_sealed(json, value);
  } else if constexpr (std::same_as<T, bool>) {
    return !json.get(value);
  } else if constexpr (Integer<T>) {
    std::int64_t number;
    if (json.get(number)) return false;
    value = static_cast<T>(number);
    return static_cast<std::int64_t>(value) == number;
  } else if constexpr (std::same_as<T, Timestamp>) {
    return read_time(json, value);
  } else if constexpr (std::same_as<T, Hash>) {
    return read_hash(json, value);
  } else if constexpr (Enum<T>) {
    std::string_view text;
    if (json.get(text)) return false;
    const auto found = from_word<T>(text);
    if (!found) return false;
    value = *found;
    return true;
  } else if constexpr (IsVector<T>::value) {
    simdjson::dom::array array;
    if (json.get(array)) return false;
    value.clear();
    value.reserve(array.size());
    for (const simdjson::dom::element item : array) {
      if (!read_json(item, value.emplace_back(), where)) return false;
    }
    return true;
  } else {
    static_assert(Struct<T>, "a text is Clear or Sealed; other types need a rule");
    return read_struct(json, value, where);
  }
}

}  // namespace recourse
