#include <algorithm>
#include <charconv>

#include "engine/event/fields.h"
#include "engine/event/leaf.h"

namespace recourse {
namespace {

using namespace described;

/// Whether a sealed value can stand anywhere in a `T`: what cannot is not looked at.
template <class T>
struct HoldsSealed;

template <class T, class... F>
constexpr bool any_holds_sealed(mp::mp_list<F...>) {
  return (HoldsSealed<FieldType<F, T>>::value || ...);
}

template <class T>
struct HoldsSealed {
  static constexpr bool value = [] {
    if constexpr (std::same_as<T, Sealed>) {
      return true;
    } else if constexpr (IsOptional<T>::value || IsVector<T>::value) {
      return HoldsSealed<typename T::value_type>::value;
    } else if constexpr (Struct<T>) {
      return any_holds_sealed<T>(Fields<T>());
    } else {
      return false;
    }
  }();
};

/// A path that costs nothing, for who asks only for the order.
struct NoPath {
  std::size_t enter(std::string_view) { return 0; }
  std::size_t enter(std::size_t) { return 0; }
  void leave(std::size_t) {}
};

/// A JSON pointer. Names of members have nothing to escape.
struct Pointer {
  std::string text;
  std::size_t enter(std::string_view name) {
    const std::size_t before = text.size();
    text += '/';
    text += name;
    return before;
  }
  std::size_t enter(std::size_t index) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), index).ptr;
    return enter(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }
  void leave(std::size_t before) { text.resize(before); }
};

template <class T, class Path, class Visit>
void walk(T& value, Path& path, const Visit& visit) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::same_as<Plain, Sealed>) {
    visit(path, value);
  } else if constexpr (IsOptional<Plain>::value) {
    if (value) walk(*value, path, visit);
  } else if constexpr (IsVector<Plain>::value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::size_t before = path.enter(i);
      walk(value[i], path, visit);
      path.leave(before);
    }
  } else {
    mp::mp_for_each<Fields<Plain>>([&](auto field) {
      using F = decltype(field);
      if constexpr (HoldsSealed<FieldType<F, Plain>>::value) {
        const std::size_t before = path.enter(F::name);
        walk(F::get(value), path, visit);
        path.leave(before);
      }
    });
  }
}

}  // namespace

void for_each_sealed(EventData& data,
                     const std::function<void(const std::string& pointer, Sealed&)>& visit) {
  Pointer pointer{"/data"};
  std::visit(
      [&](auto& event) {
        walk(event, pointer, [&](const Pointer& at, Sealed& sealed) { visit(at.text, sealed); });
      },
      data);
}

void for_each_sealed(const EventData& data, const std::function<void(const Sealed&)>& visit) {
  NoPath path;
  std::visit(
      [&](const auto& event) {
        walk(event, path, [&](const NoPath&, const Sealed& sealed) { visit(sealed); });
      },
      data);
}

}  // namespace recourse
