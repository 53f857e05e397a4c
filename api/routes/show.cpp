#include "api/routes/show.h"

#include <algorithm>
#include <utility>

#include "api/routes/corrections.h"
#include "engine/erasure/privacy_rows.h"
#include "engine/writer/decision_state.h"
#include "projections/row_codec.h"

namespace recourse::routes {
namespace {

struct Reading {
  std::string ticket;
  std::int64_t repeats = 0;
};

bool is_purpose(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

/// What the texts are opened for, or why they are not.
Result<std::string> purpose_of(const Call& call) {
  RECOURSE_LET(const auto given, query_text(call, kPurpose));
  if (given && !is_purpose(*given))
    return Error{ErrorCode::invalid,
                 "query parameter 'purpose' must be 1 to 64 of a-z, 0-9, '_', '-' and '.'"};
  switch (call.principal.role) {
    case Role::viewer:
      return Error{ErrorCode::forbidden, "a viewer sees no sealed texts"};
    case Role::auditor:
      if (!given)
        return Error{ErrorCode::forbidden,
                     "an auditor opens sealed texts for a purpose: add purpose=<why>"};
      return *given;
    default:
      return given.value_or("work");
  }
}

/// No machine works with the data of a person who had that restricted. Errors: forbidden; corrupt.
Status check_not_restricted(const Call& call, const std::vector<std::string>& tickets) {
  if (call.principal.kind == ActorType::human) return {};
  for (const std::string& ticket : tickets) {
    const auto json = call.app.views.row(kDecisionState, call.ledger, "ticket/" + ticket);
    if (!json && json.error().code == ErrorCode::not_found) continue;
    if (!json) return json.error();
    TicketState row;
    if (!decode_row(*json, row))
      return Error{ErrorCode::corrupt, "the row ticket/" + ticket + " cannot be read: rebuild"};
    RECOURSE_LET(const SubjectState requester,
                 subject_row(call.app.views, call.ledger, row.requester));
    if (requester.restricted)
      return Error{ErrorCode::forbidden,
                   "the processing of the data of the requester of " + ticket +
                       " is restricted: no machine opens its texts until an admin releases it"};
  }
  return {};
}

WriteRequest record_of(const Call& call, const std::vector<Reading>& readings,
                       const std::string& purpose) {
  WriteRequest request;
  request.tenant = call.tenant;
  request.principal = call.principal;
  const Actor actor{call.principal.kind, call.principal.id};
  request.decide = [readings, purpose, actor](DecisionStep&) -> Result<std::vector<NewEvent>> {
    std::vector<NewEvent> events;
    for (const Reading& reading : readings)
      events.push_back({"sealed/" + reading.ticket, reading.ticket, actor, "", "",
                        SealedOpened{TicketId(reading.ticket), Clear(purpose), reading.repeats}});
    return events;
  };
  return request;
}

/// Tries again until the disk has room.
void record_later(const CallPtr& call, std::vector<Reading> readings, std::string purpose) {
  call->app.waiters.at(
      std::chrono::steady_clock::now() + std::chrono::seconds(30), [call, readings, purpose] {
        call->app.writer.submit(record_of(*call, readings, purpose),
                                [call, readings, purpose](const Outcome& outcome) {
                                  if (!outcome && outcome.error().code == ErrorCode::disk_full)
                                    record_later(call, readings, purpose);
                                });
      });
}

void open_and_use(const CallPtr& call, const std::vector<std::string>& tickets,
                  const std::function<void(const Shown&)>& use) {
  OpenedTexts texts;
  for (const std::string& ticket : tickets) {
    Corrections corrections(call->app.ledger, call->ledger);
    const Status opened =
        call->app.ledger.each_opened(call->ledger, ticket, [&](const OpenedView& value) {
          texts.add(value);
          corrections.meet(value);
        });
    if (!opened) return refuse(*call, opened.error());
    if (const Status corrected = corrections.put(ticket, texts); !corrected)
      return refuse(*call, corrected.error());
  }
  use(Shown(std::move(texts)));
}

}  // namespace

Status Shown::append_row(std::string& out, std::string_view row) const {
  if (!opened_) {
    append_with_seals_shown(out, row);
    return {};
  }
  return append_with_texts(out, row, texts_);
}

Result<std::string> Shown::row(std::string_view row) const {
  std::string out;
  RECOURSE_TRY(append_row(out, row));
  return out;
}

Result<std::string> Shown::leaf(std::string_view leaf, Position position) const {
  if (!opened_) return std::string(leaf);
  return leaf_with_texts(leaf, position, texts_);
}

void show(const CallPtr& call, std::vector<std::string> tickets,
          std::function<void(const Shown&)> use) {
  const auto open = query_flag(*call, kOpen);
  if (!open) return refuse(*call, open.error());
  if (!*open) return use(Shown());
  auto purpose = purpose_of(*call);
  if (!purpose) return refuse(*call, purpose.error());
  std::sort(tickets.begin(), tickets.end());
  tickets.erase(std::unique(tickets.begin(), tickets.end()), tickets.end());
  if (const Status open_to_all = check_not_restricted(*call, tickets); !open_to_all)
    return refuse(*call, open_to_all.error());
  App& app = call->app;
  const Timestamp now = app.clock.now();
  std::vector<Reading> unrecorded;
  for (const std::string& ticket : tickets)
    if (const auto repeats = app.opened.begin(call->ledger, call->principal.id, ticket, now))
      unrecorded.push_back({ticket, *repeats});
  if (unrecorded.empty()) return open_and_use(call, tickets, use);
  app.writer.submit(
      record_of(*call, unrecorded, *purpose),
      [call, tickets = std::move(tickets), unrecorded, purpose = *purpose, now,
       use = std::move(use)](const Outcome& outcome) {
        if (!outcome && outcome.error().code != ErrorCode::disk_full)
          return refuse(*call, outcome.error());
        for (const Reading& reading : unrecorded)
          call->app.opened.recorded(call->ledger, call->principal.id, reading.ticket, now,
                                    reading.repeats);
        if (!outcome) record_later(call, unrecorded, purpose);
        // Opening and rendering take longer than the writer's thread should be kept.
        call->app.waiters.post([call, tickets, use] { open_and_use(call, tickets, use); });
      });
}

}  // namespace recourse::routes
