#include "api/routes/limit_answer.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"
#include "engine/policy/action_types.h"
#include "engine/writer/write_group.h"

namespace recourse::routes {
namespace {

/// Where the events leave the action.
ActionStatus status_after(const Committed& committed) {
  ActionStatus status = ActionStatus::proposed;
  for (const RecordedEvent& event : committed.events) {
    if (const auto* decided = get_if<PolicyDecided>(&event.data)) {
      if (decided->shadow) continue;
      if (decided->outcome == PolicyOutcome::allow) status = ActionStatus::authorized;
      if (decided->outcome == PolicyOutcome::deny) status = ActionStatus::denied;
      if (decided->outcome == PolicyOutcome::shadow) status = ActionStatus::shadowed;
      if (decided->outcome == PolicyOutcome::require_approval)
        status = ActionStatus::awaiting_approval;
    } else if (holds_alternative<ApprovalRequested>(event.data)) {
      status = ActionStatus::awaiting_approval;
    } else if (holds_alternative<EffectHeld>(event.data)) {
      status = ActionStatus::held;
    } else if (holds_alternative<EffectRecalled>(event.data)) {
      status = ActionStatus::recalled;
    } else if (holds_alternative<EffectDispatched>(event.data) ||
               holds_alternative<EffectHeartbeat>(event.data)) {
      status = ActionStatus::dispatching;
    } else if (holds_alternative<EffectConfirmed>(event.data)) {
      status = ActionStatus::succeeded;
    } else if (const auto* rejected = get_if<EffectRejected>(&event.data)) {
      status = rejected->retry_at ? ActionStatus::held : ActionStatus::failed;
    } else if (const auto* reconciled = get_if<EffectReconciled>(&event.data)) {
      status = reconciled->verdict == EffectOutcome::succeeded ? ActionStatus::succeeded
               : reconciled->verdict == EffectOutcome::failed  ? ActionStatus::failed
                                                               : ActionStatus::outcome_unknown;
    } else if (holds_alternative<EffectOutcomeUnknown>(event.data)) {
      status = ActionStatus::outcome_unknown;
    } else if (holds_alternative<ApprovalStaled>(event.data)) {
      // Mostly because of something that was said before, and says where the action stands.
      if (status == ActionStatus::proposed) status = ActionStatus::staled;
    } else if (holds_alternative<ApprovalExpired>(event.data)) {
      status = ActionStatus::expired;
    } else if (holds_alternative<ActionWithdrawn>(event.data)) {
      status = ActionStatus::withdrawn;
    }
  }
  return status;
}

http::Response proposed(const Committed& committed) {
  if (auto limited = limit_answer(committed)) return std::move(*limited);
  JsonObject object;
  std::string location;
  if (const auto* action = find_event<ActionProposed>(committed); action && action->amends)
    object.value("amends", action->amends)
        .flag("superseded", find_event<ActionAmended>(committed) != nullptr);
  if (const auto* action = find_event<ActionProposed>(committed)) {
    object.value("action", action->action)
        .text("uuid", to_uuid(action->action))
        .value("ticket", action->ticket)
        .value("type", action->type);
    location = "/v1/actions/" + action->action.value();
  }
  if (const auto* decided = find_event<PolicyDecided>(committed)) {
    object.value("outcome", decided->outcome)
        .value("problem", decided->problem)
        .value("decision", decided->decision)
        .value("policy", decided->policy)
        .value("rules", decided->rules)
        .number("required_approvals", decided->required_approvals)
        .value("approver_roles", decided->approver_roles);
  }
  if (const auto* held = find_event<EffectHeld>(committed)) object.value("hold_until", held->until);
  if (const auto* approval = find_event<ApprovalRequested>(committed))
    object.value("approval", approval->approval).value("approval_expires_at", approval->expires_at);
  if (const auto* failed = find_event<EffectRejected>(committed))
    object.value("failure_code", failed->code);
  object.value("status", status_after(committed));
  http::Response response = accepted(committed, std::move(object));
  if (!location.empty()) response.headers.set("Location", location);
  return response;
}

http::Response reported(const ActionId& action, const Committed& committed) {
  JsonObject object;
  object.value("action", action).value("status", status_after(committed));
  return accepted(committed, std::move(object), 200);
}

/// What the executor may run, with the means to check that it is what was proposed and approved:
/// HMAC-SHA-256(rho, hdr ‖ value) is the commitment in the leaf.
std::string opened_args(const Call& call, const EffectDispatched& dispatched) {
  const auto row = action_row(call, dispatched.ticket, dispatched.action);
  if (!row) return "null";
  const auto texts = call.app.ledger.open_subject(call.ledger, dispatched.ticket.value());
  if (!texts) return "null";
  for (const OpenedValue& value : *texts) {
    if (value.commitment != dispatched.args_commitment || value.pointer != "/data/args") continue;
    JsonObject args;
    args.raw("value", value.json)
        .text("rho", to_base64(value.rho))
        .text("pointer", value.pointer)
        .number("position", value.position.value())
        .value("commitment", value.commitment);
    return std::move(args).take();
  }
  return "null";
}

http::Response leased(const Call& call, const Committed& committed) {
  if (auto limited = limit_answer(committed)) return std::move(*limited);
  JsonObject object;
  if (const auto* dispatched = find_event<EffectDispatched>(committed)) {
    object.value("action", dispatched->action)
        .value("ticket", dispatched->ticket)
        .value("lease", dispatched->lease)
        .value("lease_until", dispatched->lease_until)
        .number("attempt", dispatched->attempt)
        .value("provider_key", dispatched->provider_key)
        .raw("args", opened_args(call, *dispatched));
  } else if (const auto* beat = find_event<EffectHeartbeat>(committed)) {
    object.value("action", beat->action)
        .value("ticket", beat->ticket)
        .value("lease", beat->lease)
        .value("lease_until", beat->lease_until);
  } else if (const auto* decided = find_event<PolicyDecided>(committed)) {
    // Judged again at dispatch, and the answer is no longer yes.
    object.value("action", decided->action)
        .value("outcome", decided->outcome)
        .value("problem", decided->problem);
  } else if (const auto* staled = find_event<ApprovalStaled>(committed)) {
    object.value("action", staled->action)
        .value("ticket", staled->ticket)
        .value("cause", staled->cause)
        .value("changed", staled->changed);
  }
  object.value("status", status_after(committed));
  return accepted(committed, std::move(object));
}

std::optional<ActionId> earlier_action(BodyReader& reader, std::string_view name) {
  const auto text = reader.optional_code(name);
  if (!text) return std::nullopt;
  auto id = action_id(*text);
  if (id) return std::move(*id);
  reader.fault(name, "must be the id of an action");
  return std::nullopt;
}

}  // namespace

void propose_action(CallPtr call) {
  ProposeAction command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.ticket = TicketId(reader.code("ticket_id"));
    command.type = reader.text("type", {1, 128});
    command.args_json = reader.optional_object_json("args").value_or("{}");
    command.confidence_ppm = reader.optional_integer("confidence_ppm", 0, 1'000'000);
    command.reasoning = reader.optional_text("reasoning");
    command.agent_version = reader.optional_code("agent_version");
    if (auto run = reader.optional_code("run_id")) command.run = RunId(std::move(*run));
    command.expected_ticket_version =
        reader.optional_integer("expected_ticket_version", 0, Json::kMaxInteger);
    command.caused_by = earlier_action(reader, "caused_by");
    command.redo_of = earlier_action(reader, "redo_of");
    command.reads = reader.codes("reads", 8);
  });
  if (good) submit(call, body.canonical, std::move(command), proposed);
}

