#include "engine/decision/followups.h"

#include <algorithm>
#include <array>

#include "engine/calendar/time_zones.h"

namespace recourse {
namespace {

/// Channels that lead back to the customer without an address.
bool is_conversation(const Clear& channel) {
  constexpr std::array<std::string_view, 5> kChannels{"slack", "whatsapp", "chat", "sms",
                                                      "messenger"};
  return std::find(kChannels.begin(), kChannels.end(), channel.text) != kChannels.end();
}

}  // namespace

const FollowUpRule& followup_rule(const Policy& policy) {
  static const FollowUpRule by_default;
  return policy.followup ? *policy.followup : by_default;
}

const ClosingRule& closing_rule(const Policy& policy) {
  static const ClosingRule by_default;
  return policy.closing ? *policy.closing : by_default;
}

FollowUpId schedule_followup(Draft& draft, const Policy& policy, const FollowUpOrder& order) {
  const FollowUpRule& rule = followup_rule(policy);
  FollowUpScheduled scheduled;
  scheduled.followup = draft.make<FollowUpId>("fup_");
  scheduled.ticket = draft.ticket.ticket;
  scheduled.resolution = order.resolution;
  scheduled.action = order.action;
  scheduled.due_at = first_open(quiet_hours(rule), zone_or_utc(rule.zone.text), order.at);
  scheduled.channel = order.channel ? *order.channel : rule.channel.value_or(draft.ticket.channel);
  FollowUpId id = scheduled.followup;
  draft.add(id.value(), std::move(scheduled));
  return id;
}

void follow_up_by_rule(Draft& draft, const Policy& policy, const ResolutionId& resolution,
                       const std::optional<ActionId>& by_action) {
  const FollowUpRule& rule = followup_rule(policy);
  if (!rule.enabled || (!by_action && !rule.after_people)) return;
  const Timestamp at = draft.context.now + std::chrono::seconds(policy.followup_after_s);
  schedule_followup(draft, policy, {resolution, by_action, at});
}

std::optional<Clear> reachable_by(const Policy& policy, const TicketState& ticket,
                                  const Clear& wanted) {
  const bool named = wanted != ticket.channel || followup_rule(policy).channel == wanted;
  // Who came by mail cannot be met in a conversation, and an API is no way to a customer; any other
  // channel that somebody named is the tenant's own, which knows its customers.
  const bool reaches =
      is_conversation(wanted) ? wanted == ticket.channel : named && wanted.text != "email";
  if (reaches) return wanted;
  return ticket.has_email ? std::optional<Clear>("email") : std::nullopt;
}

std::optional<Timestamp> closing_time(const Policy& policy, Timestamp now) {
  const ClosingRule& rule = closing_rule(policy);
  if (!rule.enabled) return std::nullopt;
  return now + std::chrono::seconds(rule.after_s);
}

bool may_reopen(const Policy& policy, const TicketState& ticket, Timestamp now) {
  if (ticket.status != TicketStatus::closed || !ticket.closed_at) return true;
  return now - *ticket.closed_at <= std::chrono::seconds(closing_rule(policy).reopen_within_s);
}

void open_following(Draft& draft) {
  const TicketState before = draft.ticket;
  const TenantState* const tenant = draft.state.tenant.find(TenantId());
  TicketState& ticket = draft.ticket = TicketState{};
  ticket.ticket = draft.make<TicketId>("tkt_");
  ticket.requester = before.requester;
  ticket.channel = before.channel;
  ticket.category = before.category;
  ticket.priority = before.priority;
  ticket.has_email = before.has_email;
  TicketOpened opened;
  opened.ticket = ticket.ticket;
  opened.number = tenant != nullptr ? tenant->next_ticket_number : 1;
  opened.channel = ticket.channel;
  opened.requester = ticket.requester;
  opened.category = ticket.category;
  opened.priority = ticket.priority;
  opened.follows = before.ticket;
  draft.add(ticket.ticket.value(), std::move(opened));
}

}  // namespace recourse
