#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/vocabulary.h"

namespace recourse {

inline constexpr std::int64_t kWholeRollout = 10'000;  ///< Basis points.

/// The bucket of a unit, 0 to 9999: XXH64(key ‖ 0 ‖ salt ‖ 0 ‖ unit, seed 0) mod 10000. It depends
/// on nothing else, so a unit that is in at some percentage is in at every higher one.
std::int64_t rollout_bucket(std::string_view key, std::string_view salt, std::string_view unit);

/// Where an action stands in a rollout that is about it.
struct RolloutUse {
  std::string key;
  RolloutUnit unit = RolloutUnit::ticket;
  std::string unit_id;
  std::int64_t bucket = 0, percent_bp = 0;
  bool in = false;
  bool included = false;  ///< By name.
  bool known = false;     ///< Recorded before, on the same side.
};

}  // namespace recourse
