#include <chrono>

#include "api/routes/read.h"
#include "api/routes/read_rollback.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"
#include "engine/policy/action_types.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

struct ApprovalPage {
  std::vector<std::string> rows;
  std::vector<std::string> tickets;
  std::optional<std::string> last;
};

/// Oldest first: who has waited longest is served first.
Result<ApprovalPage> read_page(const Call& call, ApprovalStatus status,
                               const PageRequest& request) {
  const ViewStore& views = call.app.views;
  const std::string prefix = "status/" + std::string(word(status)) + '/';
  ApprovalPage page;
  bool more = false;
  Status inner;
  RECOURSE_TRY(views.each(view::approvals(), call.ledger, prefix, request.from,
                          ViewStore::Order::forward, [&](std::string_view key, std::string_view) {
                            if (page.rows.size() == request.limit) {
                              more = true;
                              return false;
                            }
                            auto row =
                                views.row(view::approvals(), call.ledger,
                                          "approval/" + std::string(key.substr(prefix.size())));
                            ApprovalRow approval;
                            if (!row || !decode_row(*row, approval)) {
                              inner = row ? Status(Error{ErrorCode::corrupt, "an approval's row"})
                                          : Status(row.error());
                              return false;
                            }
                            page.rows.push_back(std::move(*row));
                            if (approval.ticket) page.tickets.push_back(approval.ticket->value());
                            page.last = std::string(key);
                            return true;
                          }));
  RECOURSE_TRY(std::move(inner));
  if (!more) page.last.reset();
  return page;
}

/// What the manifest says about the action: what a person has to know before agreeing.
std::string type_json(const ActionType& type) {
  JsonObject object;
  object.text("name", type.name)
      .number("version", type.version)
      .value("effect", type.effect)
      .value("reversibility", type.reversibility)
      .text("inverse", type.inverse)
      .value("executor", type.executor)
      .text("category", type.category)
      .text("description", type.description);
  return std::move(object).take();
}

/// The text of which render_digest is the SHA-256 (engine/event/bind.h), so that whoever votes can
/// recompute what the vote is bound to.
std::string render_text(const ApprovalRow& approval, const ActionRow& action) {
  return "recourse/approval@v1\n" + approval.approval.value() + '\n' + action.action.value() +
         '\n' + action.type.text + '\n' + std::to_string(action.type_version) + '\n' +
         to_base64(as_text(approval.args_commitment)) + '\n';
}
std::string render_text(const ApprovalRow& approval, const RollbackId& rollback) {
  return "recourse/rollback-approval@v1\n" + approval.approval.value() + '\n' + rollback.value() +
         '\n' + (approval.step ? std::to_string(*approval.step) : "") + '\n' +
         to_base64(as_text(approval.args_commitment)) + '\n';
}

void answer_approval(const Call& call, const std::string& approval_json,
                     const std::string& action_json, const Shown& shown) {
  ApprovalRow approval;
  ActionRow action;
  const auto approval_text = shown.row(approval_json);
  const auto action_text = shown.row(action_json);
  if (!approval_text) return refuse(call, approval_text.error());
  if (!action_text) return refuse(call, action_text.error());
  JsonObject object;
  object.raw("approval", *approval_text).raw("action", *action_text);
  if (decode_row(approval_json, approval) && decode_row(action_json, action)) {
    JsonObject render;
    render.text("text", render_text(approval, action)).value("digest", approval.render_digest);
    if (const ActionType* type = find_action_type(action.type.text))
      render.raw("type", type_json(*type));
    object.raw("render", std::move(render).take());
  }
  respond(call, http::json(std::move(object).take()));
}

/// The plan and its first steps: what will be put back, what cannot be undone, and the money.
void answer_rollback_approval(const CallPtr& call, const std::string& approval_json,
                              const ApprovalRow& approval) {
  then(call, rollback_json(*call, *approval.rollback, 0, 64), [&](std::string plan) {
    std::vector<std::string> tickets;
    if (approval.ticket) tickets.push_back(approval.ticket->value());
    JsonObject object;
    object.raw("approval", approval_json).raw("rollback", plan);
    JsonObject render;
    render.text("text", render_text(approval, *approval.rollback))
        .value("digest", approval.render_digest);
    object.raw("render", std::move(render).take());
    show(call, tickets, [call, text = std::move(object).take()](const Shown& shown) {
      answer_row(*call, shown, text);
    });
  });
}

