#pragma once

#include <cstdint>
#include <optional>

#include "engine/writer/writer.h"

namespace recourse::cli {

/// How many actions agents may do alone, as the help desk's environment sets it.
struct AutonomyLimits {
  std::optional<std::int64_t> per_hour, per_day;
};

/// MAX_AUTONOMOUS_ACTIONS_PER_HOUR and MAX_AUTONOMOUS_ACTIONS_PER_DAY. Errors: invalid, naming the
/// variable.
Result<AutonomyLimits> autonomy_limits_in_environment();

/// Puts them into force for the tenant `default` by activating the default policy with these
/// limits as its next version. Does nothing when they hold already, or when people have activated
/// another policy: it says itself what its limits are. Errors: those of a write.
Status apply_autonomy_limits(Writer& writer, const AutonomyLimits& limits);

}  // namespace recourse::cli
