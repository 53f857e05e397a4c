#include "engine/erasure/erase.h"
#include "engine/erasure/privacy_rows.h"
#include "engine/event/parse_json.h"
#include "engine/writer/decision_state.h"
#include "projections/row_codec.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

/// 2026-12-31T00:00:00Z, or the day alone.
Result<Timestamp> moment(const char* flag, std::string text) {
  if (text.size() == 10) text += "T00:00:00Z";
  const auto time = from_rfc3339(text);
  if (time) return *time;
  return Error{ErrorCode::invalid, std::string(flag) + ": " + text +
                                       " is no time; write it like 2026-12-31 or "
                                       "2026-12-31T12:00:00Z"};
}

/// What a new hold says besides whom it is about.
Result<PlaceHold> order_of(const HoldFlags& flags) {
  PlaceHold order;
  order.scope = flags.everything       ? HoldScope::tenant
                : flags.ticket.empty() ? HoldScope::subject
                                       : HoldScope::ticket;
  if (!flags.subject.empty()) order.subject = SubjectId(flags.subject);
  if (!flags.ticket.empty()) order.ticket = TicketId(flags.ticket);
  if (!flags.from.empty()) {
    RECOURSE_LET(order.from, moment("--from", flags.from));
  }
  if (!flags.to.empty()) {
    RECOURSE_LET(order.to, moment("--to", flags.to));
  }
  order.matter = flags.matter;
  order.requested_by = PrincipalId(flags.requested_by);
  RECOURSE_LET(order.review_at, moment("--review", flags.review));
  return order;
}

/// The same members as in the API's list.
Json json_of(const HoldState& row) {
  Json json = Json::object({{"hold", row.hold.value()},
                            {"scope", word(row.scope)},
                            {"matter", row.matter.text},
                            {"requested_by", row.requested_by.value()},
                            {"authorised_by", row.authorised_by.value()},
                            {"placed_at", to_rfc3339(row.placed_at)},
                            {"review_at", to_rfc3339(row.review_at)},
                            {"released", row.released}});
  if (row.subject) json.set("subject", row.subject->value());
  if (row.ticket) json.set("ticket", row.ticket->value());
  if (row.from) json.set("from", to_rfc3339(*row.from));
  if (row.to) json.set("to", to_rfc3339(*row.to));
  return json;
}

/// The holds of a data directory.
class HoldsHere {
 public:
  static Result<HoldsHere> open(const HoldFlags& flags) {
    DeploymentOptions options;
    options.place = flags;
    RECOURSE_LET(auto deployment, Deployment::open(options));
    RECOURSE_LET(LedgerInfo info, find_ledger(deployment->ledger(), flags.tenant));
    return HoldsHere(flags, std::move(deployment), std::move(info));
  }

  Result<Json> place() {
    RECOURSE_LET(PlaceHold order, order_of(flags_));
    NamedPerson person;
    if (order.subject) person.subject = order.subject->value();
    if (!flags_.email.empty()) person.address = flags_.email;
    return give(hold_request(deployment_->writer(), info_.tenant, std::move(order), person));
  }
  Result<Json> review() {
    RECOURSE_LET(const Timestamp at, moment("--review", flags_.review));
    return give(privacy_request(info_.tenant, ReviewHold{EntryId(flags_.hold), at}, &review_hold));
  }
  Result<Json> release() {
    ReleaseHold order{EntryId(flags_.hold), {}};
    if (!flags_.reason.empty()) order.reason = flags_.reason;
    RECOURSE_LET(Json done, give(privacy_request(info_.tenant, order, &release_hold)));
    RECOURSE_LET(Json waiting, waiting_for_nothing());
    done.set("waited", std::move(waiting));
    return done;
  }
  Result<Json> list() {
    Json holds = Json::array();
    bool damaged = false;
    RECOURSE_TRY(deployment_->views().each(kDecisionState, info_.ledger, "hold/", "",
                                           ViewStore::Order::forward,
                                           [&](std::string_view, std::string_view json) {
                                             HoldState row;
                                             damaged = !decode_row(json, row);
                                             if (!damaged) holds.push_back(json_of(row));
                                             return !damaged;
                                           }));
    if (damaged) return Error{ErrorCode::corrupt, "a hold's row cannot be read: rebuild"};
    return holds;
  }

