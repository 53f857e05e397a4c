#pragma once

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <charconv>
#include <concepts>
#include <string>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/event/canonical_json.h"
#include "engine/event/text.h"

/// One description of a struct (BOOST_DESCRIBE_STRUCT) gives its canonical JSON, its reader and its
/// JSON Schema. Members are written in the order of their names, absent optionals are left out, so
/// the output is RFC 8785 as it stands.
namespace recourse {

/// A described struct's members as a sorted list of fields; a Provenance member is flattened.
namespace described {

namespace mp = boost::mp11;

template <class D>
struct Direct {
  static constexpr std::string_view name = D::name;
  static constexpr bool of_provenance = false;
  template <class T>
  static auto& get(T& owner) {
    return owner.*D::pointer;
  }
};

template <class Outer, class Inner>
struct Flattened {
  static constexpr std::string_view name = Inner::name;
  static constexpr bool of_provenance = true;
  template <class T>
  static auto& get(T& owner) {
    return owner.*Outer::pointer.*Inner::pointer;
  }
  template <class T>
  static auto& provenance(T& owner) {
    return owner.*Outer::pointer;
  }
};

template <class T>
using MembersOf =
    mp::mp_rename<boost::describe::describe_members<T, boost::describe::mod_public>, mp::mp_list>;

template <class M>
struct MemberType;
template <class T, class M>
struct MemberType<M T::*> {
  using type = M;
};
template <class D>
using TypeOf = typename MemberType<std::remove_cv_t<decltype(D::pointer)>>::type;

template <class Outer>
struct FlattenInto {
  template <class Inner>
  using fn = Flattened<Outer, Inner>;
};

template <class D>
using Expand = mp::mp_eval_if_c<!std::is_same_v<TypeOf<D>, Provenance>, mp::mp_list<Direct<D>>,
                                mp::mp_transform_q, FlattenInto<D>, MembersOf<Provenance>>;

template <class A, class B>
using NameLess = mp::mp_bool<(A::name < B::name)>;

template <class T>
using Fields = mp::mp_sort<mp::mp_flatten<mp::mp_transform<Expand, MembersOf<T>>>, NameLess>;

template <class T>
concept Struct = boost::describe::has_describe_members<T>::value && !std::is_same_v<T, Provenance>;
template <class T>
concept Enum = boost::describe::has_describe_enumerators<T>::value;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsTextId : std::false_type {};
template <class Tag>
struct IsTextId<Id<Tag, std::string>> : std::true_type {};

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool>;

}  // namespace described

template <class T>
void append_json(std::string& out, const T& value);

namespace described {

inline void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

inline void append_sealed(std::string& out, const Sealed& sealed) {
  out += R"({"$sealed":{"c":")";
  out += to_base64(as_text(sealed.commitment));
  out += R"(","k":[)";
  for (std::size_t i = 0; i < sealed.subjects.size(); ++i) {
    if (i > 0) out += ',';
    append_canonical_string(out, sealed.subjects[i]);
  }
  out += R"(],"r":)";
  append_canonical_string(out, sealed.retention);
  out += R"(,"t":")";
  out += static_cast<char>(sealed.kind);
  out += "\"}}";
}

