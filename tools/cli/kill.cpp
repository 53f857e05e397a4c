#include "engine/event/parse_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

/// Effects that were held within the scope, where that is known.
using Held = std::optional<std::int64_t>;

Result<Held> ask_server(const KillFlags& flags) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  Json body = Json::object({{"engaged", flags.engage}, {"scope", flags.scope}});
  if (!flags.reason.empty()) body.set("reason", flags.reason);
  RECOURSE_LET(const ServerClient::Answer answer, server.post("/v1/killswitch", body));
  const auto json = parse_json(answer.body);
  const Json* const held = json ? json->find("held_effects") : nullptr;
  return held != nullptr && held->integer() ? Held(*held->integer()) : Held();
}

Result<Held> do_here(const KillFlags& flags) {
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
  // The deployment's own switch stands in its own ledger.
  const std::string tenant = flags.scope == "deployment" ? "meta" : flags.tenant;
  RECOURSE_TRY(find_ledger(deployment->ledger(), tenant));
  const auto reason = flags.reason.empty() ? std::optional<std::string>() : flags.reason;
  const Command command = flags.engage ? Command(EngageKillswitch{flags.scope, reason})
                                       : Command(ReleaseKillswitch{flags.scope, reason});
  const Principal operator_of_the_machine{
      PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  RECOURSE_LET(const Committed committed, deployment->writer().handle(command_request(
                                              TenantId(tenant), operator_of_the_machine, command)));
  for (const RecordedEvent& event : committed.events)
    if (const auto* engaged = get_if<KillswitchEngaged>(&event.data)) return engaged->held_effects;
  return Held();
}

std::string held_back(std::int64_t effects) {
  if (effects == 1) return " 1 effect that was held is held back.";
  return " " + std::to_string(effects) + " effects that were held are held back.";
}

std::string stopped(const KillFlags& flags) {
  if (flags.scope == "deployment") return "All autonomous actions of all tenants";
  if (flags.scope == "tenant") return "All autonomous actions";
  const bool principal = flags.scope.starts_with("agt_") || flags.scope.starts_with("usr_") ||
                         flags.scope.starts_with("sys_");
  return (principal ? "Autonomous actions by " : "Autonomous actions of type ") + flags.scope;
}

}  // namespace

int main_kill(const KillFlags& flags) {
  const std::string command = flags.engage ? "kill engage" : "kill release";
  const auto done = flags.url.empty() ? do_here(flags) : ask_server(flags);
  if (!done) return complain(command, done.error());
  print_line(stopped(flags) +
             (flags.engage ? " are stopped from the next decision on."
                           : " are judged by the policy again.") +
             (*done && **done > 0 ? held_back(**done) : ""));
  return kDone;
}

}  // namespace recourse::cli
