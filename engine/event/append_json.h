#pragma once

#include <string>

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/base/vocabulary.h"
#include "engine/event/canonical_json.h"
#include "engine/event/fields.h"

namespace recourse {

template <class T>
void append_json(std::string& out, const T& value);

namespace described {

void append_sealed(std::string& out, const Sealed& sealed);

template <class T>
void append_struct(std::string& out, const T& value) {
  out += '{';
  mp::mp_for_each<Fields<T>>([&](auto field) {
    using F = decltype(field);
    if constexpr (F::of_provenance) {
      if (!F::provenance(value).imported) return;
    }
    const auto& member = F::get(value);
    using M = std::remove_cvref_t<decltype(member)>;
    if constexpr (IsOptional<M>::value) {
      if (!member) return;
    }
    if (out.back() != '{') out += ',';
    out += '"';
    out += F::name;
    out += "\":";
    if constexpr (IsOptional<M>::value) {
      append_json(out, *member);
    } else {
      append_json(out, member);
    }
  });
  out += '}';
}

}  // namespace described

/// Appends `value` in canonical form: members in the order of their names, absent optionals left
/// out. A type without a rule here does not compile; std::string is left out on purpose.
template <class T>
void append_json(std::string& out, const T& value) {
  using namespace described;
  if constexpr (requires { value.append_json_to(out); }) {
    value.append_json_to(out);
  } else if constexpr (std::same_as<T, Clear>) {
    append_canonical_string(out, value.text);
  } else if constexpr (IsTextId<T>::value) {
    append_canonical_string(out, value.value());
  } else if constexpr (std::same_as<T, Sealed>) {
    append_sealed(out, value);
  } else if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (Integer<T>) {
    append_canonical_integer(out, static_cast<std::int64_t>(value));
  } else if constexpr (std::same_as<T, Timestamp>) {
    out += '"';
    append_rfc3339(out, value);
    out += '"';
  } else if constexpr (std::same_as<T, Hash>) {
    out += '"';
    append_base64(out, as_text(value));
    out += '"';
  } else if constexpr (Enum<T>) {
    out += '"';
    out += word(value);
    out += '"';
  } else if constexpr (IsVector<T>::value) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      append_json(out, value[i]);
    }
    out += ']';
  } else {
    static_assert(Struct<T>, "a text is Clear or Sealed; other types need a rule");
    append_struct(out, value);
  }
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace recourse
