#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

std::string state_of(const Json& key, Timestamp now) {
  if (const Json* revoked = key.find("revoked"); revoked != nullptr && revoked->boolean() == true)
    return "revoked";
  const auto expires = from_rfc3339(text_of(key, "expires_at"));
  return expires && *expires <= now ? "expired" : "valid";
}

Json json_of(const ApiKey& key) {
  Json json = Json::object({{"key", key.id.value()},
                            {"tenant", key.tenant.value()},
                            {"principal", key.principal.id.value()},
                            {"kind", word(key.principal.kind)},
                            {"role", word(key.principal.role)},
                            {"prefix", key.prefix},
                            {"revoked", key.revoked}});
  if (key.expires_at) json.set("expires_at", to_rfc3339(*key.expires_at));
  return json;
}

Result<Writer::KeyOrder> order_of(const KeyCreateFlags& flags) {
  Writer::KeyOrder order;
  order.tenant = TenantId(flags.tenant.empty() ? "default" : flags.tenant);
  order.role = from_word<Role>(flags.role).value_or(Role::viewer);
  order.kind = from_word<ActorType>(flags.kind).value_or(ActorType::human);
  order.display_name = flags.name;
  if (!flags.principal.empty()) order.principal = PrincipalId(flags.principal);
  if (!flags.expires.empty()) {
    RECOURSE_LET(order.expires_at, from_rfc3339(flags.expires));
  }
  return order;
}

Result<Json> create_here(const KeyCreateFlags& flags, const Writer::KeyOrder& order) {
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
  RECOURSE_LET(const Writer::NewKey made, deployment->writer().create_key(order, Actor{}));
  Json json = json_of(made.key);
  json.set("secret", made.secret);
  return json;
}

Result<Json> create_there(const KeyCreateFlags& flags) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  Json body = Json::object({{"role", flags.role}, {"kind", flags.kind}});
  if (!flags.tenant.empty()) body.set("tenant", flags.tenant);
  if (!flags.name.empty()) body.set("display_name", flags.name);
  if (!flags.principal.empty()) body.set("principal", flags.principal);
  if (!flags.expires.empty()) body.set("expires_at", flags.expires);
  RECOURSE_LET(const auto answer, server.post("/v1/keys", body));
  return parse_json(answer.body);
}

int print_keys(const Json& list, bool json) {
  if (json) return print_json(list), kDone;
  std::vector<std::vector<std::string>> rows{
      {"KEY", "BEGINS WITH", "ROLE", "KIND", "PRINCIPAL", "EXPIRES", "STATE"}};
  for (const Json& key : *list.elements()) {
    const std::string expires = text_of(key, "expires_at");
    rows.push_back({text_of(key, "key"), text_of(key, "prefix"), text_of(key, "role"),
                    text_of(key, "kind"), text_of(key, "principal"),
                    expires.empty() ? "never" : expires, state_of(key, SystemClock().now())});
  }
  print_table(rows);
  return kDone;
}

/// The deployment's keys as its own ledger tells them.
Result<std::vector<ApiKey>> read_keys(const KeyListFlags& flags) {
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_TRY(find_ledger(*ledger, flags.tenant));
  Directory directory;
  Status unreadable;
  const LedgerId meta(0);
  RECOURSE_TRY(ledger->scan(meta, Position(0), Position(ledger->head(meta).size.value()),
                            [&](Position, std::string_view leaf) {
                              const auto event = read_leaf(leaf);
                              if (!event) return unreadable = event.error(), false;
                              directory.apply(*event);
                              return true;
                            }));
  RECOURSE_TRY(unreadable);
  return directory.keys(TenantId(flags.tenant));
}

}  // namespace

int main_key_create(const KeyCreateFlags& flags) {
  const auto order = order_of(flags);
  if (!order)
    return complain("key create", "--expires: " + order.error().message,
                    "write it like 2027-01-31T00:00:00Z", kWrongUsage);
  const auto made = flags.url.empty() ? create_here(flags, *order) : create_there(flags);
  if (!made) return complain("key create", made.error());
  if (flags.json) return print_json(*made), kDone;
  print_line("Key " + text_of(*made, "key") + " of " + text_of(*made, "principal") + ", role " +
             flags.role + ", tenant " + text_of(*made, "tenant") +
             ". Its secret is shown only now:");
  print_line(text_of(*made, "secret"));
  return kDone;
}

int main_key_list(const KeyListFlags& flags) {
  if (!flags.url.empty()) {
    auto server = ServerClient::open(flags);
    if (!server) return complain("key list", server.error());
    const auto answer = server->get("/v1/keys");
    if (!answer) return complain("key list", answer.error());
    const auto items = items_of(*answer);
    if (!items) return complain("key list", items.error());
    return print_keys(*items, flags.json);
  }
  const auto keys = read_keys(flags);
  if (!keys) return complain("key list", keys.error());
  Json list = Json::array();
  for (const ApiKey& key : *keys) list.push_back(json_of(key));
  return print_keys(list, flags.json);
}

int main_key_revoke(const KeyRevokeFlags& flags) {
  if (!flags.url.empty()) {
    auto server = ServerClient::open(flags);
    if (!server) return complain("key revoke", server.error());
    const auto answer = server->remove("/v1/keys/" + percent_encoded(flags.key));
    if (!answer) return complain("key revoke", answer.error());
  } else {
    DeploymentOptions options;
    options.place = flags;
    const auto deployment = Deployment::open(options);
    if (!deployment) return complain("key revoke", deployment.error());
    const Status revoked = (*deployment)->writer().revoke_key(KeyId(flags.key), Actor{});
    if (!revoked) return complain("key revoke", revoked.error());
  }
  if (flags.json) return print_json(Json::object({{"key", flags.key}, {"revoked", true}})), kDone;
  print_line("Revoked " + flags.key + ". Whoever presents it is refused from now on.");
  return kDone;
}

}  // namespace recourse::cli
