#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"

namespace recourse::cli {

/// Number of decision_state in the views database.
inline constexpr std::uint8_t kDecisionStateView = 0;

/// The bytes of a file, or of standard input for `-`. Errors: not_found.
Result<std::string> read_policy_file(const std::string& file);

}  // namespace recourse::cli
