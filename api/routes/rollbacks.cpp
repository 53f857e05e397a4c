#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

/// A selector may look at no more than this many actions that fit all but the agent's version.
constexpr std::size_t kAskEvery = 4'096;
constexpr std::size_t kMostFound = 50'000;
/// Steps and other items of a plan that the first answer shows; the rest is under the rollback.
constexpr std::size_t kShown = 64;

/// A refusal is recorded like anything else; to the caller it is a conflict with what it was about.
http::Response refused(const RollbackRefused& data, const Committed& committed) {
  std::string detail = "this action cannot be rolled back: " + data.code.text;
  if (!data.action) detail = "this cannot be rolled back: " + data.code.text;
  if (data.code.text == "already_rolled_back") detail = "this action was rolled back before";
  if (data.code.text == "later_writers")
    detail = "others have changed what the action changed, and nobody's work is overwritten";
  if (data.code.text == "dependents")
    detail = "later actions were built on it: roll back in the mode cascade or detach";
  std::vector<http::Member> members{{"code", http::json_string(data.code.text)},
                                    {"rollback", http::json_string(data.rollback.value())},
                                    {"later_writers", to_json(data.later_writers)},
                                    {"receipt", receipt_json(committed)}};
  if (data.action) members.emplace_back("action_id", http::json_string(data.action->value()));
  if (data.dependents) members.emplace_back("dependents", to_json(*data.dependents));
  return http::problem(409, "rollback-refused", "Rollback refused", detail, http::Outcome::rejected,
                       std::move(members));
}

/// The lists of the plan; of a long one the first slices.
PlanLists lists_of(const Committed& committed) {
  PlanLists lists;
  const auto add = [](auto& to, const auto& from) {
    for (const auto& item : from)
      if (to.size() < kShown) to.push_back(item);
  };
  const auto add_all = [&](const auto& from) {
    add(lists.steps, from.steps);
    add(lists.dependents, from.dependents);
    add(lists.conflicts, from.conflicts);
    add(lists.skipped, from.skipped);
    add(lists.cannot_undo, from.cannot_undo);
  };
  for (const RecordedEvent& event : committed.events) {
    if (const auto* planned = get_if<RollbackPlanned>(&event.data)) add_all(*planned);
    if (const auto* more = get_if<RollbackPlanContinued>(&event.data)) add_all(more->lists);
  }
  return lists;
}

/// Where the rollback stands after these events.
std::string_view status_of(const Committed& committed) {
  std::string_view status = "planned";
  for (const RecordedEvent& event : committed.events) {
    if (const auto* asked = get_if<ApprovalRequested>(&event.data);
        asked != nullptr && !asked->step)
      status = "awaiting_approval";
    if (const auto* incident = get_if<IncidentOpened>(&event.data);
        incident != nullptr && incident->kind == IncidentKind::remediation)
      status = "remediation";
    if (holds_alternative<RollbackStarted>(event.data)) status = "started";
    if (holds_alternative<RollbackStuck>(event.data)) status = "stuck";
    if (holds_alternative<RollbackCompleted>(event.data)) status = "completed";
    if (holds_alternative<RollbackPartial>(event.data)) status = "partial";
    if (holds_alternative<RollbackAborted>(event.data)) status = "aborted";
  }
  return status;
}

