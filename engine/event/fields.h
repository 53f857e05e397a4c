#pragma once

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/id.h"
#include "engine/event/text.h"

/// What a described struct (BOOST_DESCRIBE_STRUCT) consists of, for everything that is derived from
/// a description: canonical JSON, its reader, JSON Schema, checks before an append.
namespace recourse::described {

namespace mp = boost::mp11;

/// A field: its name, and get(owner) for the member.
template <class D>
struct Direct {
  static constexpr std::string_view name = D::name;
  static constexpr bool of_provenance = false;
  template <class T>
  static auto& get(T& owner) {
    return owner.*D::pointer;
  }
};

/// A field of a Provenance member, which stands in the JSON of its owner and only when `imported`.
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

/// Sorted by name, and by value instead of by type: the compiler sorts an array much faster.
template <class... F>
consteval auto name_order(mp::mp_list<F...>) {
  const std::array<std::string_view, sizeof...(F)> names{F::name...};
  std::array<std::size_t, sizeof...(F)> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
  return order;
}

/// `source` and its like would otherwise stand twice in one object.
template <std::size_t N>
consteval bool all_differ(const std::array<std::string_view, N>& sorted) {
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

template <class List, class Indices>
struct InNameOrder;
template <class... F, std::size_t... I>
struct InNameOrder<mp::mp_list<F...>, std::index_sequence<I...>> {
  using List = mp::mp_list<F...>;
  static constexpr auto order = name_order(List{});
  using type = mp::mp_list<mp::mp_at_c<List, order[I]>...>;
  static_assert(all_differ(std::array<std::string_view, sizeof...(I)>{
                    mp::mp_at_c<List, order[I]>::name...}),
                "two members have one name; those of Provenance count too");
};

template <class T>
struct FieldsOf {
  using List = mp::mp_flatten<mp::mp_transform<Expand, MembersOf<T>>>;
  using type = typename InNameOrder<List, std::make_index_sequence<mp::mp_size<List>::value>>::type;
};

/// All fields of `T` in the order of their names, those of a Provenance member among them.
template <class T>
using Fields = typename FieldsOf<T>::type;

template <class F, class T>
using FieldType = std::remove_cvref_t<decltype(F::get(std::declval<T&>()))>;

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

}  // namespace recourse::described