template <class T>
void append_struct(std::string& out, const T& value) {
  out += '{';
  bool first = true;
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
    if (!first) out += ',';
    first = false;
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

/// Appends `value` in canonical form. A type without a rule here does not compile; std::string is
/// left out on purpose.
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
    append_integer(out, static_cast<std::int64_t>(value));
  } else if constexpr (std::same_as<T, Timestamp>) {
    out += '"';
    out += to_rfc3339(value);
    out += '"';
  } else if constexpr (std::same_as<T, Hash>) {
    out += '"';
    out += to_base64(as_text(value));
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

/// Reads what append_json wrote. Strict: a missing, unknown or ill-typed member is refused, and
/// `where` then names it. Members must stand in sorted order, as in any canonical document.
template <class T>
bool read_json(const simdjson::dom::element& json, T& value, std::string_view& where);

namespace described {

inline bool read_hash(const simdjson::dom::element& json, Hash& hash) {
  std::string_view text;
  if (json.get(text)) return false;
  auto read = hash_from_base64(text);
  if (!read) return false;
  hash = *read;
  return true;
}

inline bool read_sealed(const simdjson::dom::element& json, Sealed& sealed) {
  simdjson::dom::object outer, inner;
  if (json.get(outer) || outer.size() != 1 || outer.at_key("$sealed").get(inner)) return false;
  std::string_view kind, retention;
  simdjson::dom::array subjects;
  simdjson::dom::element commitment;
  if (inner.size() != 4 || inner.at_key("c").get(commitment) || inner.at_key("k").get(subjects) ||
      inner.at_key("r").get(retention) || inner.at_key("t").get(kind))
    return false;
  if (!read_hash(commitment, sealed.commitment) || kind.size() != 1 ||
      std::string_view("snoa").find(kind[0]) == std::string_view::npos)
    return false;
  sealed.kind = static_cast<SealedKind>(kind[0]);
  sealed.retention = retention;
  sealed.subjects.clear();
  for (const simdjson::dom::element subject : subjects) {
    std::string_view text;
    if (subject.get(text)) return false;
    sealed.subjects.emplace_back(text);
  }
  return true;
}

template <class T>
bool read_struct(const simdjson::dom::element& json, T& value, std::string_view& where) {
  simdjson::dom::object object;
  if (json.get(object)) return false;
  auto at = object.begin();
  const auto end = object.end();
  bool good = true;
  mp::mp_for_each<Fields<T>>([&](auto field) {
    using F = decltype(field);
    if (!good) return;
    auto& member = F::get(value);
    using M = std::remove_cvref_t<decltype(member)>;
    const bool present = at != end && at.key() == F::name;
    if (!present) {
      if constexpr (!F::of_provenance && !IsOptional<M>::value) {
        good = false;
        where = F::name;
      }
      return;
    }
    if constexpr (IsOptional<M>::value) {
      good = read_json(at.value(), member.emplace(), where);
    } else {
      good = read_json(at.value(), member, where);
    }
    if (!good && where.empty()) where = F::name;
    ++at;
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
    std::string_view text;
    if (json.get(text)) return false;
    value.text = text;
    return true;
  } else if constexpr (IsTextId<T>::value) {
    std::string_view text;
    if (json.get(text)) return false;
    value = T(std::string(text));
    return true;
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
    std::string_view text;
    if (json.get(text)) return false;
    const auto time = from_rfc3339(text);
    if (!time) return false;
    value = *time;
    return true;
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

/// Calls `visit(pointer, sealed)` for each sealed value in `value`, in document order; `pointer` is
/// the JSON pointer below `prefix`.
template <class T, class Visit>
void for_each_sealed(T& value, const std::string& prefix, Visit&& visit) {
  using namespace described;
  using Plain = std::remove_const_t<T>;
  if constexpr (std::same_as<Plain, Sealed>) {
    visit(prefix, value);
  } else if constexpr (IsOptional<Plain>::value) {
    if (value) for_each_sealed(*value, prefix, visit);
  } else if constexpr (IsVector<Plain>::value) {
    for (std::size_t i = 0; i < value.size(); ++i)
      for_each_sealed(value[i], prefix + '/' + std::to_string(i), visit);
  } else if constexpr (Struct<Plain>) {
    mp::mp_for_each<Fields<Plain>>([&](auto field) {
      using F = decltype(field);
      using M = std::remove_cvref_t<decltype(F::get(value))>;
      if constexpr (std::same_as<M, Sealed> || IsOptional<M>::value || IsVector<M>::value ||
                    Struct<M>)
        for_each_sealed(F::get(value), prefix + '/' + std::string(F::name), visit);
    });
  }
}

}  // namespace recourse
