#include <chrono>
#include <thread>

#include "engine/event/parse_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

constexpr auto kWatchEvery = std::chrono::seconds(1);

std::string path_of(const RollbackFlags& flags) {
  return "/v1/rollbacks/" + percent_encoded(flags.rollback);
}

Json selector_of(const RollbackFlags& flags) {
  Json selector = Json::object();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) selector.set(name, value);
  };
  add("agent", flags.agent);
  add("agent_version", flags.agent_version);
  add("type", flags.type);
  add("policy", flags.policy);
  add("from", flags.from);
  add("before", flags.before);
  return selector;
}

Json body_of(const RollbackFlags& flags) {
  Json body = Json::object();
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  if (flags.verb == "start") body.set("plan_digest", flags.plan_digest);
  if (flags.break_glass) body.set("break_glass", true);
  if (flags.verb != "plan") return body;
  body.set("mode", flags.mode).set("plan_only", true);
  body.set("target", flags.target.empty() ? selector_of(flags) : Json(flags.target));
  return body;
}

std::size_t size_of(const Json& json, std::string_view list) {
  const Json* const items = json.find(list);
  return items != nullptr && items->elements() != nullptr ? items->elements()->size() : 0;
}

/// A list of the plan, one item a line, under its heading; of a long one the first.
void print_list(const Json& plan, std::string_view list, const std::string& heading,
                const std::vector<std::string>& columns) {
  if (size_of(plan, list) == 0) return;
  print_line(heading);
  std::vector<std::vector<std::string>> rows{columns};
  for (const Json& item : *plan.find(list)->elements()) {
    std::vector<std::string> cells;
    for (const std::string& column : columns) cells.push_back(text_of(item, column));
    rows.push_back(std::move(cells));
  }
  print_table(rows);
}

/// What people look at before they agree to it.
void print_plan(const Json& plan) {
  print_line("Rollback " + text_of(plan, "rollback") + " is " + text_of(plan, "status") + ": " +
             text_of(plan, "step_count") + " steps for " + text_of(plan, "customers") +
             " customers.");
  print_list(plan, "steps", "Steps, newest first:", {"action", "ticket", "type", "kind"});
  print_list(plan, "dependents", "Built on what is undone:", {"action", "ticket", "on", "edge"});
  print_list(plan, "conflicts",
             "Kept, because others wrote it later:", {"field", "actor", "type", "position"});
  print_list(plan, "skipped", "Left alone:", {"action", "ticket", "code"});
  print_list(plan, "cannot_undo", "Cannot be undone:", {"action", "ticket", "code"});
  print_list(plan, "money_delta", "Money, in minor units:", {"currency", "amount_minor"});
  if (text_of(plan, "status") == "planned")
    return (void)print_line("Carry it out: recourse rollback start " + text_of(plan, "rollback") +
                            " --plan-digest " + text_of(plan, "plan_digest"));
  if (const Json* const approval = plan.find("approval"))
    print_line("It waits for " + text_of(plan, "required_approvals") + " more to agree: approval " +
               (approval->string() != nullptr ? *approval->string() : ""));
}

/// One line of progress.
std::string progress_of(const Json& rollback) {
  std::string line = text_of(rollback, "status") + ": " + text_of(rollback, "undone") +
                     " undone, " + text_of(rollback, "left") + " left undone, of " +
                     text_of(rollback, "step_count");
  if (rollback.find("paused_by") != nullptr)
    line += ", paused by " + text_of(rollback, "paused_by");
  if (const std::size_t stuck = size_of(rollback, "stuck_steps"); stuck > 0)
    line += ", " + std::to_string(stuck) + " stuck";
  return line;
}

bool goes_on(const Json& rollback) {
  const std::string status = text_of(rollback, "status");
  return status == "started" || status == "stuck";
}

Result<Json> ask(ServerClient& server, const std::string& path) {
  RECOURSE_LET(const auto answer, server.get(path));
  return parse_json(answer.body);
}

Status show(ServerClient& server, const RollbackFlags& flags) {
  std::string said;
  for (;;) {
    RECOURSE_LET(const Json rollback, ask(server, path_of(flags) + "?limit=1"));
    if (flags.json && !flags.follow) return print_json(rollback), Status();
    const std::string line = progress_of(rollback);
    if (line != said && !(flags.json ? print_json(rollback) : print_line(line))) return {};
    std::fflush(stdout);
    said = line;
    if (!flags.follow || !goes_on(rollback)) return {};
    std::this_thread::sleep_for(kWatchEvery);
  }
}

Status give(ServerClient& server, const RollbackFlags& flags) {
  const bool plans = flags.verb == "plan";
  const std::string path = plans ? "/v1/rollbacks" : path_of(flags) + '/' + flags.verb;
  RECOURSE_LET(const auto answer, server.post(path, body_of(flags)));
  RECOURSE_LET(const Json json, parse_json(answer.body));
  if (flags.json) return print_json(json), Status();
  if (plans) return print_plan(json), Status();
  const Json* const paused = json.find("paused");
  const std::string now = paused != nullptr ? (paused->boolean() == true ? "paused" : "resumed")
                                            : text_of(json, "status");
  print_line("Rollback " + text_of(json, "rollback") + " is " + now + '.');
  return {};
}

}  // namespace

int main_rollback(const RollbackFlags& flags) {
  const std::string command = "rollback " + flags.verb;
  const bool selects = !selector_of(flags).members()->empty();
  if (flags.verb == "plan" && flags.target.empty() == !selects)
    return complain(command, "a rollback has one target",
                    "name an action, a ticket or a run, or select by --agent, --agent-version, "
                    "--type, --policy, --from and --before",
                    kWrongUsage);
  auto server = ServerClient::open(flags);
  if (!server) return complain(command, server.error());
  const Status done = flags.verb == "show" ? show(*server, flags) : give(*server, flags);
  return done ? kDone : complain(command, done.error());
}

}  // namespace recourse::cli
