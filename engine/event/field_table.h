#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/event/fields.h"
#include "engine/event/limits.h"

namespace simdjson::dom {
class element;
}

/// What a described struct consists of as a table that is read at run time: what is done with every
/// field (writing, reading, checking, looking for sealed values) is compiled once instead of for
/// each struct. fields.h says the same to the compiler.
namespace recourse::described {

enum class Kind : std::uint8_t {
  clear,      ///< Clear
  text_id,    ///< Id<Tag, std::string>
  sealed,     ///< Sealed
  boolean,    ///< bool
  integer,    ///< of Type::bytes
  time,       ///< Timestamp
  hash,       ///< Hash
  word,       ///< A described enum: one of Type::words
  list,       ///< std::vector of Type::element
  structure,  ///< A described struct: Type::table
  own,        ///< A type with append_json_to and read_json_from
};

struct Table;

/// Where the elements of a list lie, one after the other.
struct Elements {
  const void* first;
  std::size_t count;
};

/// How values of one type are handled. Only what its kind has a use for is set.
struct Type {
  Kind kind;
  bool is_signed = true;
  std::uint8_t bytes = 0;  ///< Of an integer or an enum.
  std::span<const std::string_view> words = {};
  const Type* element = nullptr;
  std::size_t stride = 0;  ///< Bytes from one element to the next.
  Elements (*elements)(const void* list) = nullptr;
  /// The first of `count` new elements, which are all that there are then.
  void* (*renew)(void* list, std::size_t count) = nullptr;
  const Table& (*table)() = nullptr;
  void (*append)(std::string& out, const void* value) = nullptr;
  bool (*read)(const simdjson::dom::element& json, void* value) = nullptr;
};

/// A member that may be absent.
struct Optional {
  const void* (*get)(const void* member);  ///< Null when absent.
  void* (*emplace)(void* member);
};

/// A member as its struct describes it.
struct Member {
  const char* name;
  const Type* type;
  const Optional* optional;  ///< Null: always there.
  std::size_t max_bytes;     ///< Of a Clear text.
};

/// Where a struct might lie, so that its members have addresses; none does.
constexpr std::size_t kLargestStruct = 8'192;
alignas(std::max_align_t) extern std::byte origin[kLargestStruct];

struct Field {
  std::string_view name;
  std::string key;  ///< ,"name":
  std::size_t offset;
  Kind kind;           ///< Of `type`.
  bool of_provenance;  ///< Stands in the JSON of its owner, and only when `imported`.
  const Type* type;
  const Optional* optional;
  std::size_t max_bytes;

  const void* in(const void* owner) const { return static_cast<const char*>(owner) + offset; }
  void* in(void* owner) const { return static_cast<char*>(owner) + offset; }
};

struct Table {
  std::vector<Field> fields;         ///< In the order of their names, those of a Provenance too.
  std::vector<const Field*> sealed;  ///< Those in which a sealed value can stand, however deep.
  std::size_t imported = 0;          ///< Offset of the Provenance's `imported`.

