#include "api/routes/approval_summary.h"
#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/read_rollback.h"
#include "api/routes/resources.h"
#include "engine/policy/action_types.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

struct ApprovalPage {
  std::vector<std::string> rows;
  std::vector<std::string> tickets;
  std::optional<std::string> last;
};

/// What the approval is about, for whoever decides which one to look at first.
Result<std::string> summary_of(const Call& call, const ApprovalRow& approval) {
  if (approval.rollback) {
    RECOURSE_LET(const std::string json,
                 call.app.views.row(view::rollbacks(), call.ledger,
                                    "rollback/" + approval.rollback->value()));
    RollbackRow rollback;
    if (!decode_row(json, rollback)) return Error{ErrorCode::corrupt, "a rollback's row"};
    return approval_summary(rollback);
  }
  RECOURSE_LET(const std::string json, action_row(call, approval.ticket.value_or(TicketId()),
                                                  approval.action.value_or(ActionId())));
  ActionRow action;
  if (!decode_row(json, action)) return Error{ErrorCode::corrupt, "an action's row"};
  return approval_summary(action);
}

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
                            // While a view is built anew, what it is about may not be there yet.
                            const auto summary = summary_of(call, approval);
                            if (!summary && summary.error().code != ErrorCode::not_found) {
                              inner = summary.error();
                              return false;
                            }
                            if (summary) {
                              row->pop_back();
                              *row += ",\"summary\":" + *summary + '}';
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

std::string lines_json(const std::vector<std::string>& lines) {
  std::string list;
  for (const std::string& line : lines) {
    if (!list.empty()) list += ',';
    append_canonical_string(list, line);
  }
  return '[' + list + ']';
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
    const auto summary = shown.row(approval_summary(action));
    const auto lines = approval_lines(action, shown);
    if (!summary) return refuse(call, summary.error());
    if (!lines) return refuse(call, lines.error());
    render.raw("summary", *summary).raw("lines", lines_json(*lines));
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
    if (const auto summary = summary_of(*call, approval)) render.raw("summary", *summary);
    object.raw("render", std::move(render).take());
    show(call, tickets, [call, text = std::move(object).take()](const Shown& shown) {
      answer_row(*call, shown, text);
    });
  });
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

}  // namespace recourse::routes
