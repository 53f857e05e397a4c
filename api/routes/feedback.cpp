#include "api/routes/resources.h"
#include "api/routes/ticket_write.h"

namespace recourse::routes {
namespace {

http::Response recorded(const Committed& committed) {
  JsonObject object;
  if (const auto* feedback = find_event<FeedbackSubmitted>(committed))
    object.value("feedback", feedback->feedback)
        .value("ticket", feedback->ticket)
        .value("resolution", feedback->resolution);
  if (const auto* following = find_event<TicketOpened>(committed))
    object.value("followed_by", following->ticket);
  object.flag("confirmed", find_event<ResolutionConfirmed>(committed) != nullptr)
      .flag("contradicted", find_event<ResolutionContradicted>(committed) != nullptr)
      .flag("reopened", find_event<TicketReopened>(committed) != nullptr);
  return accepted(committed, std::move(object));
}

}  // namespace

void submit_feedback(CallPtr call) {
  auto ticket = ticket_parameter(*call);
  if (!ticket) return refuse(*call, ticket.error());
  SubmitFeedback command;
  command.ticket = *ticket;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    if (auto id = reader.optional_code("resolution")) command.resolution = ResolutionId(*id);
    command.confirmed = reader.optional_flag("confirmed");
    command.kind = reader.optional_word_of<FeedbackKind>("kind");
    const bool asked = !command.kind || *command.kind == FeedbackKind::csat ||
                       *command.kind == FeedbackKind::nps || *command.kind == FeedbackKind::thumb;
    if (!asked) reader.fault("kind", "must be csat, nps or thumb");
    switch (command.kind.value_or(FeedbackKind::csat)) {
      case FeedbackKind::nps:
        command.score = reader.optional_integer("score", 0, 10);
        break;
      case FeedbackKind::thumb:
        command.score = reader.optional_integer("score", 0, 1);
        break;
      default:
        command.score = reader.optional_integer("score", 1, 5);
    }
    if (command.kind && !command.score) reader.fault("score", "is needed for this kind");
    command.comment = reader.optional_text("comment");
    command.partial = reader.optional_flag("partial").value_or(false);
    if (!command.confirmed && !command.score && !command.comment)
      reader.fault("", "needs confirmed, score or comment");
  });
  if (good) submit(call, body.canonical, std::move(command), recorded);
}

void retract_feedback(CallPtr call) {
  auto id = id_parameter(*call, "feedback");
  if (!id) return refuse(*call, id.error());
  RetractFeedback command;
  command.feedback = FeedbackId(*id);
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.reason_code = reader.optional_code("reason_code").value_or("manual");
  });
  if (!good) return;
  submit(call, body.canonical, std::move(command), [](const Committed& committed) {
    JsonObject object;
    if (const auto* retracted = find_event<FeedbackRetracted>(committed))
      object.value("feedback", retracted->feedback).value("ticket", retracted->ticket);
    object.flag("retracted", true);
    return accepted(committed, std::move(object), 200);
  });
}

}  // namespace recourse::routes
