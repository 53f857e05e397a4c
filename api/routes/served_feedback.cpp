#include "api/routes/body_reader.h"
#include "api/routes/served_errors.h"
#include "api/routes/served_rows.h"
#include "api/routes/served_systems.h"
#include "api/routes/write.h"

namespace recourse::routes::served {
namespace {

http::Response received(const TicketRow& ticket, const Committed& committed) {
  JsonObject out;
  out.text("message", "Feedback received successfully").number("ticket_id", ticket.number);
  if (const auto* submitted = find_event<FeedbackSubmitted>(committed)) {
    add_or_null(out, "resolution_confirmed", submitted->confirmed);
    add_or_null(out, "satisfaction_score", submitted->score);
    out.value("feedback_id", submitted->feedback);
  }
  out.flag("ticket_reopened", find_event<TicketReopened>(committed) != nullptr);
  return http::json(std::move(out).take());
}

void submit_feedback(const CallPtr& call, const TicketRow& ticket) {
  SubmitFeedback command;
  command.ticket = ticket.ticket;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.confirmed = reader.optional_flag("resolution_confirmed");
    command.score = reader.optional_integer("satisfaction_score", 1, 5);
    const auto text = reader.optional_text("feedback_text", {0, 16U << 10});
    if (text && !text->empty()) command.comment = *text;
    if (!command.confirmed && !command.score && !command.comment)
      reader.fault("", "say whether it is resolved, give a score or write a text");
  });
  if (!good) return;
  command.source = "form";
  WriteOptions options;
  options.key_required = false;
  submit(
      call, body.canonical, std::move(command),
      [ticket](const Committed& committed) { return received(ticket, committed); },
      std::move(options));
}

Result<std::optional<ResolutionRow>> newest_resolution(const Call& call, const TicketId& ticket) {
  const auto id = id_row(call, view::resolutions(), "newest/" + ticket.value());
  if (!id && id.error().code == ErrorCode::not_found) return std::optional<ResolutionRow>();
  if (!id) return id.error();
  RECOURSE_LET(const std::string json, call.app.views.row(view::resolutions(), call.ledger,
                                                          "ticket/" + ticket.value() + '/' + *id));
  ResolutionRow row;
  if (!decode_row(json, row)) return Error{ErrorCode::corrupt, "a stored row cannot be read"};
  return std::optional(std::move(row));
}

/// Reopened or undone: no. Confirmed, or four stars and more: yes. Else nobody knows.
std::string was_successful(const ResolutionRow& row) {
  if (row.reopened || row.voided) return "false";
  if (row.confirmed == true || row.score.value_or(0) >= 4) return "true";
  return "null";
}

std::string resolution_object(const TicketRow& ticket, const ResolutionRow& row) {
  JsonObject out;
  out.value("id", row.resolution).number("ticket_id", ticket.number);
  out.raw("autonomous_action",
          http::json_string(row.action_type ? row.action_type->text : "MANUAL"));
  add_or_null(out, "resolution_confirmed", row.confirmed);
  add_text(out, "user_feedback_text", row.feedback_text, "\"\"");
  add_or_null(out, "satisfaction_score", row.score);
  if (row.score_source) out.value("satisfaction_source", *row.score_source);
  add_or_null(out, "followup_sent_at", row.followup_sent_at);
  add_or_null(out, "followup_due_at",
              row.followup_cancelled_at ? std::optional<Timestamp>() : row.followup_due_at);
  add_or_null(out, "response_received_at", row.response_received_at);
  out.flag("reopened", row.reopened);
  add_or_null(out, "reopened_at", row.reopened_at);
  const std::string code = row.reopened_code ? row.reopened_code->text : "";
  add_text(out, "reopened_reason", row.reopened_reason, http::json_string(code));
  out.flag("rolled_back", row.voided).raw("was_successful", was_successful(row));
  out.value("created_at", row.created_at).value("updated_at", row.updated_at);
  return std::move(out).take();
}

}  // namespace

void submit_resolution_feedback(CallPtr call) {
  with_ticket(call, [&](const TicketRow& ticket) { submit_feedback(call, ticket); });
}

void show_resolution(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    with_ticket(call, [&](const TicketRow& ticket) {
      then(call, newest_resolution(*call, ticket.ticket), [&](std::optional<ResolutionRow> row) {
        if (!row)
          return refuse_with(*call, ErrorCode::not_found, "This ticket has not been resolved yet");
        show_texts(call, {ticket.ticket.value()},
                   [call, object = resolution_object(ticket, *row)](const Shown& shown) {
                     answer_row(*call, shown, object);
                   });
      });
    });
  });
}

}  // namespace recourse::routes::served
