#pragma once

#include "engine/decision/draft.h"
#include "engine/policy/policy.h"

namespace recourse {

/// The rule of the policy that fits the ticket; null when none does.
const SlaRule* sla_rule(const Policy& policy, const std::optional<Clear>& priority,
                        const std::optional<Clear>& category);

/// Adds to `events` what they mean for the clocks of their tickets: an opened ticket starts them, a
/// reply ends those of responses, waiting for the customer or a third party pauses them, a
/// resolution ends that of resolutions and a reopening starts it again. Imported tickets have none.
void keep_clocks(State& state, const DecisionContext& context, Events& events);

}  // namespace recourse