http::Response planned(const Committed& committed) {
  if (const auto* refusal = find_event<RollbackRefused>(committed))
    return refused(*refusal, committed);
  JsonObject object;
  std::string location;
  if (const auto* requested = find_event<RollbackRequested>(committed)) {
    object.value("rollback", requested->rollback)
        .value("action", requested->action)
        .value("ticket", requested->ticket)
        .value("run", requested->run)
        .value("selector", requested->selector)
        .value("mode", requested->mode);
    location = "/v1/rollbacks/" + requested->rollback.value();
  }
  if (const auto* plan = find_event<RollbackPlanned>(committed)) {
    const PlanLists lists = lists_of(committed);
    object.value("plan_digest", plan->plan_digest)
        .number("base_position", plan->base_position)
        .number("step_count", plan->step_count)
        .value("steps", lists.steps)
        .value("dependents", lists.dependents)
        .value("conflicts", lists.conflicts)
        .value("skipped", lists.skipped)
        .value("cannot_undo", lists.cannot_undo)
        .value("money_delta", plan->money_delta)
        .number("customers", plan->customers)
        .number("required_approvals", plan->required_approvals);
  }
  if (const auto* asked = find_event<ApprovalRequested>(committed))
    object.value("approval", asked->approval).value("expires_at", asked->expires_at);
  if (const auto* incident = find_event<IncidentOpened>(committed))
    object.value("incident", incident->incident);
  const std::string_view status = status_of(committed);
  object.text("status", status);
  http::Response response =
      accepted(committed, std::move(object), status == "awaiting_approval" ? 202 : 201);
  if (!location.empty()) response.headers.set("Location", location);
  return response;
}

http::Response moved(const RollbackId& rollback, const Committed& committed) {
  JsonObject object;
  object.value("rollback", rollback).text("status", status_of(committed));
  if (find_event<BypassGranted>(committed) != nullptr) object.flag("bypass", true);
  if (const auto* incident = find_event<IncidentOpened>(committed))
    object.value("incident", incident->incident);
  return accepted(committed, std::move(object), 200);
}

std::optional<Timestamp> time_of(BodyReader& reader, std::string_view name) {
  const auto text = reader.optional_text(name, {1, 40});
  if (!text) return std::nullopt;
  const auto time = from_rfc3339(*text);
  if (!time) reader.fault(name, "must be an RFC 3339 time");
  return time ? std::optional(*time) : std::nullopt;
}

BulkTarget read_selector(BodyReader& reader) {
  BulkTarget bulk;
  if (auto agent = reader.optional_code("agent")) bulk.agent = PrincipalId(std::move(*agent));
  bulk.agent_version = reader.optional_text("agent_version", {1, 128});
  bulk.type = reader.optional_label("type");
  bulk.policy = reader.optional_label("policy");
  bulk.from = time_of(reader, "from");
  bulk.before = time_of(reader, "before");
  return bulk;
}

void read_target(BodyReader& reader, RollBack& command) {
  if (reader.is_object("target")) {
    reader.object("target", [&](BodyReader& inner) { command.bulk = read_selector(inner); });
    return;
  }
  const std::string target = reader.text("target", {1, 128});
  if (target.starts_with("tkt_")) {
    command.ticket = TicketId(target);
  } else if (target.starts_with("run_")) {
    command.run = RunId(target);
  } else if (auto action = action_id(target)) {
    command.action = std::move(*action);
  } else if (!target.empty()) {
    reader.fault("target", "must be the id of an action, a ticket or a run, or a selector");
  }
}

bool may_fit(const RollBack& command, const ActionRow& row) {
  if (command.run) return row.run == *command.run;
  if (!command.bulk) return true;
  const BulkTarget& bulk = *command.bulk;
  if (bulk.agent && row.proposed_by != *bulk.agent) return false;
  if (bulk.type && row.type.text != *bulk.type) return false;
  if (bulk.agent_version && row.agent_version && row.agent_version->text != *bulk.agent_version)
    return false;
  if (bulk.policy && (!row.policy || row.policy->text != *bulk.policy)) return false;
  if (!row.executed_at) return !bulk.from && !bulk.before;
  // The decision looks at the ledger's own time; a row's is the same.
  return (!bulk.from || *row.executed_at >= *bulk.from) &&
         (!bulk.before || *row.executed_at < *bulk.before);
}

