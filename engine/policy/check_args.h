#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/json.h"
#include "engine/policy/action_types.h"

namespace recourse {

/// What is wrong with one argument. Both texts come from the manifest and this program, never from
/// the caller, so they may stand in a leaf.
struct ArgFault {
  std::string arg;   ///< An argument's name in the manifest, or empty for all of them.
  std::string what;  ///< missing, not_text, not_an_amount, ...
};

struct CheckedArgs {
  std::vector<ArgFault> faults;
  std::optional<std::int64_t> amount_minor;  ///< From the type's money path.
  std::optional<std::string> currency;
};

/// Compares arguments with the manifest. Arguments that the manifest does not name are let through:
/// they are sealed, bound by approvals and shown like the others. Money: `currency` beside the
/// amount, else `default_currency`.
CheckedArgs check_args(const ActionType& type, const Json& args, std::string_view default_currency);

}  // namespace recourse
