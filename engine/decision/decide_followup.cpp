#include "engine/calendar/time_zones.h"
#include "engine/decision/decisions.h"
#include "engine/decision/facts.h"
#include "engine/decision/followups.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

using std::chrono::seconds;

constexpr seconds kHeldBack{3'600};
constexpr std::chrono::days kFarthest{366};

Result<FollowUpState> find_followup(State& state, const FollowUpId& id) {
  const FollowUpState* const found = state.followups.find(id);
  if (found == nullptr || found->ticket.value().empty()) return not_found("follow-up", id.value());
  return *found;
}

/// Why nobody is asked any more; nothing when it makes sense.
std::optional<std::string_view> why_not(State& state, const TicketState& ticket,
                                        const FollowUpState& followup) {
  if (!followup.resolution) return std::nullopt;
  const ResolutionState* const found = state.resolutions.find(*followup.resolution);
  if (found == nullptr || found->voided || found->confirmed == false || !is_resolved(ticket.status))
    return "not_resolved";
  if (ticket.last_resolution != followup.resolution) return "superseded";
  if (found->confirmed == true) return "answered";
  if (found->asked) return "already_asked";
  return std::nullopt;
}

/// The kill switch stops what would be said in our name, too.
bool is_stopped(State& state, const DecisionContext& context) {
  if (context.deployment_stopped) return true;
  const TenantState* const tenant = state.tenant.find(TenantId());
  if (tenant == nullptr) return false;
  for (const Clear& scope : tenant->killed_scopes)
    if (scope.text == "tenant") return true;
  return false;
}

/// The one that a button under it answers, as a command.
SubmitFeedback feedback_of(const AnswerFollowUp& command, const FollowUpState& followup) {
  SubmitFeedback feedback;
  feedback.ticket = followup.ticket;
  feedback.resolution = followup.resolution;
  feedback.confirmed = command.answer == FollowUpAnswer::confirm;
  feedback.partial = command.answer == FollowUpAnswer::partial;
  feedback.score = command.answer == FollowUpAnswer::confirm   ? 5
                   : command.answer == FollowUpAnswer::partial ? 3
                                                               : 1;
  feedback.comment = command.comment;
  feedback.source = command.source;
  return feedback;
}

}  // namespace

Decision send_followup(State& state, const SendFollowUp& command, const DecisionContext& context) {
  RECOURSE_LET(const FollowUpState followup, find_followup(state, command.followup));
  if (followup.status != FollowUpStatus::scheduled)
    return conflict("the follow-up is " + std::string(word(followup.status)) + " already");
  if (context.now < followup.due_at) return conflict("the follow-up is not due yet");
  RECOURSE_LET(Draft draft, draft_for(state, followup.ticket, context));
  const PolicyInForce in_force = policy_in_force(state);
  const Policy& policy = *in_force.policy;
  const FollowUpRule& rule = followup_rule(policy);
  const std::string stream = followup.followup.value();
  // From the first moment: what is held back for long is missed in the end.
  const auto late = std::chrono::floor<seconds>(context.now - followup.planned_at);

  if (const auto reason = why_not(state, draft.ticket, followup)) {
    draft.add(stream, FollowUpSkipped{followup.followup, followup.ticket, *reason});
  } else if (late > seconds(rule.max_late_s)) {
    draft.add(stream, FollowUpMissed{followup.followup, followup.ticket, late.count()});
  } else if (is_stopped(state, context)) {
    draft.add(stream, FollowUpPostponed{followup.followup, followup.ticket, context.now + kHeldBack,
                                        "killswitch"});
  } else if (is_restricted(draft)) {
    draft.add(stream, FollowUpPostponed{followup.followup, followup.ticket, context.now + kHeldBack,
                                        "restricted"});
  } else if (const Timestamp open =
                 first_open(quiet_hours(rule), zone_or_utc(rule.zone.text), context.now);
             open > context.now) {
    draft.add(stream, FollowUpPostponed{followup.followup, followup.ticket, open, "quiet_hours"});
  } else if (const auto channel = reachable_by(policy, draft.ticket, followup.channel)) {
    draft.add(stream, FollowUpSent{followup.followup, followup.ticket, followup.resolution,
                                   *channel, late.count()});
  } else {
    draft.add(stream, FollowUpSkipped{followup.followup, followup.ticket, "no_way_to_reach"});
  }
  return std::move(draft.events);
}

