#include <algorithm>

#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/route_table.h"
#include "api/routes/write.h"

namespace recourse::routes {
namespace {

std::optional<Clear> team_of(const Principal& principal) {
  return principal.team.empty() ? std::nullopt : std::optional(Clear(principal.team));
}

std::string key_json(const ApiKey& key, const std::optional<std::string>& secret = {}) {
  JsonObject object;
  object.value("key", key.id)
      .value("tenant", key.tenant)
      .value("principal", key.principal.id)
      .value("kind", key.principal.kind)
      .value("role", key.principal.role)
      .value("team", team_of(key.principal))
      .text("prefix", key.prefix)
      .value("expires_at", key.expires_at)
      .flag("revoked", key.revoked);
  if (secret && secret->empty()) object.raw("secret", "null");
  if (secret && !secret->empty()) object.text("secret", *secret);
  return std::move(object).take();
}

Actor actor_of(const Call& call) { return {call.principal.kind, call.principal.id}; }

/// A further key of somebody who has one in this tenant already, of the kind that they are and in
/// the team that they are in.
Status take_principal(const Call& call, Writer::KeyOrder& order) {
  bool known = false;
  for (const ApiKey& key : call.app.writer.directory().keys(order.tenant))
    if (key.principal.id == *order.principal) {
      if (!order.team.empty() && !key.principal.team.empty() && order.team != key.principal.team)
        return Error{ErrorCode::conflict,
                     "they are in team " + key.principal.team + ": nobody votes for two teams"};
      order.kind = key.principal.kind;
      if (order.team.empty()) order.team = key.principal.team;
      known = true;
    }
  if (known) return {};
  return Error{ErrorCode::not_found, "no principal of this name in the tenant"};
}

bool is_last_admin_key(const Call& call, const ApiKey& key) {
  const auto keys = call.app.writer.directory().keys(key.tenant);
  return key.principal.role == Role::admin &&
         std::none_of(keys.begin(), keys.end(), [&](const ApiKey& other) {
           return other.id != key.id && other.principal.role == Role::admin && !other.revoked &&
                  (!other.expires_at || *other.expires_at > call.app.clock.now());
         });
}

}  // namespace

void show_caller(CallPtr call) {
  JsonObject object;
  object.value("principal", call->principal.id)
      .value("kind", call->principal.kind)
      .value("role", call->principal.role)
      .value("team", team_of(call->principal))
      .value("key", call->principal.key)
      .value("tenant", call->tenant);
  for (const LedgerInfo& info : call->app.ledger.ledgers())
    if (info.ledger == call->ledger) object.text("origin", info.origin);
  respond(*call, http::json(std::move(object).take()));
}

void list_keys(CallPtr call) {
  std::string body = R"({"items":[)";
  for (const ApiKey& key : call->app.writer.directory().keys(call->tenant)) {
    if (!body.ends_with('[')) body += ',';
    body += key_json(key);
  }
  respond(*call, http::json(body + "]}"));
}

void create_key(CallPtr call) {
  Writer::KeyOrder order;
  order.tenant = call->tenant;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    order.role = reader.word_of<Role>("role");
    order.kind = reader.optional_word_of<ActorType>("kind").value_or(ActorType::human);
    if (order.kind != ActorType::human && order.kind != ActorType::agent)
      reader.fault("kind", "must be human or agent");
    if (auto principal = reader.optional_code("principal"))
      order.principal = PrincipalId(std::move(*principal));
    order.team = reader.optional_code("team").value_or("");
    order.display_name = reader.optional_text("display_name", {1, 200}).value_or("");
    if (auto tenant = reader.optional_code("tenant")) order.tenant = TenantId(std::move(*tenant));
    if (const auto text = reader.optional_text("expires_at", {1, 40})) {
      const auto time = from_rfc3339(*text);
      if (!time) {
        reader.fault("expires_at", "must be a time of RFC 3339");
      } else {
        order.expires_at = *time;
      }
    }
  });
  if (!good) return;
  // Whoever runs the deployment makes the first keys of its tenants; to others they do not exist.
  if (order.tenant != call->tenant && !satisfies(call->principal, call->tenant, Needs::deployment))
    return refuse(*call, {ErrorCode::not_found, "no such tenant"});
  if (order.principal)
    if (const Status known = take_principal(*call, order); !known)
      return refuse(*call, known.error());
  then(call, repeatable(*call, body), [&](Writer::Repeatable request) {
    order.request = std::move(request);
    // The writer's answer is waited for, so not here on a thread that serves others.
    call->app.waiters.post([call, order = std::move(order)] {
      then(call, call->app.writer.create_key(order, actor_of(*call)), [&](Writer::NewKey made) {
        http::Response response = http::json(key_json(made.key, made.secret), 201);
        response.headers.set("Cache-Control", "no-store");
        if (made.repeated) response.headers.set("Idempotency-Replayed", "true");
        respond(*call, std::move(response));
      });
    });
  });
}

// Taking a key back twice is the same as once, so no Idempotency-Key is asked for.
void revoke_key(CallPtr call) {
  then(call, id_parameter(*call, "key"), [&](const std::string& id) {
    auto key = call->app.writer.directory().find_key(KeyId(id));
    if (!key || key->tenant != call->tenant)
      return refuse(*call, {ErrorCode::not_found, "no such key"});
    if (key->revoked) return respond(*call, http::json(key_json(*key)));
    if (is_last_admin_key(*call, *key))
      return refuse(*call, {ErrorCode::conflict,
                            "this is the tenant's last admin key; make another one first"});
    call->app.waiters.post([call, key = std::move(*key)]() mutable {
      const Status done = call->app.writer.revoke_key(key.id, actor_of(*call));
      if (!done && done.error().code != ErrorCode::conflict) return refuse(*call, done.error());
      key.revoked = true;
      respond(*call, http::json(key_json(key)));
    });
  });
}

}  // namespace recourse::routes
