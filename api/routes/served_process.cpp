#include <algorithm>
#include <array>

#include "api/routes/body_reader.h"
#include "api/routes/limit_answer.h"
#include "api/routes/served_errors.h"
#include "api/routes/served_rows.h"
#include "api/routes/served_systems.h"
#include "api/routes/served_words.h"
#include "api/routes/write.h"
#include "engine/policy/action_types.h"

namespace recourse::routes::served {
namespace {

struct Faults {
  std::vector<BodyFault> list;
  void add(std::string_view name, std::string detail) {
    list.push_back({'/' + std::string(name), std::move(detail)});
  }
};

/// Members of an agent's answer that say what it decided; everything else is an argument of the
/// action, kept sealed with it.
bool is_about_the_decision(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kNames{
      "recommended_action", "action",        "confidence", "confidence_score",
      "explanation",        "agent_version", "reasoning",  "params",
      "action_params",      "force",         "reset"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

const Json* first_of(const Json& body, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const Json* value = body.find(name); value != nullptr && !value->is_null()) return value;
  return nullptr;
}

std::optional<std::string> text_of(const Json& body, std::initializer_list<const char*> names,
                                   Faults& faults) {
  const Json* const value = first_of(body, names);
  if (value == nullptr) return std::nullopt;
  if (value->string() == nullptr) {
    faults.add(*names.begin(), "must be a string");
    return std::nullopt;
  }
  return *value->string();
}

std::optional<std::int64_t> confidence_of(const Json& body, Faults& faults) {
  const Json* const value = first_of(body, {"confidence", "confidence_score"});
  if (value == nullptr) return std::nullopt;
  const auto number = value->number();
  const auto ppm = number ? confidence_ppm(*number) : std::nullopt;
  if (!ppm) faults.add("confidence", "must be a number from 0 to 1");
  return ppm;
}

/// Agents write the name in either case; our manifest's spelling counts.
std::string action_name(const std::string& said) {
  std::string upper = said;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return find_action_type(said) == nullptr && find_action_type(upper) != nullptr ? upper : said;
}

std::string args_of(const Json& body, Faults& faults) {
  Json args = Json::object();
  if (const Json* params = first_of(body, {"params", "action_params"})) {
    if (!params->is_object()) {
      faults.add("params", "must be an object");
    } else {
      args = *params;
    }
  }
  for (const Json::Member& member : *body.members()) {
    if (is_about_the_decision(member.name) || member.value.is_null()) continue;
    if (args.find(member.name) == nullptr) args.set(member.name, member.value);
  }
  return canonical_json(args);
}

ProposeAction proposal(const TicketId& ticket, const Json& body, const std::string& action,
                       Faults& faults) {
  ProposeAction command;
  command.ticket = ticket;
  command.type = action_name(action);
  command.args_json = args_of(body, faults);
  command.confidence_ppm = confidence_of(body, faults);
  command.reasoning = text_of(body, {"explanation", "reasoning"}, faults);
  command.agent_version = text_of(body, {"agent_version"}, faults);
  if (action.empty() || action.size() > 128) faults.add("recommended_action", "1 to 128 bytes");
  return command;
}

struct Processed {
  int status = 200;
  std::string_view word, message;
};

Processed result_of(const Committed& committed) {
  if (find_event<ApprovalRequested>(committed) != nullptr)
    return {202, "awaiting_approval", "The action waits for a person's approval"};
  if (find_event<EffectConfirmed>(committed) != nullptr)
    return {200, "completed", "The action was executed"};
  const auto* decided = find_event<PolicyDecided>(committed);
  if (decided != nullptr && decided->outcome == PolicyOutcome::allow)
    return {202, "queued", "The action is allowed and waits for its executor"};
  if (decided != nullptr && decided->outcome == PolicyOutcome::shadow)
    return {200, "shadowed", "The action was recorded and not executed"};
  return {200, "denied", "The policy refused the action; nothing was changed"};
}

/// The ticket's status after what was committed, in the help desk's words.
std::string_view status_after(const TicketRow& before, const Committed& committed) {
  TicketStatus status = before.status;
  bool escalated = before.escalated;
  for (const RecordedEvent& event : committed.events) {
    if (const auto* changed = get_if<TicketStatusChanged>(&event.data)) status = changed->to;
    if (holds_alternative<TicketEscalated>(event.data)) escalated = true;
  }
  return help_desk_status(status, escalated);
}

http::Response processed(const TicketRow& ticket, const Committed& committed) {
  if (auto limited = limit_answer(committed, {{"ticket_id", std::to_string(ticket.number)}}))
    return std::move(*limited);
  const Processed result = result_of(committed);
  JsonObject out;
  out.number("ticket_id", ticket.number)
      .text("status", result.word)
      .text("message", result.message)
      .flag("agent_processed", true);
  if (const auto* proposed = find_event<ActionProposed>(committed))
    out.text("task_id", to_uuid(proposed->action))
        .text("action_id", to_uuid(proposed->action))
        .value("action_type", proposed->type)
        .raw("confidence", confidence_json(proposed->confidence_ppm));
  if (const auto* decided = find_event<PolicyDecided>(committed)) {
    out.value("outcome", decided->outcome);
    add_or_null(out, "problem", decided->problem);
  }
  if (const auto* asked = find_event<ApprovalRequested>(committed))
    out.value("approval_id", asked->approval);
  out.text("ticket_status", status_after(ticket, committed));
  return http::json(std::move(out).take(), result.status);
}

/// An agent's answer about a ticket that is not there: recorded, so that somebody learns of it.
void note_unknown_ticket(const Call& call) {
  call.app.rejected.with({"process_ticket", "not_found"}).add();
  call.app.rejections.note(call.tenant, call.principal, "process_ticket", "not_found",
                           call.app.clock.now());
}

void process(const CallPtr& call, const TicketRow& ticket, const Body& body) {
  Faults faults;
  const auto action = text_of(body.json, {"recommended_action", "action"}, faults);
  if (!action && faults.list.empty())
    return respond(*call, refusal(503, "agent-not-configured", "No agent to ask",
                                  "No AI agent is configured here: send the agent's answer as the "
                                  "body, with recommended_action, confidence and explanation"));
  ProposeAction command = proposal(ticket.ticket, body.json, action.value_or(""), faults);
  if (!faults.list.empty()) return respond(*call, unprocessable(faults.list));
  WriteOptions options;
  options.key_required = false;
  submit(
      call, body.canonical, std::move(command),
      [ticket](const Committed& committed) { return processed(ticket, committed); },
      std::move(options));
}

}  // namespace

void process_ticket(CallPtr call) {
  with_ticket(
      call,
      [&](const TicketRow& ticket) {
        auto read = read_body(*call);
        if (auto* refused = std::get_if<BodyRefusal>(&read))
          return respond(*call, std::move(refused->response));
        process(call, ticket, std::get<Body>(read));
      },
      [&] { note_unknown_ticket(*call); });
}

}  // namespace recourse::routes::served
