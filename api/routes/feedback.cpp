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
    command.score = reader.optional_integer("score", 1, 5);
    command.comment = reader.optional_text("comment");
    command.partial = reader.optional_flag("partial").value_or(false);
    if (!command.confirmed && !command.score && !command.comment)
      reader.fault("", "needs confirmed, score or comment");
  });
  if (good) submit(call, body.canonical, std::move(command), recorded);
}

}  // namespace recourse::routes
