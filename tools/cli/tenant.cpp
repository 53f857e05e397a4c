#include "engine/event/canonical_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

Json json_of(const LedgerInfo& info, const TreeHead& head) {
  return Json::object({{"tenant", info.tenant.value()},
                       {"ledger", info.ledger.value()},
                       {"origin", info.origin},
                       {"size", head.size.value()},
                       {"root", to_base64(as_text(head.root))}});
}

Result<std::string> create(const TenantCreateFlags& flags) {
  if (!flags.url.empty()) {
    RECOURSE_LET(ServerClient server, ServerClient::open(flags));
    RECOURSE_LET(const auto answer,
                 server.post("/v1/tenants", Json::object({{"tenant", flags.tenant}})));
    return answer.body;
  }
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
  RECOURSE_LET(const LedgerInfo info, deployment->writer().create_tenant(TenantId(flags.tenant)));
  return canonical_json(json_of(info, deployment->ledger().head(info.ledger)));
}

int print_tenants(const Json& list, bool json) {
  if (json) return print_json(list), kDone;
  std::vector<std::vector<std::string>> rows{{"TENANT", "EVENTS", "ORIGIN"}};
  for (const Json& tenant : *list.elements())
    rows.push_back({text_of(tenant, "tenant"), text_of(tenant, "size"), text_of(tenant, "origin")});
  print_table(rows);
  return kDone;
}

}  // namespace

int main_tenant_create(const TenantCreateFlags& flags) {
  const auto made = create(flags);
  if (!made) {
    if (made.error().code == ErrorCode::conflict)
      return complain("tenant create", "there is a tenant " + flags.tenant + " already",
                      "use it, or choose another name", kFoundProblem);
    if (made.error().code == ErrorCode::invalid && flags.url.empty())
      return complain("tenant create", made.error().message, "choose another name", kWrongUsage);
    return complain("tenant create", made.error());
  }
  if (flags.json) return print_line(*made), kDone;
  print_line("Created tenant " + flags.tenant + ". A key for it: recourse key create --tenant " +
             flags.tenant + " --role admin");
  return kDone;
}

int main_tenant_list(const TenantListFlags& flags) {
  if (!flags.url.empty()) {
    auto server = ServerClient::open(flags);
    if (!server) return complain("tenant list", server.error());
    const auto answer = server->get("/v1/tenants");
    if (!answer) return complain("tenant list", answer.error());
    const auto items = items_of(*answer);
    if (!items) return complain("tenant list", items.error());
    return print_tenants(*items, flags.json);
  }
  const auto ledger = open_ledger_read_only(flags);
  if (!ledger) return complain("tenant list", ledger.error());
  Json list = Json::array();
  for (const LedgerInfo& info : (*ledger)->ledgers()) {
    if (info.ledger == LedgerId(0)) continue;
    list.push_back(json_of(info, (*ledger)->head(info.ledger)));
  }
  return print_tenants(list, flags.json);
}

}  // namespace recourse::cli