Decision request_followup(State& state, const RequestFollowUp& command,
                          const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_not_merged(state, draft.ticket));
  if (command.channel && !is_label(*command.channel)) return invalid("channel: 1 to 64 bytes");
  if (command.at && *command.at < context.now)
    return invalid("at: a follow-up cannot be sent in the past");
  if (command.at && *command.at > context.now + kFarthest)
    return invalid("at: at most 366 days from now");
  if (!is_resolved(draft.ticket.status) || draft.ticket.open_resolutions.empty())
    return conflict("the ticket is not resolved: there is nothing to ask about");
  const std::optional<ResolutionId> resolution = draft.ticket.last_resolution;
  const ResolutionState* const about = resolution ? state.resolutions.find(*resolution) : nullptr;
  if (about != nullptr && about->confirmed) return conflict("the customer has answered already");
  if (about != nullptr && about->asked) return conflict("the customer has been asked already");
  const PolicyInForce in_force = policy_in_force(state);
  // What was planned by itself makes way: the customer is asked once.
  cancel_followups(draft, std::vector(draft.ticket.pending_followups), "replaced");
  FollowUpOrder order{resolution, {}, command.at.value_or(context.now)};
  if (command.channel) order.channel = *command.channel;
  schedule_followup(draft, *in_force.policy, order);
  return std::move(draft.events);
}

Decision cancel_followup(State& state, const CancelFollowUp& command,
                         const DecisionContext& context) {
  RECOURSE_LET(const FollowUpState followup, find_followup(state, command.followup));
  if (!is_code(command.reason_code)) return invalid("reason_code: 1 to 128 of A-Za-z0-9_.:/-");
  if (followup.status != FollowUpStatus::scheduled)
    return conflict("the follow-up is " + std::string(word(followup.status)) + " already");
  RECOURSE_LET(Draft draft, draft_for(state, followup.ticket, context));
  draft.add(followup.followup.value(),
            FollowUpCancelled{followup.followup, followup.ticket, command.reason_code});
  return std::move(draft.events);
}

Decision answer_followup(State& state, const AnswerFollowUp& command,
                         const DecisionContext& context) {
  RECOURSE_LET(const FollowUpState followup, find_followup(state, command.followup));
  if (followup.status == FollowUpStatus::answered)
    return conflict("the follow-up has been answered already");
  if (followup.status != FollowUpStatus::sent)
    return conflict("the follow-up was not sent: it is " + std::string(word(followup.status)));
  if (!followup.resolution) return conflict("the follow-up is about no resolution");
  const TicketState* const ticket = state.tickets.find(followup.ticket);
  if (ticket != nullptr && ticket->last_resolution != followup.resolution)
    return conflict("the ticket has been resolved anew since: that was asked about something else");
  return submit_feedback(state, feedback_of(command, followup), context);
}

Decision close_resolved(State& state, const CloseResolved& command,
                        const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  if (draft.ticket.status != TicketStatus::resolved) return conflict("the ticket is not resolved");
  std::string_view reason = "resolved_long_ago";
  const auto last = draft.ticket.last_resolution;
  const ResolutionState* const resolution = last ? state.resolutions.find(*last) : nullptr;
  const bool unanswered = resolution != nullptr && !resolution->confirmed && !resolution->voided &&
                          !resolution->assumed && resolution->asserted_at;
  if (unanswered) {
    const auto after = std::chrono::floor<seconds>(context.now - *resolution->asserted_at);
    draft.add(last->value(), ResolutionAssumed{*last, command.ticket, after.count()});
    reason = "assumed";
  }
  close(draft, reason);
  return std::move(draft.events);
}

}  // namespace recourse
