#include <algorithm>
#include <array>
#include <charconv>

#include "engine/event/event_data.h"
#include "engine/event/leaf.h"

namespace recourse {
namespace {

using namespace described;

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

template <class Path, class Visit>
void walk(const Table& table, void* value, Path& path, const Visit& visit);

template <class Path, class Visit>
void walk(const Type& type, void* value, Path& path, const Visit& visit) {
  if (type.kind == Kind::sealed) {
    visit(path, *static_cast<Sealed*>(value));
  } else if (type.kind == Kind::list) {
    const Elements elements = type.elements(value);
    auto* at = static_cast<char*>(const_cast<void*>(elements.first));
    for (std::size_t i = 0; i < elements.count; ++i, at += type.stride) {
      const std::size_t before = path.enter(i);
      walk(*type.element, at, path, visit);
      path.leave(before);
    }
  } else {
    walk(type.table(), value, path, visit);
  }
}

template <class Path, class Visit>
void walk(const Table& table, void* value, Path& path, const Visit& visit) {
  for (const Field* const field : table.sealed) {
    void* member = field->in(value);
    if (field->optional != nullptr) member = const_cast<void*>(field->optional->get(member));
    if (member == nullptr) continue;
    const std::size_t before = path.enter(field->name);
    walk(*field->type, member, path, visit);
    path.leave(before);
  }
}

}  // namespace

void for_each_sealed(EventData& data,
                     const std::function<void(const std::string& pointer, Sealed&)>& visit) {
  Pointer pointer{"/data"};
  walk(describe(data).table, data.value(), pointer,
       [&](const Pointer& at, Sealed& sealed) { visit(at.text, sealed); });
}

void for_each_sealed(const EventData& data, const std::function<void(const Sealed&)>& visit) {
  const DescribedData described = describe(data);
  NoPath path;
  walk(described.table, const_cast<void*>(described.value), path,
       [&](const NoPath&, const Sealed& sealed) { visit(sealed); });
}

}  // namespace recourse
