#include <algorithm>

#include "api/routes/policy_state.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"

namespace recourse::routes {
namespace {

void submit_switch(const CallPtr& call, std::string_view body, std::string_view scope,
                   Command command, Answer answer) {
  if (scope == "deployment")
    return submit_for_deployment(call, body, std::move(command), std::move(answer));
  submit(call, body, std::move(command), std::move(answer));
}

http::Response switched(const Committed& committed) {
  JsonObject object;
  if (const auto* engaged = find_event<KillswitchEngaged>(committed))
    object.flag("engaged", true)
        .value("scope", engaged->scope)
        .value("held_effects", engaged->held_effects);
  if (const auto* released = find_event<KillswitchReleased>(committed))
    object.flag("engaged", false).value("scope", released->scope);
  return accepted(committed, std::move(object), 200);
}

}  // namespace

Result<std::vector<Clear>> stopped_scopes(const Call& call) {
  RECOURSE_LET(const TenantState deployment, tenant_state(call, LedgerId(0)));
  RECOURSE_LET(const TenantState tenant, tenant_state(call, call.ledger));
  std::vector<Clear> scopes = tenant.killed_scopes;
  const Clear all("deployment");
  const auto& everywhere = deployment.killed_scopes;
  if (std::find(everywhere.begin(), everywhere.end(), all) != everywhere.end())
    scopes.insert(scopes.begin(), all);
  return scopes;
}

void show_killswitch(CallPtr call) {
  when_reached(call, [call] {
    then(call, stopped_scopes(*call), [&](const std::vector<Clear>& scopes) {
      JsonObject object;
      object.flag("engaged", !scopes.empty()).value("scopes", scopes);
      respond(*call, http::json(std::move(object).take()));
    });
  });
}

void set_killswitch(CallPtr call) {
  std::string scope;
  std::optional<std::string> reason;
  bool engage = true;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    engage = reader.optional_flag("engaged").value_or(true);
    scope = reader.optional_code("scope").value_or("tenant");
    reason = reader.optional_text("reason");
  });
  if (!good) return;
  const Command command =
      engage ? Command(EngageKillswitch{scope, reason}) : Command(ReleaseKillswitch{scope, reason});
  submit_switch(call, body.canonical, scope, command, switched);
}

void release_killswitch(CallPtr call) {
  if (const Status good = only_query(*call, {"scope"}); !good) return refuse(*call, good.error());
  then(call, query_text(*call, "scope"), [&](const std::optional<std::string>& scope) {
    ReleaseKillswitch command;
    command.scope = scope.value_or("tenant");
    submit_switch(call, command.scope, command.scope, command, switched);
  });
}

}  // namespace recourse::routes