  /// Whether `owner` has the fields of its Provenance.
  bool is_imported(const void* owner) const {
    return *static_cast<const bool*>(
        static_cast<const void*>(static_cast<const char*>(owner) + imported));
  }
};

/// Lives until the program ends. `places`: of each of `members` in a struct at `origin`.
const Table& make_table(std::span<const Member> members, std::span<const void* const> places);

/// The table of a described struct, made when it is first asked for.
template <class T>
const Table& table_of();

/// The words of an enum, in the order of their values.
template <class... D>
consteval auto words_of(mp::mp_list<D...>) {
  int value = 0;
  if (((static_cast<int>(D::value) != value++) || ...)) throw "enumerators count from 0";
  std::array<std::string_view, sizeof...(D)> words{D::name...};
  for (std::string_view& each : words)
    if (each.back() == '_') each.remove_suffix(1);
  return words;
}

template <class E>
inline constexpr auto kWords =
    words_of(mp::mp_rename<boost::describe::describe_enumerators<E>, mp::mp_list>());

template <class T>
consteval Type type_of_value();

template <class T>
inline constexpr Type kType = type_of_value<T>();

template <class T>
consteval Type type_of_list() {
  using List = std::vector<T>;
  static_assert(!std::same_as<T, bool>, "such a vector has no elements in memory");
  Type type{.kind = Kind::list};
  type.element = &kType<T>;
  type.stride = sizeof(T);
  type.elements = [](const void* list) {
    const List& all = *static_cast<const List*>(list);
    return Elements{all.data(), all.size()};
  };
  type.renew = [](void* list, std::size_t count) -> void* {
    List& all = *static_cast<List*>(list);
    all = List(count);
    return all.data();
  };
  return type;
}

/// A text stands first in its type and is all of it: any such is a std::string to who handles it.
template <class T>
concept HoldsText = std::is_standard_layout_v<T> && sizeof(T) == sizeof(std::string);

template <class T>
consteval Type type_of_value() {
  if constexpr (requires(const T& value, std::string& out) { value.append_json_to(out); }) {
    Type type{.kind = Kind::own};
    type.append = [](std::string& out, const void* value) {
      static_cast<const T*>(value)->append_json_to(out);
    };
    type.read = [](const simdjson::dom::element& json, void* value) {
      return static_cast<T*>(value)->read_json_from(json);
    };
    return type;
  } else if constexpr (std::same_as<T, Clear>) {
    static_assert(HoldsText<T>);
    return {.kind = Kind::clear};
  } else if constexpr (IsTextId<T>::value) {
    static_assert(HoldsText<T>);
    return {.kind = Kind::text_id};
  } else if constexpr (std::same_as<T, Sealed>) {
    return {.kind = Kind::sealed};
  } else if constexpr (std::same_as<T, bool>) {
    return {.kind = Kind::boolean};
  } else if constexpr (Integer<T>) {
    return {.kind = Kind::integer, .is_signed = std::is_signed_v<T>, .bytes = sizeof(T)};
  } else if constexpr (std::same_as<T, Timestamp>) {
    return {.kind = Kind::time};
  } else if constexpr (std::same_as<T, Hash>) {
    return {.kind = Kind::hash};
  } else if constexpr (Enum<T>) {
    static_assert(sizeof(T) == sizeof(int), "an enum is an int");
    return {.kind = Kind::word, .words = kWords<T>};
  } else if constexpr (IsVector<T>::value) {
    return type_of_list<typename T::value_type>();
  } else {
    static_assert(Struct<T>, "a text is Clear or Sealed; other types need a rule");
    return {.kind = Kind::structure, .stride = sizeof(T), .table = &table_of<T>};
  }
}

template <class T>
inline constexpr Optional kOptional{
    [](const void* member) -> const void* {
      const auto& optional = *static_cast<const std::optional<T>*>(member);
      return optional ? &*optional : nullptr;
    },
    [](void* member) -> void* { return &static_cast<std::optional<T>*>(member)->emplace(); }};

/// Its fields become those of its owner.
template <>
inline constexpr Type kType<Provenance>{.kind = Kind::structure, .table = &table_of<Provenance>};

template <class T, class D>
consteval Member member_of() {
  using M = TypeOf<D>;
  if constexpr (IsOptional<M>::value) {
    using Value = typename M::value_type;
    return {D::name, &kType<Value>, &kOptional<Value>, max_clear_bytes<T>(D::name)};
  } else {
    return {D::name, &kType<M>, nullptr, max_clear_bytes<T>(D::name)};
  }
}

/// `source` and its like would otherwise stand twice in one object.
template <class... D>
consteval bool names_differ(mp::mp_list<D...>) {
  constexpr int kProvenances = (0 + ... + (std::same_as<TypeOf<D>, Provenance> ? 1 : 0));
  if constexpr (kProvenances == 0) {
    return true;
  } else {
    const std::array<std::string_view, sizeof...(D)> names{D::name...};
    for (const std::string_view name : {"imported", "occurred_at", "source"})
      if (std::find(names.begin(), names.end(), name) != names.end()) return false;
    return kProvenances == 1;
  }
}

template <class T, class... D>
const Table& make_table_of(mp::mp_list<D...> members) {
  if constexpr (sizeof...(D) == 0) {
    return make_table({}, {});
  } else {
    static_assert(names_differ(members),
                  "two members have one name; those of Provenance count too");
    static constexpr std::array<Member, sizeof...(D)> kMembers{member_of<T, D>()...};
    static_assert(sizeof(T) <= kLargestStruct);
    const T& owner = *reinterpret_cast<const T*>(origin);
    const void* const places[] = {&(owner.*D::pointer)...};
    return make_table(kMembers, places);
  }
}

template <class T>
const Table& table_of() {
  static const Table& table = make_table_of<T>(MembersOf<T>());
  return table;
}

}  // namespace recourse::described