/// What the target may mean by what is shown now; the decision takes from it what really fits.
Result<std::vector<ActionId>> find_actions(const Call& call, const RollBack& command,
                                           const LongReads::GoOn& go_on) {
  std::vector<ActionId> found;
  bool stopped = false;
  std::size_t looked_at = 0;
  const std::string prefix =
      command.ticket ? "ticket/" + command.ticket->value() + '/' : std::string("ticket/");
  bool readable = true;
  RECOURSE_TRY(call.app.views.each(view::action_history(), call.ledger, prefix, "",
                                   ViewStore::Order::forward,
                                   [&](std::string_view, std::string_view json) {
                                     ActionRow row;
                                     stopped = ++looked_at % kAskEvery == 0 && !go_on();
                                     readable = decode_row(json, row);
                                     if (readable && may_fit(command, row))
                                       found.push_back(std::move(row.action));
                                     return readable && !stopped && found.size() <= kMostFound;
                                   }));
  if (stopped) return Error{ErrorCode::unavailable, "the server stops; ask again when it runs"};
  if (!readable) return Error{ErrorCode::corrupt, "a stored row cannot be read"};
  if (found.size() > kMostFound)
    return Error{ErrorCode::too_large, "the selector fits too many actions: narrow it"};
  return found;
}

}  // namespace

void roll_back(CallPtr call) {
  RollBack command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    read_target(reader, command);
    if (const auto mode = reader.optional_word_of<RollbackMode>("mode")) command.mode = *mode;
    if (auto code = reader.optional_code("reason_code")) command.reason_code = std::move(*code);
    command.reason = reader.optional_text("reason");
    command.plan_only = reader.optional_flag("plan_only").value_or(false);
  });
  if (!good) return;
  const auto plan = [call, canonical = std::move(body.canonical)](RollBack chosen,
                                                                  const LongReads::GoOn& go_on) {
    if (chosen.ticket || chosen.run || chosen.bulk) {
      auto found = find_actions(*call, chosen, go_on);
      if (!found) return refuse(*call, found.error());
      chosen.found = std::move(*found);
    }
    submit(call, canonical, std::move(chosen), planned);
  };
  if (!command.run && !command.bulk) return plan(std::move(command), [] { return true; });
  // All of the history is looked through.
  if (!call->app.long_reads.run(
          [plan, command](const LongReads::GoOn& go_on) { plan(command, go_on); }))
    refuse(*call, {ErrorCode::unavailable, "too many long reads wait already; try again later"});
}

void start_rollback(CallPtr call) {
  auto id = id_parameter(*call, "rollback");
  if (!id) return refuse(*call, id.error());
  StartRollback command;
  command.rollback = RollbackId(*id);
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.plan_digest = reader.text("plan_digest", {1, 64});
    command.break_glass = reader.optional_flag("break_glass").value_or(false);
    command.reason = reader.optional_text("reason");
  });
  if (good)
    submit(call, body.canonical, std::move(command),
           [rollback = RollbackId(*id)](const Committed& done) { return moved(rollback, done); });
}

namespace {

void pause_or_resume(const CallPtr& call, bool pause) {
  auto id = id_parameter(*call, "rollback");
  if (!id) return refuse(*call, id.error());
  PauseRollback command;
  command.rollback = RollbackId(*id);
  command.pause = pause;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    if (pause) command.reason = reader.optional_text("reason");
  });
  if (!good) return;
  submit(call, body.canonical, std::move(command),
         [rollback = RollbackId(*id), pause](const Committed& committed) {
           JsonObject object;
           object.value("rollback", rollback).flag("paused", pause);
           return accepted(committed, std::move(object), 200);
         });
}

}  // namespace

void pause_rollback(CallPtr call) { pause_or_resume(call, true); }
void resume_rollback(CallPtr call) { pause_or_resume(call, false); }

void abort_rollback(CallPtr call) {
  auto id = id_parameter(*call, "rollback");
  if (!id) return refuse(*call, id.error());
  AbortRollback command;
  command.rollback = RollbackId(*id);
  Body body;
  const bool good = with_body(
      *call, body, [&](BodyReader& reader) { command.reason = reader.optional_text("reason"); });
  if (good)
    submit(call, body.canonical, std::move(command),
           [rollback = RollbackId(*id)](const Committed& done) { return moved(rollback, done); });
}

}  // namespace recourse::routes
