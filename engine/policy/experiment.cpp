#include "engine/policy/experiment.h"

#include "engine/policy/rollout.h"

namespace recourse {

ExperimentArm arm_of(std::string_view key, std::string_view salt, std::string_view unit) {
  const std::string draw = std::string(salt) + "/arm";
  return rollout_bucket(key, draw, unit) < kWholeRollout / 2 ? ExperimentArm::control
                                                             : ExperimentArm::treatment;
}

}  // namespace recourse
