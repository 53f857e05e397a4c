#include "engine/decision/decisions.h"
#include "engine/decision/facts.h"
#include "engine/decision/followups.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

/// The resolution that an answer is about: the named one, else the ticket's newest, if any.
Result<std::optional<ResolutionState>> resolution_of(State& state, const SubmitFeedback& command,
                                                     const TicketState& ticket) {
  const auto id = command.resolution ? command.resolution : ticket.last_resolution;
  if (!id) return std::optional<ResolutionState>();
  const ResolutionState* found = state.resolutions.find(*id);
  if (found == nullptr || found->ticket != command.ticket)
    return not_found("resolution", id->value());
  return std::optional(*found);
}

/// What a score may be depends on what was asked.
Status check_score(const SubmitFeedback& command) {
  const FeedbackKind kind = command.kind.value_or(FeedbackKind::csat);
  const bool known =
      kind == FeedbackKind::csat || kind == FeedbackKind::nps || kind == FeedbackKind::thumb;
  if (!known) return invalid("kind: csat, nps or thumb");
  if (command.kind && !command.score)
    return invalid("a " + std::string(word(kind)) + " needs a score");
  if (!command.score) return {};
  const std::int64_t score = *command.score;
  if (kind == FeedbackKind::nps && (score < 0 || score > 10))
    return invalid("an nps is from 0 to 10");
  if (kind == FeedbackKind::thumb && score != 0 && score != 1)
    return invalid("a thumb is 1 (up) or 0 (down)");
  if (kind == FeedbackKind::csat && (score < 1 || score > 5))
    return invalid("a score is from 1 to 5");
  return {};
}

void record_answer(Draft& draft, const SubmitFeedback& command,
                   const std::optional<ResolutionState>& resolution) {
  FeedbackSubmitted submitted;
  submitted.feedback = draft.make<FeedbackId>("fbk_");
  submitted.ticket = command.ticket;
  if (resolution) submitted.resolution = resolution->resolution;
  submitted.kind =
      command.kind.value_or(command.score ? FeedbackKind::csat : FeedbackKind::resolution);
  submitted.score = command.score;
  submitted.confirmed = command.confirmed;
  submitted.comment = draft.seal_given(command.comment);
  submitted.channel = command.source;
  draft.add(submitted.feedback.value(), std::move(submitted));
}

void record_verdict(Draft& draft, const SubmitFeedback& command,
                    const ResolutionState& resolution) {
  if (resolution.voided) return;  // What was rolled back is no longer a claim to confirm.
  const std::string stream = resolution.resolution.value();
  if (*command.confirmed) {
    ResolutionConfirmed confirmed;
    confirmed.resolution = resolution.resolution;
    confirmed.ticket = command.ticket;
    confirmed.channel = command.source;
    draft.add(stream, std::move(confirmed));
    return;
  }
  ResolutionContradicted contradicted;
  contradicted.resolution = resolution.resolution;
  contradicted.ticket = command.ticket;
  contradicted.reason_code = command.partial ? "partially_fixed" : "not_fixed";
  contradicted.partial = command.partial;
  draft.add(stream, std::move(contradicted));
}

/// The follow-up that asked, if one did, has its answer.
void record_followup_answer(Draft& draft, const SubmitFeedback& command,
                            const ResolutionState& resolution) {
  if (!resolution.asked) return;
  const FollowUpState* const asked = draft.state.followups.find(*resolution.asked);
  if (asked == nullptr || asked->status != FollowUpStatus::sent) return;
  const FollowUpId id = *resolution.asked;
  const FollowUpAnswer answer = *command.confirmed ? FollowUpAnswer::confirm
                                : command.partial  ? FollowUpAnswer::partial
                                                   : FollowUpAnswer::reject;
  draft.add(id.value(), FollowUpAnswered{id, command.ticket, answer, command.source});
}

/// It does not work: the ticket is opened again, or one that follows it where it is closed for too
/// long. The button that says so asks for a person.
void take_up_again(Draft& draft, const SubmitFeedback& command,
                   const std::optional<ResolutionState>& resolution) {
  const std::string_view reason = command.partial ? "partially_fixed" : "not_fixed";
  const PolicyInForce in_force = policy_in_force(draft.state);
  if (may_reopen(*in_force.policy, draft.ticket, draft.context.now)) {
    reopen(draft, resolution ? std::optional(resolution->resolution) : std::nullopt, reason,
           draft.seal_given(command.comment));
  } else if (!draft.ticket.followed_by) {
    open_following(draft);
  }
  if (command.source != "button" || command.partial) return;
  if (draft.ticket.handler == TicketHandler::human) return;
  TicketEscalated escalated;
  escalated.ticket = draft.ticket.ticket;
  escalated.reason_code = "resolution_rejected";
  escalated.prev_team = draft.ticket.team;
  escalated.prev_handler = draft.ticket.handler;
  const std::string stream = escalated.ticket.value();
  draft.add(stream, std::move(escalated));
}

}  // namespace

Decision submit_feedback(State& state, const SubmitFeedback& command,
                         const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  RECOURSE_TRY(check_not_merged(state, draft.ticket));
  RECOURSE_TRY(check_score(command));
  if (!command.score && !command.confirmed && command.comment.value_or("").empty())
    return invalid("feedback says yes or no, gives a score or has a text");
  if (command.partial && command.confirmed != false)
    return invalid("partial goes with resolution_confirmed false");
  if (!is_label(command.source)) return invalid("source: 1 to 64 bytes");
  RECOURSE_LET(const auto resolution, resolution_of(state, command, draft.ticket));
  record_answer(draft, command, resolution);
  if (!command.confirmed) return std::move(draft.events);
  if (resolution) record_followup_answer(draft, command, *resolution);
  if (resolution) record_verdict(draft, command, *resolution);
  if (!*command.confirmed && is_resolved(draft.ticket.status)) {
    take_up_again(draft, command, resolution);
  } else {
    // Who has answered is not asked again.
    cancel_followups(draft, std::vector(draft.ticket.pending_followups), "answered");
  }
  return std::move(draft.events);
}

Decision retract_feedback(State& state, const RetractFeedback& command,
                          const DecisionContext& context) {
  const FeedbackState* const found = state.feedback.find(command.feedback);
  if (found == nullptr || found->ticket.value().empty())
    return not_found("feedback", command.feedback.value());
  const FeedbackState feedback = *found;
  if (!is_code(command.reason_code)) return invalid("reason_code: 1 to 128 of A-Za-z0-9_.:/-");
  if (feedback.retracted) return conflict("the feedback has been retracted already");
  RECOURSE_LET(Draft draft, draft_for(state, feedback.ticket, context));
  draft.add(command.feedback.value(), FeedbackRetracted{command.feedback, feedback.ticket,
                                                        feedback.resolution, command.reason_code});
  return std::move(draft.events);
}

}  // namespace recourse
