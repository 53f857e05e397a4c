// Orders that something be kept: /v1/holds.

#include "api/routes/privacy.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/state_rows.h"
#include "api/routes/write.h"
#include "engine/erasure/erase.h"

namespace recourse::routes {
namespace {

std::string hold_json(const HoldState& row) {
  JsonObject object;
  object.value("hold", row.hold)
      .value("scope", row.scope)
      .value("subject", row.subject)
      .value("ticket", row.ticket)
      .value("from", row.from)
      .value("to", row.to)
      .value("matter", row.matter)
      .value("requested_by", row.requested_by)
      .value("authorised_by", row.authorised_by)
      .value("placed_at", row.placed_at)
      .value("review_at", row.review_at)
      .flag("released", row.released);
  return std::move(object).take();
}

http::Response hold_step(const Committed& committed) {
  JsonObject object;
  if (const auto* e = find_event<HoldPlaced>(committed))
    object.value("hold", e->hold).value("scope", e->scope).value("review_at", e->review_at);
  if (const auto* e = find_event<HoldReviewed>(committed))
    object.value("hold", e->hold).value("review_at", e->review_at);
  if (const auto* e = find_event<HoldReleased>(committed))
    object.value("hold", e->hold).flag("released", true);
  return accepted(committed, std::move(object),
                  find_event<HoldPlaced>(committed) != nullptr ? 201 : 200);
}

Result<EntryId> hold_id(const Call& call) {
  RECOURSE_LET(std::string id, id_parameter(call, "hold"));
  return EntryId(std::move(id));
}

}  // namespace

std::optional<Timestamp> optional_time(BodyReader& reader, std::string_view name) {
  const auto text = reader.optional_text(name, {1, 64});
  if (!text) return std::nullopt;
  const auto time = from_rfc3339(*text);
  if (!time) reader.fault(name, "a time like 2026-01-31T00:00:00Z");
  return time ? std::optional(*time) : std::nullopt;
}

void place_legal_hold(CallPtr call) {
  PlaceHold command;
  NamedPerson person;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.scope = reader.word_of<HoldScope>("scope");
    person = named_person(reader);
    if (const auto ticket = reader.optional_code("ticket")) command.ticket = TicketId(*ticket);
    command.from = optional_time(reader, "from");
    command.to = optional_time(reader, "to");
    command.matter = reader.code("matter");
    command.requested_by = PrincipalId(reader.code("requested_by"));
    const auto review = optional_time(reader, "review_at");
    if (!review) reader.fault("review_at", "when the hold is looked at again, within a year");
    command.review_at = review.value_or(Timestamp());
  });
  if (!good) return;
  const std::string about = person.subject    ? *person.subject
                            : command.ticket ? command.ticket->value()
                                             : std::string();
  submit(call, body.canonical, hold_request(call->app.writer, call->tenant, command, person),
         hold_step, refused_as("place_hold", about));
}

void list_holds(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"limit", "cursor", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, page_request(*call, "holds"), [&](const PageRequest& request) {
      then(call,
           state_rows<HoldState>(*call, call->ledger, "hold/", "a hold's row", hold_json, &request),
           [&](const StateRows& rows) {
             respond(*call, page(*call, request, rows.items, rows.last));
           });
    });
  });
}

void review_legal_hold(CallPtr call) {
  ReviewHold command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    const auto review = optional_time(reader, "review_at");
    if (!review) reader.fault("review_at", "when the hold is looked at again, within a year");
    command.review_at = review.value_or(Timestamp());
  });
  if (!good) return;
  then(call, hold_id(*call), [&](const EntryId& id) {
    command.hold = id;
    submit(call, body.canonical, privacy_request(call->tenant, command, &review_hold), hold_step,
           refused_as("review_hold", id.value()));
  });
}

void release_legal_hold(CallPtr call) {
  ReleaseHold command;
  Body body;
  const bool good = with_body(
      *call, body, [&](BodyReader& reader) { command.reason = reader.optional_text("reason"); });
  if (!good) return;
  then(call, hold_id(*call), [&](const EntryId& id) {
    command.hold = id;
    submit(call, body.canonical, privacy_request(call->tenant, command, &release_hold), hold_step,
           refused_as("release_hold", id.value()));
  });
}

}  // namespace recourse::routes
