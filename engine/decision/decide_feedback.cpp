#include "engine/decision/decisions.h"
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

void record_answer(Draft& draft, const SubmitFeedback& command,
                   const std::optional<ResolutionState>& resolution) {
  FeedbackSubmitted submitted;
  submitted.feedback = draft.make<FeedbackId>("fbk_");
  submitted.ticket = command.ticket;
  if (resolution) submitted.resolution = resolution->resolution;
  submitted.kind = command.score ? FeedbackKind::csat : FeedbackKind::resolution;
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

}  // namespace

Decision submit_feedback(State& state, const SubmitFeedback& command,
                         const DecisionContext& context) {
  RECOURSE_LET(Draft draft, draft_for(state, command.ticket, context));
  if (command.score && (*command.score < 1 || *command.score > 5))
    return invalid("a score is from 1 to 5");
  if (!command.score && !command.confirmed && command.comment.value_or("").empty())
    return invalid("feedback says yes or no, gives a score or has a text");
  if (command.partial && command.confirmed != false)
    return invalid("partial goes with resolution_confirmed false");
  if (!is_label(command.source)) return invalid("source: 1 to 64 bytes");
  RECOURSE_LET(const auto resolution, resolution_of(state, command, draft.ticket));
  record_answer(draft, command, resolution);
  if (!command.confirmed) return std::move(draft.events);
  if (resolution) record_verdict(draft, command, *resolution);
  if (!*command.confirmed && is_resolved(draft.ticket.status)) {
    reopen(draft, resolution ? std::optional(resolution->resolution) : std::nullopt,
           command.partial ? "partially_fixed" : "not_fixed", draft.seal_given(command.comment));
  } else {
    // Who has answered is not asked again.
    cancel_followups(draft, std::vector(draft.ticket.pending_followups), "answered");
  }
  return std::move(draft.events);
}

}  // namespace recourse
