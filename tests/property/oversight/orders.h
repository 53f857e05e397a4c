#pragma once

#include <array>

#include "tests/property/oversight/model.h"

namespace recourse::model {

/// One step of a sequence as numbers, so that a failing sequence shrinks by leaving steps out:
/// what, by whom, about which, how, how lucky, and a spare one.
using Numbers = std::array<std::uint8_t, 6>;

enum class Expected { accepted, refused, either };

/// What is asked for, and what the model says to it.
struct Order {
  std::string name;
  Principal by;
  Command command;
  Expected expected = Expected::either;
  std::string why;               ///< For refused.
  std::chrono::seconds wait{0};  ///< Only time goes by, and timers fire.
  bool and_does_it = false;      ///< Who proposes leases and reports as well.
};

/// Turns numbers into an order about what the model has seen. Mostly one that makes sense, so that
/// stories get on; sometimes by somebody who may not, about something that is over or was never
/// there.
Order order_of(const Model& model, const Numbers& numbers, Timestamp now);

/// The names of all commands that are asked for.
std::vector<std::string> order_names();

}  // namespace recourse::model