 private:
  HoldsHere(const HoldFlags& flags, std::unique_ptr<Deployment> deployment, LedgerInfo info)
      : flags_(flags), deployment_(std::move(deployment)), info_(std::move(info)) {}

  Result<Json> give(WriteRequest request) {
    request.principal =
        flags_.by.empty()
            ? Principal{PrincipalId("sys_operator"), ActorType::system, Role::admin, {}, {}}
            : Principal{PrincipalId(flags_.by), ActorType::human, Role::admin, {}, {}};
    RECOURSE_LET(const Committed done, deployment_->writer().handle(std::move(request)));
    const EventData& event = done.events.front().data;
    const EntryId hold =
        holds_alternative<HoldPlaced>(event) ? get<HoldPlaced>(event).hold : EntryId(flags_.hold);
    RECOURSE_LET(const HoldState row, hold_row(deployment_->views(), info_.ledger, hold));
    return json_of(row);
  }

  /// Deferred erasures that no hold stands in the way of any more.
  Result<Json> waiting_for_nothing() {
    Json waiting = Json::array();
    RECOURSE_LET(const PrivacyState open, privacy_row(deployment_->views(), info_.ledger));
    for (const EntryId& dsr : open.deferred) {
      RECOURSE_LET(const DsrState row, dsr_row(deployment_->views(), info_.ledger, dsr));
      bool held = false;
      for (const EntryId& hold : row.holds) {
        RECOURSE_LET(const HoldState state, hold_row(deployment_->views(), info_.ledger, hold));
        held = held || !state.released;
      }
      if (!held) waiting.push_back(dsr.value());
    }
    return waiting;
  }

  const HoldFlags& flags_;
  std::unique_ptr<Deployment> deployment_;
  LedgerInfo info_;
};

/// Those of a running server.
class HoldsThere {
 public:
  static Result<HoldsThere> open(const HoldFlags& flags) {
    RECOURSE_LET(ServerClient server, ServerClient::open(flags));
    return HoldsThere(flags, std::move(server));
  }

  Result<Json> place() {
    RECOURSE_LET(const PlaceHold order, order_of(flags_));
    Json body = Json::object({{"scope", word(order.scope)},
                              {"matter", order.matter},
                              {"requested_by", order.requested_by.value()},
                              {"review_at", to_rfc3339(order.review_at)}});
    if (order.subject) body.set("subject", order.subject->value());
    if (!flags_.email.empty()) body.set("email", flags_.email);
    if (order.ticket) body.set("ticket", order.ticket->value());
    if (order.from) body.set("from", to_rfc3339(*order.from));
    if (order.to) body.set("to", to_rfc3339(*order.to));
    return post("/v1/holds", body);
  }
  Result<Json> review() {
    RECOURSE_LET(const Timestamp at, moment("--review", flags_.review));
    return post(path() + "/review", Json::object({{"review_at", to_rfc3339(at)}}));
  }
  Result<Json> release() {
    Json body = Json::object();
    if (!flags_.reason.empty()) body.set("reason", flags_.reason);
    return post(path() + "/release", body);
  }
  Result<Json> list() {
    Json holds = Json::array();
    std::string cursor;
    do {
      RECOURSE_LET(
          const auto answer,
          server_.get("/v1/holds?limit=200" +
                      (cursor.empty() ? std::string() : "&cursor=" + percent_encoded(cursor))));
      RECOURSE_LET(const Json page, parse_json(answer.body));
      RECOURSE_LET(const Json items, items_of(answer));
      for (const Json& one : *items.elements()) holds.push_back(one);
      cursor = text_of(page, "next_cursor");
    } while (!cursor.empty());
    return holds;
  }

