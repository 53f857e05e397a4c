#include "api/routes/ticket_write.h"

#include <algorithm>

#include "api/routes/read.h"
#include "projections/rows.h"
#include "projections/tickets.h"

namespace recourse::routes {
namespace {

http::Response changed(const TicketId& ticket, const Committed& committed) {
  JsonObject object;
  object.value("ticket", ticket);
  std::string events = "[";
  std::optional<std::int64_t> version;
  std::optional<Automation> automation_now;
  for (const RecordedEvent& event : committed.events) {
    if (events.size() > 1) events += ',';
    append_canonical_string(events, type_of(event.data));
    if (event.stream == ticket.value()) version = event.stream_version;
    if (const auto* status = get_if<TicketStatusChanged>(&event.data))
      object.value("status", status->to);
    if (const auto* merged = get_if<TicketMerged>(&event.data); merged && merged->into)
      object.value("merged_into", merged->into);
    if (const auto* handler = get_if<TicketHandlerChanged>(&event.data))
      object.value("handler", handler->to);
    if (const auto* automation = get_if<TicketAutomationChanged>(&event.data))
      automation_now = automation->to;
    if (const auto* resolution = get_if<ResolutionAsserted>(&event.data))
      object.value("resolution", resolution->resolution);
    if (const auto* received = get_if<MessageReceived>(&event.data))
      object.value("message", received->message);
    if (const auto* sent = get_if<MessageSent>(&event.data)) object.value("message", sent->message);
    if (const auto* following = get_if<TicketOpened>(&event.data))
      object.value("followed_by", following->ticket);
    if (const auto* noted = get_if<TicketNoted>(&event.data))
      object.value("message", noted->message);
  }
  object.value("automation", automation_now);
  object.value("version", version).raw("events", events + ']');
  http::Response response = accepted(committed, std::move(object), 200);
  if (version) response.headers.set("ETag", '"' + std::to_string(*version) + '"');
  return response;
}

/// What a client with a stale version needs to go on: the version now, and where to read on. Of a
/// ticket that was merged, into which.
std::vector<http::Member> how_it_stands(const Call& call, const TicketId& ticket,
                                        const Error& error) {
  if (error.code != ErrorCode::version_conflict && error.code != ErrorCode::conflict) return {};
  const auto row = ticket_row(call, ticket);
  TicketRow now;
  if (!row || !decode_row(*row, now)) return {};
  if (error.code == ErrorCode::conflict) {
    if (!now.merged_into) return {};
    return {{"merged_into", http::json_string(now.merged_into->value())}};
  }
  return {{"current_version", std::to_string(now.version)},
          {"last_position", std::to_string(now.last_position)},
          {"events", http::json_string("/v1/events?subject=" + ticket.value())}};
}

}  // namespace

Result<TicketId> ticket_parameter(const Call& call) {
  RECOURSE_LET(std::string id, id_parameter(call, "ticket"));
  return ticket_named(call, std::move(id));
}

Result<TicketId> ticket_named(const Call& call, std::string id) {
  const bool number =
      !id.empty() && id.size() <= 15 &&
      std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number) return TicketId(std::move(id));
  auto found = id_row(call, view::tickets(), "number/" + ticket_number_key(std::stoll(id)));
  if (!found && found.error().code == ErrorCode::not_found)
    return Error{ErrorCode::not_found, "no such ticket"};
  if (!found) return found.error();
  return TicketId(std::move(*found));
}

void submit_ticket_command(const CallPtr& call, const TicketId& ticket, std::string_view body,
                           Command command) {
  WriteOptions options;
  options.explain = [call, ticket](const Error& error) {
    return how_it_stands(*call, ticket, error);
  };
  submit(
      call, body, std::move(command),
      [ticket](const Committed& committed) { return changed(ticket, committed); },
      std::move(options));
}

}  // namespace recourse::routes
