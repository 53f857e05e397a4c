#include <array>

#include "api/routes/body_reader.h"
#include "api/routes/read.h"
#include "api/routes/served_errors.h"
#include "api/routes/served_rows.h"
#include "api/routes/served_systems.h"
#include "api/routes/served_words.h"
#include "api/routes/write.h"

namespace recourse::routes::served {
namespace {

Result<ApprovalRow> read_approval(const Call& call, std::string_view id) {
  const auto json =
      call.app.views.row(view::approvals(), call.ledger, "approval/" + std::string(id));
  if (!json && json.error().code == ErrorCode::not_found)
    return Error{ErrorCode::not_found, "no such approval"};
  if (!json) return json.error();
  ApprovalRow row;
  if (!decode_row(*json, row)) return Error{ErrorCode::corrupt, "a stored row cannot be read"};
  return row;
}

struct Approval {
  ApprovalRow row;
  ActionRow action;
};

Result<Approval> with_action(const Call& call, ApprovalRow row) {
  // Approvals of rollbacks have no place on these paths.
  if (!row.action || !row.ticket) return Error{ErrorCode::not_found, "no such approval"};
  RECOURSE_LET(ActionRow action, read_action(call, *row.ticket, *row.action));
  return Approval{std::move(row), std::move(action)};
}

std::string approval_object(const Approval& approval) {
  const ApprovalRow& row = approval.row;
  std::int64_t approving = 0;
  for (const VoteRow& vote : row.votes)
    approving += vote.counts && vote.vote == Vote::approve ? 1 : 0;
  JsonObject out;
  out.value("id", row.approval)
      .value("ticket_id", row.ticket)
      .value("action_id", row.action)
      .value("action_type", approval.action.type)
      .value("action_params", approval.action.args)
      .text("status", support_approval_status(row.status))
      .value("requested_at", row.requested_at)
      .value("expires_at", row.expires_at);
  add_or_null(out, "decided_at", row.decided_at);
  add_or_null(out, "decided_by", row.decided_by);
  // Nobody decided on one that ran out or was overtaken, so a code says what became of it.
  const bool by_nobody =
      row.status == ApprovalStatus::expired || row.status == ApprovalStatus::staled;
  const std::string cause = row.cause ? row.cause->text : std::string(word(row.status));
  add_text(out, "decision_reason", row.decision_reason,
           by_nobody ? http::json_string(cause) : "null");
  add_text(out, "agent_reasoning", approval.action.reasoning);
  out.raw("confidence", confidence_json(approval.action.confidence_ppm))
      .number("quorum", row.quorum)
      .number("approvals_given", approving)
      .value("approver_roles", row.roles);
  add_or_null(out, "amount_minor", approval.action.amount_minor);
  add_or_null(out, "currency", approval.action.currency);
  return std::move(out).take();
}

bool is_listed_status(std::string_view word) {
  return word == "pending" || word == "approved" || word == "rejected" || word == "all";
}

struct ApprovalPage {
  std::vector<Approval> approvals;
  std::optional<std::string> last;
};

/// Newest first. What is pending has an index; decisions are looked for among all.
Result<ApprovalPage> read_page(const Call& call, const std::string& status,
                               const PageRequest& request) {
  const std::string prefix = status == "pending" ? "status/pending/" : "approval/";
  std::vector<std::string> ids;
  RECOURSE_TRY(call.app.views.each(
      view::approvals(), call.ledger, prefix, request.from.empty() ? "" : prefix + request.from,
      ViewStore::Order::backward, [&](std::string_view key, std::string_view) {
        ids.emplace_back(key.substr(prefix.size()));
        return ids.size() < kMaxScannedRows;
      }));
  ApprovalPage page;
  for (const std::string& id : ids) {
    if (page.approvals.size() == request.limit) return page;
    RECOURSE_LET(ApprovalRow row, read_approval(call, id));
    page.last = id;
    if (!row.action) continue;
    if (status != "all" && support_approval_status(row.status) != status) continue;
    RECOURSE_LET(Approval approval, with_action(call, std::move(row)));
    page.approvals.push_back(std::move(approval));
  }
  if (ids.size() < kMaxScannedRows) page.last.reset();
  return page;
}

struct Decision {
  std::optional<Vote> vote;
  std::string reason;
};

std::optional<Vote> vote_of(std::string_view word) {
  static constexpr std::array<std::string_view, 2> kYes{"approve", "approved"};
  static constexpr std::array<std::string_view, 4> kNo{"reject", "rejected", "deny", "denied"};
  for (const auto yes : kYes)
    if (word == yes) return Vote::approve;
  for (const auto no : kNo)
    if (word == no) return Vote::reject;
  return std::nullopt;
}

/// {"approved": true} or {"decision"|"status"|"action": "approve"…}, with a reason.
Decision read_decision(BodyReader& reader) {
  Decision decision;
  if (const auto approved = reader.optional_flag("approved"))
    decision.vote = *approved ? Vote::approve : Vote::reject;
  for (const char* name : {"decision", "status", "action"}) {
    const auto said = reader.optional_text(name, {1, 32});
    if (!said) continue;
    const auto vote = vote_of(*said);
    if (!vote || (decision.vote && *decision.vote != *vote))
      reader.fault(name, "must be approve or reject, and say the same as the other members");
    decision.vote = vote;
  }
  for (const char* name : {"reason", "decision_reason", "comment"}) {
    const auto text = reader.optional_text(name, {0, 4'000});
    if (text && decision.reason.empty()) decision.reason = *text;
  }
  // Who decides is whose key it is; a name in the body changes nothing.
  (void)reader.optional_text("decided_by", {0, 320});
  if (!decision.vote) reader.fault("", "say approved true or false, or decision approve or reject");
  if (decision.vote == Vote::reject && decision.reason.empty())
    decision.reason = "Rejected without a reason";
  return decision;
}

http::Response decided(const Approval& asked, const std::string& reason,
                       const Committed& committed) {
  const auto* voted = find_event<ApprovalVoted>(committed);
  const bool granted = find_event<ApprovalGranted>(committed) != nullptr;
  const bool rejected = find_event<ApprovalRejected>(committed) != nullptr;
  JsonObject out;
  out.value("id", asked.row.approval)
      .value("ticket_id", asked.row.ticket)
      .value("action_id", asked.row.action)
      .value("action_type", asked.action.type)
      .text("status", granted    ? "approved"
                      : rejected ? "rejected"
                                 : "pending")
      .value("requested_at", asked.row.requested_at);
  if (voted != nullptr && (granted || rejected)) {
    const RecordedEvent& event = committed.events.front();
    out.value("decided_at", event.time).value("decided_by", event.actor.id);
  } else {
    out.raw("decided_at", "null").raw("decided_by", "null");
  }
  out.raw("decision_reason", reason.empty() ? "null" : http::json_string(reason))
      .flag("executed", find_event<EffectConfirmed>(committed) != nullptr);
  if (const auto* held = find_event<EffectHeld>(committed)) out.value("hold_until", held->until);
  if (const auto* refused = find_event<ApprovalStaled>(committed))
    out.value("cause", refused->cause);
  if (!granted && !rejected) out.text("message", "Another person has to approve as well");
  return http::json(std::move(out).take(), granted || rejected ? 200 : 202);
}

void decide(const CallPtr& call, const Approval& asked) {
  Decision decision;
  Body body;
  const bool good =
      with_body(*call, body, [&](BodyReader& reader) { decision = read_decision(reader); });
  if (!good) return;
  CastVote command;
  command.approval = asked.row.approval;
  command.vote = *decision.vote;
  if (!decision.reason.empty()) command.reason = decision.reason;
  command.channel = "served";
  WriteOptions options;
  options.key_required = false;
  submit(
      call, body.canonical, std::move(command),
      [asked, reason = decision.reason](const Committed& committed) {
        return decided(asked, reason, committed);
      },
      std::move(options));
}

/// The approval that the path names, with its action; answers itself when there is none.
void with_approval(const CallPtr& call, const std::function<void(const Approval&)>& use) {
  const auto id = id_parameter(*call, "approval");
  const auto row = id ? read_approval(*call, *id) : Result<ApprovalRow>(id.error());
  if (!row && row.error().code == ErrorCode::not_found)
    return refuse_with(*call, ErrorCode::not_found, "Approval not found");
  if (!row) return refuse(*call, row.error());
  if (row->rollback) return refuse_with(*call, ErrorCode::not_found, "Approval not found");
  then(call, with_action(*call, *row), [&](const Approval& approval) { use(approval); });
}

}  // namespace

void list_approvals(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good =
            only_query(*call, {"status", "limit", "cursor", "min_position", kOpen, kPurpose});
        !good)
      return refuse(*call, good.error());
    then(call, query_text(*call, "status"), [&](const std::optional<std::string>& given) {
      const std::string status = given.value_or("pending");
      if (!is_listed_status(status))
        return refuse(*call, {ErrorCode::invalid,
                              "query parameter 'status' must be pending, approved, rejected or "
                              "all"});
      then(call, page_request(*call, "approvals\n" + status), [&](const PageRequest& request) {
        then(call, read_page(*call, status, request), [&](const ApprovalPage& page) {
          std::vector<std::string> tickets;
          for (const Approval& one : page.approvals) tickets.push_back(one.row.ticket->value());
          show_texts(call, std::move(tickets), [call, page, request](const Shown& shown) {
            std::vector<std::string> objects;
            for (const Approval& one : page.approvals) objects.push_back(approval_object(one));
            auto items = shown_items(shown, objects);
            if (!items) return refuse(*call, items.error());
            const std::string cursor =
                page.last ? http::json_string(call->app.cursors.seal(request.scope, *page.last))
                          : "null";
            respond(*call,
                    http::json("{\"approvals\":[" + *items + "],\"next_cursor\":" + cursor + '}'));
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
    with_approval(call, [&](const Approval& approval) {
      show_texts(call, {approval.row.ticket->value()},
                 [call, object = approval_object(approval)](const Shown& shown) {
                   answer_row(*call, shown, object);
                 });
    });
  });
}

void decide_approval(CallPtr call) {
  with_approval(call, [&](const Approval& approval) { decide(call, approval); });
}

}  // namespace recourse::routes::served