 private:
  HoldsThere(const HoldFlags& flags, ServerClient server)
      : flags_(flags), server_(std::move(server)) {}

  std::string path() const { return "/v1/holds/" + percent_encoded(flags_.hold); }
  Result<Json> post(const std::string& where, const Json& body) {
    RECOURSE_LET(const auto answer, server_.post(where, body));
    return parse_json(answer.body);
  }

  const HoldFlags& flags_;
  ServerClient server_;
};

bool is_released(const Json& hold) {
  const Json* const released = hold.find("released");
  return released != nullptr && released->boolean() && *released->boolean();
}

int print_holds(const Json& holds, const HoldFlags& flags) {
  const std::string now = to_rfc3339(SystemClock().now());
  Json shown = Json::array();
  std::vector<std::vector<std::string>> rows{
      {"hold", "keeps", "matter", "asked by", "authorised by", "placed", "review by", "status"}};
  for (const Json& one : *holds.elements()) {
    if (is_released(one) && !flags.all) continue;
    shown.push_back(one);
    std::string keeps = text_of(one, "subject") + text_of(one, "ticket");
    if (keeps.empty()) keeps = "everything";
    if (!text_of(one, "from").empty()) keeps += " from " + text_of(one, "from");
    if (!text_of(one, "to").empty()) keeps += " to " + text_of(one, "to");
    const bool late = text_of(one, "review_at") < now;
    rows.push_back({text_of(one, "hold"), keeps, text_of(one, "matter"),
                    text_of(one, "requested_by"), text_of(one, "authorised_by"),
                    text_of(one, "placed_at"), text_of(one, "review_at"),
                    is_released(one) ? "released" : (late ? "review overdue" : "in force")});
  }
  if (flags.json) {
    print_json(shown);
  } else if (rows.size() == 1) {
    print_line(flags.all ? "There was never a hold." : "No hold is in force.");
  } else {
    print_table(rows);
  }
  return kDone;
}

void say(const Json& done, const HoldFlags& flags) {
  const std::string hold = "Hold " + text_of(done, "hold");
  if (flags.verb != "release") {
    print_line(hold + (flags.verb == "place" ? " is in force" : " stays in force") +
               "; look at it again by " + text_of(done, "review_at") + '.');
    return;
  }
  print_line(hold + " is released.");
  const Json* const waited = done.find("waited");
  if (waited == nullptr) {
    print_line("The server carries out the erasures that waited for nothing else.");
  } else {
    for (const Json& dsr : *waited->elements())
      print_line("The erasure " + *dsr.string() +
                 " waits for no hold any more: run `recourse "
                 "erase --dsr " +
                 *dsr.string() + "`, or start the server.");
  }
}

template <class Holds>
Result<Json> run(Holds holds, const HoldFlags& flags) {
  if (flags.verb == "place") return holds.place();
  if (flags.verb == "review") return holds.review();
  if (flags.verb == "release") return holds.release();
  return holds.list();
}

}  // namespace

int main_hold(const HoldFlags& flags) {
  const std::string command = "hold " + flags.verb;
  const bool here = flags.url.empty();
  if (!here && !flags.by.empty())
    return complain(command, "with --url whoever the key belongs to does it", "leave --by out",
                    kWrongUsage);
  if (here && flags.verb == "place" && flags.by.empty())
    return complain(command, "a hold takes two people: who asks for it and who authorises it",
                    "name the second one with --by usr_...", kWrongUsage);
  const auto done = [&]() -> Result<Json> {
    if (here) {
      RECOURSE_LET(HoldsHere holds, HoldsHere::open(flags));
      return run(std::move(holds), flags);
    }
    RECOURSE_LET(HoldsThere holds, HoldsThere::open(flags));
    return run(std::move(holds), flags);
  }();
  if (!done) return complain(command, done.error());
  if (flags.verb == "list") return print_holds(*done, flags);
  if (flags.json) {
    print_json(*done);
  } else {
    say(*done, flags);
  }
  return kDone;
}

}  // namespace recourse::cli
