#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/ticket_write.h"
#include "api/routes/write.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

struct Listing {
  std::optional<FollowUpStatus> status;
  std::optional<std::string> ticket;
  bool overdue = false;
};

Result<Listing> listing(const Call& call) {
  RECOURSE_TRY(
      only_query(call, {"status", "ticket", "overdue", "limit", "cursor", "min_position"}));
  Listing wanted;
  RECOURSE_LET(const auto status, query_text(call, "status"));
  RECOURSE_LET(wanted.ticket, query_text(call, "ticket"));
  RECOURSE_LET(wanted.overdue, query_flag(call, "overdue"));
  if (status) wanted.status = from_word<FollowUpStatus>(*status);
  if (status && !wanted.status)
    return Error{ErrorCode::invalid, "query parameter 'status' is no status of a follow-up"};
  if (wanted.overdue && wanted.status && wanted.status != FollowUpStatus::scheduled)
    return Error{ErrorCode::invalid, "only a scheduled follow-up is overdue"};
  if (wanted.overdue) wanted.status = FollowUpStatus::scheduled;
  return wanted;
}

/// `overdue` depends on the clock, so it is no part of the row.
std::string followup_json(const std::string& row, const FollowUpRow& read, Timestamp now) {
  const bool overdue = read.status == FollowUpStatus::scheduled && read.due_at < now;
  return row.substr(0, row.size() - 1) + R"(,"overdue":)" + (overdue ? "true}" : "false}");
}

struct FoundFollowUps {
  std::string items;
  std::size_t count = 0, scanned = 0;
  std::optional<std::string> last;
  bool more = false;
  Status inner;

  bool take(const Call& call, const Listing& wanted, const PageRequest& request,
            std::string_view key, const std::string& json) {
    if (count == request.limit || scanned++ == kMaxScannedRows) {
      more = true;
      return false;
    }
    FollowUpRow row;
    if (!decode_row(json, row)) {
      inner = Error{ErrorCode::corrupt, "the row of a follow-up"};
      return false;
    }
    const Timestamp now = call.app.clock.now();
    // Listed by when they are due.
    if (wanted.overdue && row.due_at >= now) return false;
    last = std::string(key);
    if (wanted.ticket && row.ticket.value() != *wanted.ticket) return true;
    if (count++ > 0) items += ',';
    items += followup_json(json, row, now);
    return true;
  }
};

Result<FoundFollowUps> find_followups(const Call& call, const Listing& wanted,
                                      const PageRequest& request) {
  FoundFollowUps found;
  const ViewStore& views = call.app.views;
  if (!wanted.status) {
    RECOURSE_TRY(views.each(view::resolutions(), call.ledger, "followup/", request.from,
                            ViewStore::Order::backward,
                            [&](std::string_view key, std::string_view json) {
                              return found.take(call, wanted, request, key, std::string(json));
                            }));
    return found;
  }
  const std::string prefix = "listed/" + std::string(word(*wanted.status)) + '/';
  RECOURSE_TRY(views.each(view::resolutions(), call.ledger, prefix, request.from,
                          ViewStore::Order::forward, [&](std::string_view key, std::string_view) {
                            const std::string id(key.substr(key.rfind('/') + 1));
                            const auto row =
                                views.row(view::resolutions(), call.ledger, "followup/" + id);
                            if (!row) found.inner = row.error();
                            return row && found.take(call, wanted, request, key, *row);
                          }));
  return found;
}

http::Response changed(const FollowUpId& followup, const Committed& committed) {
  JsonObject object;
  object.value("followup", followup);
  if (const auto* cancelled = find_event<FollowUpCancelled>(committed))
    object.value("ticket", cancelled->ticket).text("status", "cancelled");
  return accepted(committed, std::move(object), 200);
}

http::Response scheduled(const Committed& committed) {
  JsonObject object;
  if (const auto* followup = find_event<FollowUpScheduled>(committed))
    object.value("followup", followup->followup)
        .value("ticket", followup->ticket)
        .value("resolution", followup->resolution)
        .value("due_at", followup->due_at)
        .value("channel", followup->channel);
  return accepted(committed, std::move(object));
}

http::Response answered(const Committed& committed) {
  JsonObject object;
  if (const auto* answer = find_event<FollowUpAnswered>(committed))
    object.value("followup", answer->followup)
        .value("ticket", answer->ticket)
        .value("answer", answer->answer);
  object.flag("reopened", find_event<TicketReopened>(committed) != nullptr)
      .flag("escalated", find_event<TicketEscalated>(committed) != nullptr);
  if (const auto* following = find_event<TicketOpened>(committed))
    object.value("followed_by", following->ticket);
  return accepted(committed, std::move(object), 200);
}

}  // namespace

void list_followups(CallPtr call) {
  when_reached(call, [call] {
    then(call, listing(*call), [&](const Listing& wanted) {
      const std::string scope = "followups\n" +
                                std::string(wanted.status ? word(*wanted.status) : "") + '\n' +
                                wanted.ticket.value_or("") + (wanted.overdue ? "\noverdue" : "");
      then(call, page_request(*call, scope), [&](const PageRequest& request) {
        then(call, find_followups(*call, wanted, request), [&](FoundFollowUps found) {
          if (!found.inner) return refuse(*call, found.inner.error());
          if (!found.more) found.last.reset();
          respond(*call, page(*call, request, std::move(found.items), found.last));
        });
      });
    });
  });
}

void show_followup(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, id_parameter(*call, "followup"), [&](const std::string& id) {
      const auto json = call->app.views.row(view::resolutions(), call->ledger, "followup/" + id);
      FollowUpRow row;
      if (!json && json.error().code == ErrorCode::not_found)
        return refuse(*call, {ErrorCode::not_found, "no such follow-up"});
      if (!json) return refuse(*call, json.error());
      if (!decode_row(*json, row))
        return refuse(*call, {ErrorCode::corrupt, "the row of a follow-up"});
      respond(*call, http::json(followup_json(*json, row, call->app.clock.now())));
    });
  });
}

void request_followup(CallPtr call) {
  auto ticket = ticket_parameter(*call);
  if (!ticket) return refuse(*call, ticket.error());
  RequestFollowUp command;
  command.ticket = *ticket;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    if (const auto at = reader.optional_text("at", {1, 64})) {
      const auto time = from_rfc3339(*at);
      if (time) command.at = *time;
      if (!time) reader.fault("at", "must be a time such as 2026-01-05T09:30:00Z");
    }
    command.channel = reader.optional_label("channel");
  });
  if (good) submit(call, body.canonical, std::move(command), scheduled);
}

void cancel_followup(CallPtr call) {
  auto id = id_parameter(*call, "followup");
  if (!id) return refuse(*call, id.error());
  CancelFollowUp command;
  command.followup = FollowUpId(*id);
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.reason_code = reader.optional_code("reason_code").value_or("manual");
  });
  if (!good) return;
  submit(call, body.canonical, std::move(command),
         [followup = FollowUpId(*id)](const Committed& committed) {
           return changed(followup, committed);
         });
}

void answer_followup(CallPtr call) {
  auto id = id_parameter(*call, "followup");
  if (!id) return refuse(*call, id.error());
  AnswerFollowUp command;
  command.followup = FollowUpId(*id);
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.answer = reader.word_of<FollowUpAnswer>("answer");
    command.comment = reader.optional_text("comment");
  });
  if (good) submit(call, body.canonical, std::move(command), answered);
}

}  // namespace recourse::routes
