#include <algorithm>

#include "engine/decision/decide_privacy.h"
#include "engine/decision/privacy_checks.h"

namespace recourse {
namespace {

constexpr int kReviewMonths = 12;
constexpr std::size_t kMaxHolds = 1'024;

std::vector<HoldState> open_holds(State& state) {
  std::vector<HoldState> holds;
  const PrivacyState* const open = state.privacy.find(TenantId());
  if (open == nullptr) return holds;
  for (const EntryId& id : std::vector(open->holds))
    if (const HoldState* const hold = state.holds.find(id)) holds.push_back(*hold);
  return holds;
}

/// Whether the hold's range meets [from, to].
bool meets(const HoldState& hold, Timestamp from, Timestamp to) {
  return (!hold.from || *hold.from <= to) && (!hold.to || from <= *hold.to);
}

Status check_review(const DecisionContext& context, Timestamp review_at) {
  const Timestamp latest = months_later(context.now, kReviewMonths);
  if (review_at > context.now && review_at <= latest) return {};
  return invalid("review_at: after now and within twelve months, by " + to_rfc3339(latest));
}

Status check_scope(State& state, const PlaceHold& command) {
  const bool right = command.scope == HoldScope::tenant    ? !command.subject && !command.ticket
                     : command.scope == HoldScope::subject ? command.subject && !command.ticket
                                                           : command.ticket && !command.subject;
  if (!right)
    return invalid(
        "scope: a hold on a subject names the subject, one on a ticket the ticket, one "
        "on the tenant neither");
  if (command.subject && is_erased(state, *command.subject))
    return conflict("this person was erased already: nothing is left that a hold could keep");
  if (command.ticket) {
    const TicketState* const ticket = state.tickets.find(*command.ticket);
    if (ticket == nullptr || ticket->next_version == 0)
      return not_found("ticket", command.ticket->value());
    if (is_erased(state, ticket->requester))
      return conflict(
          "the requester of this ticket was erased already: nothing is left that a "
          "hold could keep");
  }
  if (command.from && command.to && *command.to < *command.from)
    return invalid("to: not before from");
  return {};
}

Result<HoldState> hold_in_force(State& state, const EntryId& id) {
  const HoldState* const found = state.holds.find(id);
  if (found == nullptr) return not_found("hold", id.value());
  if (found->released) return conflict("the hold was released already");
  return *found;
}

}  // namespace

bool keeps(const HoldState& hold, const SubjectId& subject, const SubjectTrace& trace) {
  if (hold.scope == HoldScope::subject && hold.subject != subject) return false;
  if (hold.scope == HoldScope::ticket && std::find(trace.groups.begin(), trace.groups.end(),
                                                   hold.ticket->value()) == trace.groups.end())
    return false;
  if (!hold.from && !hold.to) return true;
  return trace.first && meets(hold, *trace.first, *trace.last);
}

std::vector<HoldState> holds_on(State& state, const SubjectId& subject, const SubjectTrace& trace) {
  std::vector<HoldState> holds = open_holds(state);
  std::erase_if(holds, [&](const HoldState& hold) { return !keeps(hold, subject, trace); });
  return holds;
}

std::vector<HoldState> holds_between(State& state, Timestamp from, Timestamp before) {
  std::vector<HoldState> holds = open_holds(state);
  std::erase_if(holds, [&](const HoldState& hold) {
    return !meets(hold, from, before - std::chrono::microseconds(1));
  });
  return holds;
}

Result<Events> place_hold(State& state, const PlaceHold& command, const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_TRY(check_code("matter", command.matter));
  if (command.requested_by.value().empty())
    return invalid("requested_by: who asks for the hold, another person than who authorises it");
  if (command.requested_by == context.principal.id)
    return conflict("a hold needs a second person: whoever asks for it does not authorise it");
  RECOURSE_TRY(check_review(context, command.review_at));
  RECOURSE_TRY(check_scope(state, command));
  if (open_holds(state).size() >= kMaxHolds)
    return conflict("there are 1024 holds in force already: release one");
  Draft draft{state, context, {}};
  HoldPlaced placed;
  placed.hold = draft.make<EntryId>("hld_");
  placed.scope = command.scope;
  placed.subject = command.subject;
  placed.ticket = command.ticket;
  placed.from = command.from;
  placed.to = command.to;
  placed.matter = command.matter;
  placed.requested_by = command.requested_by;
  placed.review_at = command.review_at;
  draft.add(placed.hold.value(), std::move(placed));
  return std::move(draft.events);
}

Result<Events> review_hold(State& state, const ReviewHold& command,
                           const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_TRY(hold_in_force(state, command.hold));
  RECOURSE_TRY(check_review(context, command.review_at));
  Draft draft{state, context, {}};
  draft.add(command.hold.value(), HoldReviewed{command.hold, command.review_at});
  return std::move(draft.events);
}

Result<Events> release_hold(State& state, const ReleaseHold& command,
                            const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const HoldState hold, hold_in_force(state, command.hold));
  Draft draft{state, context, {}};
  draft.add(command.hold.value(),
            HoldReleased{command.hold, sealed_for(state, hold.subject, command.reason)});
  return std::move(draft.events);
}

Result<Events> destroy_bucket(State& state, const DestroyBucket& command,
                              const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_TRY(check_code("retention", command.retention));
  if (command.due_at > context.now)
    return conflict("the values of " + command.month + " are kept until " +
                    to_rfc3339(command.due_at));
  Draft draft{state, context, {}};
  draft.add("ctl_retention", BucketDestroyed{command.retention, command.month, command.due_at});
  return std::move(draft.events);
}

}  // namespace recourse
