#include "api/routes/body_reader.h"
#include "api/routes/served_errors.h"
#include "api/routes/served_rows.h"
#include "api/routes/served_systems.h"
#include "api/routes/write.h"

namespace recourse::routes::served {
namespace {

constexpr std::string_view kDefaultReason = "Manual rollback by admin";

/// What a rollback's answer is made of besides its events: it never changes.
struct Target {
  ActionId action;
  std::string type;
  std::int64_t ticket_number = 0;
};

Result<Target> find_target(const Call& call) {
  RECOURSE_LET(const ActionId action, action_id(call.request.parameter("action")));
  RECOURSE_LET(const TicketId ticket, ticket_of(call, action));
  RECOURSE_LET(const ActionRow row, read_action(call, ticket, action));
  RECOURSE_LET(const TicketRow about, read_ticket(call, ticket));
  return Target{action, row.type.text, about.number};
}

http::Response refused(const Target& target, const RollbackRefused& refusal_event) {
  const std::string& code = refusal_event.code.text;
  std::vector<http::Member> members{{"code", http::json_string(code)},
                                    {"ticket_id", std::to_string(target.ticket_number)},
                                    {"action_type", http::json_string(target.type)}};
  if (code == "already_rolled_back")
    return refusal(400, "already-rolled-back", "Already rolled back",
                   "This action was already rolled back", std::move(members));
  if (code == "no_inverse" || code == "no_executor" || code == "nothing_to_undo")
    return refusal(400, "rollback-not-supported", "Rollback not supported",
                   "Action type " + target.type + " does not support rollback", std::move(members));
  if (code == "not_executed")
    return refusal(400, "not-executed", "Not executed",
                   "This action was not executed, so there is nothing to roll back",
                   std::move(members));
  if (code == "later_writers" || code == "dependents") {
    std::string later;
    append_json(later, refusal_event.later_writers);
    members.emplace_back("later_writers", std::move(later));
    return refusal(409, "later-writers", "Changed since",
                   "Somebody changed the same fields after this action; their changes are kept",
                   std::move(members));
  }
  return refusal(409, "rollback-refused", "In another state",
                 "This action cannot be rolled back now: " + code, std::move(members));
}

http::Response rolled_back(const Target& target, const std::string& reason,
                           const Committed& committed) {
  if (const auto* refusal_event = find_event<RollbackRefused>(committed))
    return refused(target, *refusal_event);
  const bool done = find_event<RollbackCompleted>(committed) != nullptr;
  JsonObject out;
  out.text("message",
           done ? "Action rolled back successfully" : "The rollback waits for a second person")
      .number("ticket_id", target.ticket_number)
      .text("action_type", target.type)
      .text("rollback_reason", reason);
  if (const auto* requested = find_event<RollbackRequested>(committed))
    out.value("rollback_id", requested->rollback);
  return http::json(std::move(out).take(), done ? 200 : 202);
}

void roll_back(const CallPtr& call, const Target& target) {
  RollBack command;
  command.action = target.action;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    const auto reason = reader.optional_text("reason", {0, 4'000});
    command.reason = reason && !reason->empty() ? *reason : std::string(kDefaultReason);
  });
  if (!good) return;
  WriteOptions options;
  options.key_required = false;
  const std::string reason = *command.reason;
  submit(
      call, body.canonical, std::move(command),
      [target, reason](const Committed& committed) {
        return rolled_back(target, reason, committed);
      },
      std::move(options));
}

}  // namespace

void roll_back_action(CallPtr call) {
  const auto target = find_target(*call);
  if (target) return roll_back(call, *target);
  if (target.error().code == ErrorCode::not_found)
    return refuse_with(*call, ErrorCode::not_found, "Action history not found");
  refuse(*call, target.error());
}

}  // namespace recourse::routes::served
