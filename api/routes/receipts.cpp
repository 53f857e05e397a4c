#include "api/routes/receipts.h"

#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "projections/rows.h"
#include "tools/audit/as_of.h"
#include "tools/audit/locate.h"

namespace recourse::routes {
namespace {

constexpr std::int64_t kReceiptVersion = 1;

std::int64_t seconds_of(Timestamp time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

Result<ApprovalRow> approval_row(const ReceiptLog& log, const std::string& id) {
  const auto json = log.app.views.row(view::approvals(), log.ledger, "approval/" + id);
  if (!json && json.error().code == ErrorCode::not_found)
    return Error{ErrorCode::not_found, "no such approval"};
  if (!json) return json.error();
  ApprovalRow row;
  if (!decode_row(*json, row)) return Error{ErrorCode::corrupt, "an approval's row"};
  return row;
}

std::string approvers_json(const ApprovalRow& approval) {
  std::string list;
  for (const VoteRow& vote : approval.votes) {
    if (!vote.counts || vote.vote != Vote::approve) continue;
    JsonObject one;
    one.value("id", vote.by)
        .value("role", vote.role)
        .value("team", vote.team)
        .value("auth_level", vote.auth_level)
        .value("voted_at", vote.at);
    if (!list.empty()) list += ',';
    list += std::move(one).take();
  }
  return '[' + list + ']';
}

/// What was agreed to, as it stood when it was.
Status add_action(const ReceiptLog& log, const ApprovalRow& approval, Position granted,
                  JsonObject& receipt) {
  RECOURSE_LET(const auto positions,
               positions_of_ticket(log.app.ledger, &log.app.views, log.ledger, *approval.ticket));
  RECOURSE_LET(const std::string json, action_as_of(log.app.ledger, log.ledger, *approval.ticket,
                                                    *approval.action, positions, granted));
  ActionRow action;
  if (!decode_row(json, action)) return Error{ErrorCode::corrupt, "an action's row"};
  receipt.value("plan_or_action", approval.action)
      .value("type", action.type)
      .number("type_version", action.type_version)
      .value("policy_version", action.policy)
      .value("requester", action.proposed_by)
      .value("amount_minor", action.amount_minor)
      .value("currency", action.currency);
  return {};
}

Status add_rollback(const ReceiptLog& log, const ApprovalRow& approval, JsonObject& receipt) {
  RECOURSE_LET(const std::string json, log.app.views.row(view::rollbacks(), log.ledger,
                                                         "rollback/" + approval.rollback->value()));
  RollbackRow rollback;
  if (!decode_row(json, rollback)) return Error{ErrorCode::corrupt, "a rollback's row"};
  receipt.value("plan_or_action", approval.rollback)
      .value("step", approval.step)
      .text("type", approval.step ? "rollback_step" : "rollback")
      .value("mode", rollback.mode);
  // A waiver is asked for by who wants to skip the step.
  const bool asked = approval.step && !approval.excluded.empty();
  receipt.value("requester", asked ? approval.excluded.front() : rollback.requested_by);
  return {};
}

/// Made of what the log says up to the grant and of nothing else, so it is the same whenever it is
/// asked for.
Result<std::string> receipt_of(const ReceiptLog& log, const ApprovalRow& approval) {
  const bool stands =
      approval.status == ApprovalStatus::granted || approval.status == ApprovalStatus::consumed;
  if (!stands || !approval.granted_position)
    return Error{ErrorCode::conflict, "the approval is " + std::string(word(approval.status)) +
                                          ": there is a receipt of what was granted only"};
  const Position at(static_cast<std::uint64_t>(*approval.granted_position));
  RECOURSE_LET(const std::string leaf, log.app.ledger.leaf(log.ledger, at));
  RECOURSE_LET(const RecordedEvent granted, read_leaf(leaf));
  const LogSize size(at.value() + 1);
  RECOURSE_LET(const Hash root, log.app.ledger.root_at(log.ledger, size));
  JsonObject receipt;
  receipt.number("v", kReceiptVersion)
      .value("approval_id", approval.approval)
      .text("tenant", log.tenant.value());
  RECOURSE_TRY(approval.rollback ? add_rollback(log, approval, receipt)
                                 : add_action(log, approval, at, receipt));
  if (approval.ticket) {
    RECOURSE_LET(const auto positions,
                 positions_of_ticket(log.app.ledger, &log.app.views, log.ledger, *approval.ticket));
    RECOURSE_LET(const std::string json,
                 ticket_as_of(log.app.ledger, log.ledger, *approval.ticket, positions, at));
    TicketRow ticket;
    if (!decode_row(json, ticket)) return Error{ErrorCode::corrupt, "a ticket's row"};
    receipt.value("ticket_id", approval.ticket).number("ticket_ver", ticket.version);
  }
  JsonObject head;
  head.text("origin", granted.source).number("size", size.value()).value("root", root);
  receipt.value("subject_digest", approval.args_commitment)
      .value("args_digest", approval.args_commitment)
      .value("render_digest", approval.render_digest)
      .number("quorum", approval.quorum)
      .raw("approvers", approvers_json(approval))
      .value("nonce", granted.id)
      .number("iat", seconds_of(granted.time))
      .number("exp", seconds_of(approval.expires_at))
      .raw("checkpoint", std::move(head).take());
  return log.app.signer.sign_receipt(std::move(receipt).take());
}

}  // namespace

Result<std::string> approval_receipt(const ReceiptLog& log, const ApprovalId& approval) {
  RECOURSE_LET(const ApprovalRow row, approval_row(log, approval.value()));
  return receipt_of(log, row);
}

namespace {

void answer_receipt(const CallPtr& call, const std::string& approval) {
  const ReceiptLog log{call->app, call->tenant, call->ledger};
  then(call, approval_receipt(log, ApprovalId(approval)), [&](std::string token) {
    http::Response response;
    response.content_type = "application/jose";
    response.body = std::move(token);
    respond(*call, std::move(response));
  });
}

}  // namespace

void show_approval_receipt(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, id_parameter(*call, "approval"),
         [&](const std::string& id) { answer_receipt(call, id); });
  });
}

void show_action_receipt(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, action_id(call->request.parameter("action")), [&](const ActionId& id) {
      then(call, ticket_of(*call, id), [&](const TicketId& ticket) {
        then(call, action_row(*call, ticket, id), [&](const std::string& json) {
          ActionRow action;
          if (!decode_row(json, action))
            return refuse(*call, {ErrorCode::corrupt, "an action's row"});
          if (!action.approval)
            return refuse(*call, {ErrorCode::not_found, "nobody was asked about this action"});
          answer_receipt(call, action.approval->value());
        });
      });
    });
  });
}

}  // namespace recourse::routes
