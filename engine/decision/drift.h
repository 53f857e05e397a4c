#pragma once

#include <vector>

#include "engine/decision/state.h"

namespace recourse {

/// What an approval of `action` was asked on and is no longer so: fields that the agent says it
/// read, the ticket's version that it expected, a message of the customer. By the type's
/// `on_new_message`: `continue` looks at nothing, `revalidate` at what was read, `invalidate` at
/// all. `ticket` is the action's. Empty: people may rely on what they were shown.
std::vector<ChangedFact> drift_of(const TicketState& ticket, const ActionState& action);

}  // namespace recourse
