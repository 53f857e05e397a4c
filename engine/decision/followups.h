#pragma once

#include "engine/decision/draft.h"
#include "engine/policy/policy.h"

namespace recourse {

/// The rules of the policy, or what holds where it says nothing.
const FollowUpRule& followup_rule(const Policy& policy);
const ClosingRule& closing_rule(const Policy& policy);

struct FollowUpOrder {
  std::optional<ResolutionId> resolution;
  std::optional<ActionId> action;
  Timestamp at;
  std::optional<Clear> channel = {};
};
/// Adds followup.scheduled: at that time, or when it is not quiet any more.
FollowUpId schedule_followup(Draft& draft, const Policy& policy, const FollowUpOrder& order);

/// What follows a resolution by itself. `by_action`: an agent's action asserted it.
void follow_up_by_rule(Draft& draft, const Policy& policy, const ResolutionId& resolution,
                       const std::optional<ActionId>& by_action);

/// How the customer is asked, or nothing when there is no way.
std::optional<Clear> reachable_by(const Policy& policy, const TicketState& ticket,
                                  const Clear& wanted);

/// When a ticket that is resolved now closes by itself; never when the policy says so.
std::optional<Timestamp> closing_time(const Policy& policy, Timestamp now);

/// Whether a resolved or closed ticket may be opened again, or a new one has to follow.
bool may_reopen(const Policy& policy, const TicketState& ticket, Timestamp now);

/// Adds the ticket that follows one which is closed for too long; the draft goes on with it.
void open_following(Draft& draft);

}  // namespace recourse
