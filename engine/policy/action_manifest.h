#pragma once

#include <vector>

#include "engine/policy/action_types.h"

namespace recourse {

/// The rows of the manifest, by where the tools come from. In no particular order.
std::vector<ActionType> help_desk_types();      ///< Changes of our own tickets.
std::vector<ActionType> support_agent_types();  ///< Tools of the customer-support agent.
std::vector<ActionType> shop_types();           ///< Retail and airline tools of recorded runs.
std::vector<ActionType> office_types();         ///< Mail, calendar and CRM tools of recorded runs.

}  // namespace recourse
