#include "engine/event/upcast.h"

#include <algorithm>

namespace recourse {
namespace {

const Upcaster* step_from(std::string_view type, std::span<const Upcaster> steps) {
  const auto found = std::find_if(steps.begin(), steps.end(),
                                  [&](const Upcaster& step) { return step.from == type; });
  return found == steps.end() ? nullptr : &*found;
}

}  // namespace

// Every type is still at its first version.
std::span<const Upcaster> upcasters() { return {}; }

bool needs_upcast(std::string_view type, std::span<const Upcaster> steps) {
  return step_from(type, steps) != nullptr;
}

Upcast upcast(std::string type, Json data, std::span<const Upcaster> steps) {
  while (const Upcaster* step = step_from(type, steps)) {
    data = step->lift(std::move(data));
    type = step->to;
  }
  return {std::move(type), std::move(data)};
}

}  // namespace recourse
