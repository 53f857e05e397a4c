#include "engine/event/upcast.h"

#include <algorithm>
#include <array>
#include <boost/mp11.hpp>
#include <charconv>
#include <optional>

#include "engine/base/assert.h"
#include "engine/event/catalogue.h"

namespace recourse {
namespace {

const Upcaster* step_from(std::string_view type, std::span<const Upcaster> steps) {
  const auto found = std::find_if(steps.begin(), steps.end(),
                                  [&](const Upcaster& step) { return step.from == type; });
  return found == steps.end() ? nullptr : &*found;
}

/// recourse.<noun>.<verb> and N of a type recourse.<noun>.<verb>.v<N>.
struct Versioned {
  std::string_view name;
  unsigned version = 0;
};

std::optional<Versioned> versioned(std::string_view type) {
  const std::size_t at = type.rfind(".v");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = type.substr(at + 2);
  Versioned found{type.substr(0, at)};
  const auto end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, found.version);
  if (read.ec != std::errc() || read.ptr != end || found.version == 0) return std::nullopt;
  return found;
}

bool is_next_version(const Upcaster& step) {
  const auto from = versioned(step.from), to = versioned(step.to);
  return from && to && from->name == to->name && from->version + 1 == to->version;
}

template <class... E>
constexpr auto newest_types(boost::mp11::mp_list<E...>) {
  return std::array<std::string_view, sizeof...(E)>{E::kType...};
}

/// Version 1 had one ticket, no lists but its steps, and steps that this program carries out.
Json lift_rollback_planned(Json data) {
  if (!data.is_object()) return data;
  const Json* const ticket = data.find("ticket");
  const Json on = ticket != nullptr ? *ticket : Json();
  Json steps = Json::array();
  std::size_t count = 0;
  if (const Json* const old = data.find("steps"); old != nullptr && old->elements() != nullptr) {
    for (Json step : *old->elements()) {
      if (!step.is_object()) return data;
      step.set("ticket", on).set("executor", "internal");
      // They are undone one after the other, and all of them are of one ticket.
      if (count > 0) step.set("after", count - 1);
      steps.push_back(std::move(step));
      ++count;
    }
  }
  data.set("steps", std::move(steps));
  for (const char* const list :
       {"cannot_undo", "conflicts", "dependents", "money_delta", "skipped"})
    data.set(list, Json::array());
  data.set("step_count", count).set("item_count", count);
  data.set("customers", 1).set("required_approvals", 0);
  return data;
}

constexpr std::array kSteps{Upcaster{"recourse.rollback.planned.v1", "recourse.rollback.planned.v2",
                                     lift_rollback_planned}};

}  // namespace

std::span<const Upcaster> upcasters() {
  static const bool good = check_upcasters(kSteps, newest_types(EventTypes())).ok();
  RECOURSE_ASSERT(good, "every old version leads to the newest, step by step");
  return kSteps;
}

Status check_upcasters(std::span<const Upcaster> steps, std::span<const std::string_view> newest) {
  const auto is_newest = [&](std::string_view type) {
    return std::find(newest.begin(), newest.end(), type) != newest.end();
  };
  const auto wrong = [](const Upcaster& step, std::string_view what) {
    return Error{ErrorCode::invalid, "the step from " + std::string(step.from) + " to " +
                                         std::string(step.to) + ' ' + std::string(what)};
  };
  for (const Upcaster& step : steps) {
    if (!is_next_version(step)) return wrong(step, "is not to the next version");
    if (step_from(step.from, steps) != &step) return wrong(step, "is there twice");
    if (is_newest(step.from)) return wrong(step, "starts at the newest version");
    if (!is_newest(step.to) && step_from(step.to, steps) == nullptr)
      return wrong(step, "leads to a version from which none goes on");
  }
  return {};
}

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
