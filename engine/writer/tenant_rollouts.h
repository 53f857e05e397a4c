#pragma once

#include <vector>

#include "engine/decision/state.h"
#include "engine/writer/writer.h"

namespace recourse {

/// The rollouts over tenants, whose latest stage counts what all tenants together came to since it
/// began: each tenant counts in its own ledger. Threads: any. Errors: corrupt; those of the views.
Result<std::vector<RolloutState>> tenant_rollouts(Writer& writer);

}  // namespace recourse
