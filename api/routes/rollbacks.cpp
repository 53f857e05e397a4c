#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"
#include "projections/action_history.h"
#include "projections/rows.h"
#include "tools/audit/locate.h"

namespace recourse::routes {
namespace {

/// A refusal is recorded like anything else; to the caller it is a conflict with what it was about.
http::Response refused(const RollbackRefused& data, const Committed& committed) {
  std::string detail = "this action cannot be rolled back: " + data.code.text;
  if (data.code.text == "already_rolled_back") detail = "this action was rolled back before";
  if (data.code.text == "later_writers")
    detail = "others have changed what the action changed, and nobody's work is overwritten";
  return http::problem(409, "rollback-refused", "Rollback refused", detail, http::Outcome::rejected,
                       {{"code", http::json_string(data.code.text)},
                        {"rollback", http::json_string(data.rollback.value())},
                        {"action_id", http::json_string(data.action.value())},
                        {"later_writers", to_json(data.later_writers)},
                        {"receipt", receipt_json(committed)}});
}

http::Response rolled_back(const Committed& committed) {
  if (const auto* refusal = find_event<RollbackRefused>(committed))
    return refused(*refusal, committed);
  JsonObject object;
  std::string location;
  if (const auto* requested = find_event<RollbackRequested>(committed)) {
    object.value("rollback", requested->rollback)
        .value("action", requested->action)
        .value("ticket", requested->ticket)
        .value("mode", requested->mode);
    location = "/v1/rollbacks/" + requested->rollback.value();
  }
  if (const auto* planned = find_event<RollbackPlanned>(committed))
    object.value("plan_digest", planned->plan_digest).value("steps", planned->steps);
  object.text("status", find_event<RollbackCompleted>(committed) ? "completed" : "started");
  http::Response response = accepted(committed, std::move(object));
  if (!location.empty()) response.headers.set("Location", location);
  return response;
}

/// A rollback as its own events tell it.
struct Story {
  JsonObject object;
  std::string_view status = "requested";

  void add(const RecordedEvent& event) {
    if (const auto* requested = std::get_if<RollbackRequested>(&event.data)) {
      object.value("rollback", requested->rollback)
          .value("action", requested->action)
          .value("ticket", requested->ticket)
          .value("mode", requested->mode)
          .value("reason_code", requested->reason_code)
          .value("requested_by", event.actor.id)
          .value("requested_at", event.time)
          .number("position", event.position.value());
      if (requested->reason) object.value("reason", ref_to(event, *requested->reason));
    } else if (const auto* refusal = std::get_if<RollbackRefused>(&event.data)) {
      status = "refused";
      object.value("code", refusal->code).value("later_writers", refusal->later_writers);
    } else if (const auto* planned = std::get_if<RollbackPlanned>(&event.data)) {
      status = "planned";
      object.value("plan_digest", planned->plan_digest)
          .number("base_position", planned->base_position)
          .value("steps", planned->steps);
    } else if (std::holds_alternative<RollbackStarted>(event.data)) {
      status = "started";
    } else if (std::holds_alternative<RollbackCompleted>(event.data)) {
      status = "completed";
      object.value("completed_at", event.time);
    }
  }
};

Result<std::string> read_story(const Call& call, const RollbackId& rollback,
                               const TicketId& ticket) {
  RECOURSE_LET(const auto positions,
               positions_of_ticket(call.app.ledger, &call.app.views, call.ledger, ticket));
  Story story;
  for (const Position position : positions) {
    RECOURSE_LET(const std::string leaf, call.app.ledger.leaf(call.ledger, position));
    if (leaf.find(rollback.value()) == std::string::npos) continue;
    RECOURSE_LET(const RecordedEvent event, read_leaf(leaf));
    if (event.stream == rollback.value()) story.add(event);
  }
  story.object.text("status", story.status);
  return std::move(story.object).take();
}

}  // namespace

void roll_back(CallPtr call) {
  RollBack command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    const std::string target = reader.text("target", {1, 64});
    if (auto action = action_id(target)) {
      command.action = std::move(*action);
    } else if (!target.empty()) {
      reader.fault("target", "must be the id of an action");
    }
    if (const auto mode = reader.optional_word_of<RollbackMode>("mode")) command.mode = *mode;
    if (auto code = reader.optional_code("reason_code")) command.reason_code = std::move(*code);
    command.reason = reader.optional_text("reason");
  });
  if (good) submit(call, body.canonical, std::move(command), rolled_back);
}

void show_rollback(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    then(call, id_parameter(*call, "rollback"), [&](const std::string& id) {
      const auto row = call->app.views.row(view::action_history(), call->ledger, "rollback/" + id);
      RollbackIndex index;
      if (!row || !decode_row(*row, index))
        return refuse(*call, row || row.error().code == ErrorCode::not_found
                                 ? Error{ErrorCode::not_found, "no such rollback"}
                                 : row.error());
      then(call, read_story(*call, RollbackId(id), index.ticket), [&](std::string story) {
        show(call, {index.ticket.value()}, [call, story = std::move(story)](const Shown& shown) {
          answer_row(*call, shown, story);
        });
      });
    });
  });
}

void list_rollbacks(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"limit", "cursor", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, page_request(*call, "rollbacks"), [&](const PageRequest& request) {
      std::string items;
      std::size_t count = 0;
      std::optional<std::string> last;
      bool more = false;
      const Status read = call->app.views.each(view::action_history(), call->ledger, "rollback/",
                                               request.from, ViewStore::Order::backward,
                                               [&](std::string_view key, std::string_view json) {
                                                 if (count == request.limit) {
                                                   more = true;
                                                   return false;
                                                 }
                                                 if (count++ > 0) items += ',';
                                                 items += json;
                                                 last = std::string(key);
                                                 return true;
                                               });
      if (!read) return refuse(*call, read.error());
      if (!more) last.reset();
      respond(*call, page(*call, request, std::move(items), last));
    });
  });
}

}  // namespace recourse::routes
