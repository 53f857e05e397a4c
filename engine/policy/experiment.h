#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/vocabulary.h"

namespace recourse {

/// Where an action stands in an experiment that is about it.
struct ExperimentUse {
  std::string key;
  ExperimentArm arm = ExperimentArm::control;
  std::int64_t bucket = 0;
  std::int64_t at_least_ppm = 0;  ///< In place of the threshold that the policy has for it.
  bool known = false;             ///< Recorded before.
};

/// The arm of a unit that takes part: half of them each, by a draw of its own, so that neither the
/// share nor a rollout says anything about it.
ExperimentArm arm_of(std::string_view key, std::string_view salt, std::string_view unit);

}  // namespace recourse
