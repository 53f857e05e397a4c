#pragma once

#include <string>

#include "engine/base/id.h"
#include "engine/policy/policy.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

/// Whether `text` names a version, pol_<name>@<n>, and no file.
bool is_policy_version(const std::string& text);

/// The text of a version that the tenant has; for an empty name of the one in force, and `name`
/// says which that is. Errors: not_found, corrupt, invalid.
Result<Policy> recorded_policy(const PlaceFlags& place, LedgerId ledger, std::string& name);

/// A version that the tenant has, or the policy in a file. Errors: the same, with line and column.
Result<Policy> candidate_policy(const PlaceFlags& place, LedgerId ledger, const std::string& text);

}  // namespace recourse::cli