void lease_action(CallPtr call) {
  auto action = action_id(call->request.parameter("action"));
  if (!action) return refuse(*call, action.error());
  LeaseAction command{*action};
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.lease_s = reader.optional_integer("lease_s", 1, 3'600).value_or(command.lease_s);
    if (auto lease = reader.optional_code("lease_id")) command.lease = LeaseId(std::move(*lease));
  });
  if (good)
    submit(call, body.canonical, std::move(command),
           [call](const Committed& committed) { return leased(*call, committed); });
}

void report_action(CallPtr call) {
  auto action = action_id(call->request.parameter("action"));
  if (!action) return refuse(*call, action.error());
  ReportAction command;
  command.action = *action;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.outcome = reader.word_of<EffectOutcome>("outcome");
    if (auto lease = reader.optional_code("lease_id")) command.lease = LeaseId(std::move(*lease));
    command.provider_ref = reader.optional_code("provider_ref");
    command.result_json = reader.optional_json("result");
    command.code = reader.optional_code("code");
    command.retryable = reader.optional_flag("retryable").value_or(false);
    reader.each_object("writes", 64, [&](BodyReader& write) {
      command.writes.push_back({write.code("entity"), write.code("field"),
                                write.optional_json("before"), write.optional_json("after")});
    });
  });
  if (!good) return;
  submit(call, body.canonical, std::move(command),
         [action = *action](const Committed& committed) { return reported(action, committed); });
}

void withdraw_action(CallPtr call) {
  auto action = action_id(call->request.parameter("action"));
  if (!action) return refuse(*call, action.error());
  WithdrawAction command{*action, {}};
  Body body;
  const bool good = with_body(
      *call, body, [&](BodyReader& reader) { command.reason = reader.optional_text("reason"); });
  if (!good) return;
  submit(call, body.canonical, std::move(command),
         [action = *action](const Committed& committed) { return reported(action, committed); });
}

void recall_action(CallPtr call) {
  auto action = action_id(call->request.parameter("action"));
  if (!action) return refuse(*call, action.error());
  RecallAction command{*action, {}};
  Body body;
  const bool good = with_body(
      *call, body, [&](BodyReader& reader) { command.reason = reader.optional_text("reason"); });
  if (!good) return;
  submit(call, body.canonical, std::move(command),
         [action = *action](const Committed& committed) { return reported(action, committed); });
}

void amend_action(CallPtr call) {
  auto action = action_id(call->request.parameter("action"));
  if (!action) return refuse(*call, action.error());
  AmendAction command;
  command.action = *action;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.args_json = reader.object_json("args");
    command.confidence_ppm = reader.optional_integer("confidence_ppm", 0, 1'000'000);
    command.reasoning = reader.optional_text("reasoning");
    command.reason = reader.optional_text("reason");
    command.expected_ticket_version =
        reader.optional_integer("expected_ticket_version", 0, Json::kMaxInteger);
  });
  if (good) submit(call, body.canonical, std::move(command), proposed);
}

void list_action_types(CallPtr call) { respond(*call, http::json(manifest_json())); }

}  // namespace recourse::routes