http::Response voted(const ApprovalId& approval, const Committed& committed) {
  JsonObject object;
  object.value("approval", approval);
  std::string_view status = "pending";
  std::string_view action_status = "awaiting_approval";
  const RollbackId* rollback = nullptr;
  std::string_view rollback_status = "awaiting_approval";
  for (const RecordedEvent& event : committed.events) {
    if (const auto* vote = std::get_if<ApprovalVoted>(&event.data))
      object.value("action", vote->action)
          .value("ticket", vote->ticket)
          .value("rollback", vote->rollback)
          .value("step", vote->step)
          .value("vote", vote->vote);
    if (const auto* vote = std::get_if<ApprovalVoted>(&event.data))
      rollback = vote->rollback ? &*vote->rollback : nullptr;
    if (std::holds_alternative<RollbackStarted>(event.data)) rollback_status = "started";
    if (std::holds_alternative<RollbackCompleted>(event.data)) rollback_status = "completed";
    if (std::holds_alternative<RollbackPartial>(event.data)) rollback_status = "partial";
    if (std::holds_alternative<RollbackAborted>(event.data)) rollback_status = "aborted";
    if (std::holds_alternative<ApprovalGranted>(event.data)) {
      status = "granted";
      action_status = "authorized";
    }
    if (std::holds_alternative<ApprovalRejected>(event.data)) status = action_status = "rejected";
    if (std::holds_alternative<ApprovalExpired>(event.data)) status = action_status = "expired";
    if (std::holds_alternative<ApprovalStaled>(event.data)) status = action_status = "staled";
    if (std::holds_alternative<ApprovalConsumed>(event.data)) status = "consumed";
    if (std::holds_alternative<EffectDispatched>(event.data)) action_status = "dispatching";
    if (std::holds_alternative<EffectConfirmed>(event.data)) action_status = "succeeded";
    if (std::holds_alternative<EffectRejected>(event.data)) action_status = "failed";
    if (const auto* decided = std::get_if<PolicyDecided>(&event.data);
        decided != nullptr && decided->outcome == PolicyOutcome::deny)
      action_status = "denied";
    if (std::holds_alternative<BypassGranted>(event.data)) object.flag("bypass", true);
  }
  object.text("status", status);
  if (rollback == nullptr) object.text("action_status", action_status);
  if (rollback != nullptr && !find_event<CompensationSkipped>(committed))
    object.text("rollback_status", rollback_status);
  return accepted(committed, std::move(object));
}

}  // namespace

void list_approvals(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good =
            only_query(*call, {"status", "limit", "cursor", "min_position", kOpen, kPurpose});
        !good)
      return refuse(*call, good.error());
    then(call, query_text(*call, "status"), [&](const std::optional<std::string>& text) {
      const auto status = from_word<ApprovalStatus>(text.value_or("pending"));
      if (!status)
        return refuse(*call,
                      {ErrorCode::invalid, "query parameter 'status' is no status of an approval"});
      const std::string list = "approvals\n" + text.value_or("pending");
      then(call, page_request(*call, list), [&](const PageRequest& request) {
        then(call, read_page(*call, *status, request), [&](const ApprovalPage& found) {
          show(call, found.tickets, [call, request, found](const Shown& shown) {
            std::string items;
            for (const std::string& row : found.rows) {
              if (!items.empty()) items += ',';
              if (const Status good = shown.append_row(items, row); !good)
                return refuse(*call, good.error());
            }
            respond(*call, page(*call, request, std::move(items), found.last));
          });
        });
      });
    });
  });
}

void show_approval(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position", kOpen, kPurpose}); !good)
      return refuse(*call, good.error());
    then(call, id_parameter(*call, "approval"), [&](const std::string& id) {
      auto row = call->app.views.row(view::approvals(), call->ledger, "approval/" + id);
      if (!row && row.error().code == ErrorCode::not_found)
        return refuse(*call, {ErrorCode::not_found, "no such approval"});
      if (!row) return refuse(*call, row.error());
      ApprovalRow approval;
      if (!decode_row(*row, approval))
        return refuse(*call, {ErrorCode::corrupt, "an approval's row"});
      if (approval.rollback) return answer_rollback_approval(call, *row, approval);
      const TicketId ticket = approval.ticket.value_or(TicketId());
      const ActionId about = approval.action.value_or(ActionId());
      then(call, action_row(*call, ticket, about), [&](std::string action) {
        show(call, {ticket.value()},
             [call, row = *row, action = std::move(action)](const Shown& shown) {
               answer_approval(*call, row, action, shown);
             });
      });
    });
  });
}

void cast_vote(CallPtr call) {
  auto id = id_parameter(*call, "approval");
  if (!id) return refuse(*call, id.error());
  CastVote command;
  command.approval = ApprovalId(*id);
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.vote = reader.word_of<Vote>("vote");
    command.reason = reader.optional_text("reason");
    command.render_digest = reader.optional_text("render_digest", {1, 64});
  });
  if (!good) return;
  submit(call, body.canonical, std::move(command),
         [approval = ApprovalId(*id)](const Committed& committed) {
           return voted(approval, committed);
         });
}

}  // namespace recourse::routes
