#pragma once

#include <string>
#include <vector>

#include "engine/policy/judge.h"

namespace recourse {

/// One thing that, had it been otherwise, would have led to another outcome.
struct WhatIf {
  Clear change;  ///< confidence_ppm, amount_minor, approvals, kill_switch, a rule of the policy...
  Clear from, to;  ///< How it was, and how it would have to be at the least.
  PolicyOutcome outcome = PolicyOutcome::deny;  ///< What would have followed.
  bool operator==(const WhatIf&) const = default;
};
BOOST_DESCRIBE_STRUCT(WhatIf, (), (change, from, to, outcome))

/// The single changes of facts and policy that turn the verdict on `facts`, each at the point where
/// it turns. Where no single one leads to allow, the last entry may be `all obstacles in the
/// facts`, with what follows once they are all gone. Pure.
std::vector<WhatIf> what_if(const Policy& policy, const Facts& facts);

}  // namespace recourse
