#pragma once

#include <boost/pfr/tuple_size.hpp>
#include <string>
#include <typeinfo>
#include <vector>

#include "engine/event/fields.h"

namespace recourse {

/// Adds the name of `T`, or of a struct inside it, that has members which its description leaves
/// out: they would be lost whenever it is written and read.
template <class T>
void find_undescribed_members(std::vector<std::string>& found) {
  using namespace described;
  if constexpr (IsOptional<T>::value || IsVector<T>::value) {
    find_undescribed_members<typename T::value_type>(found);
  } else if constexpr (boost::describe::has_describe_members<T>::value) {
    if (boost::pfr::tuple_size_v<T> != mp::mp_size<MembersOf<T>>::value)
      found.push_back(typeid(T).name());
    mp::mp_for_each<MembersOf<T>>(
        [&](auto member) { find_undescribed_members<TypeOf<decltype(member)>>(found); });
  }
}

}  // namespace recourse
