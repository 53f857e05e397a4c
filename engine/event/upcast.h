#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/event/json.h"

namespace recourse {

/// One step from an old version of an event's data to the next. Pure; the stored leaf never
/// changes, only what readers see. Golden files of every released version keep the chain honest.
struct Upcaster {
  std::string_view from;  ///< recourse.<noun>.<verb>.v<N>
  std::string_view to;    ///< the same with N + 1
  Json (*lift)(Json data);
};

/// The steps this program knows, in no particular order. Asserts once that check_upcasters() has
/// nothing to say about them.
std::span<const Upcaster> upcasters();

/// Whether every chain of `steps` leads to one of the `newest` types. Error: `invalid` naming the
/// step that is not from a version to the next one of the same type, that starts where another
/// starts, or that ends where nothing goes on; so there are no cycles.
Status check_upcasters(std::span<const Upcaster> steps, std::span<const std::string_view> newest);

struct Upcast {
  std::string type;
  Json data;
};

/// Follows `steps` from `type` as far as they lead. REQUIRES: check_upcasters() of them is good.
Upcast upcast(std::string type, Json data, std::span<const Upcaster> steps);

/// Whether any step starts at `type`: the common case, no, costs one look-up.
bool needs_upcast(std::string_view type, std::span<const Upcaster> steps);

}  // namespace recourse
