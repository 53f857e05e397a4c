#include "engine/base/sha256.h"
#include "engine/policy/policy.h"
#include "engine/writer/decision_state.h"
#include "engine/writer/writer.h"

namespace recourse {
namespace {

const TenantId kMeta("meta");

Error bad_name() {
  return {ErrorCode::invalid,
          "a tenant's name has 1 to 40 characters of a-z, 0-9 and '-', and is not 'meta'"};
}

bool is_tenant_name(const std::string& name) {
  return !name.empty() && name.size() <= 40 && name != kMeta.value() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

Principal system_principal() {
  return {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
}

/// rk_ + 52 characters: 256 random bits, recognisable by secret scanners.
std::string make_secret(Random& random) { return "rk_" + to_hex(as_text(random.bytes<32>())); }

/// Names of requests are the caller's own: one administrator's never meets another's.
void make_repeatable(WriteRequest& request, const Writer::Repeatable& as) {
  if (as.idempotency_key.empty()) return;
  request.idempotency_key = as.idempotency_key;
  request.fingerprint = as.fingerprint;
}

/// Nothing was there before a new ledger.
class NoRows final : public RowSource {
 public:
  std::optional<std::string> load(std::string_view) const override { return std::nullopt; }
};

Status stage_first_policy(DecisionStep& step, const StagedLedger& made) {
  const NoRows nothing;
  Digest digest;
  DecisionState state(nothing, digest);
  state.apply(made.opened);
  const DecisionContext context{
      step.context.now, step.context.random, system_principal(), 1, std::nullopt, {}};
  RECOURSE_LET(std::vector<NewEvent> events, decide(state.state(),
                                                    ActivatePolicy{std::string(kDefaultPolicyName),
                                                                   policy_json(default_policy())},
                                                    context));
  std::vector<std::int64_t> versions;
  for (const NewEvent& event : events)
    versions.push_back(next_version(state.state(), event.stream));
  RECOURSE_TRY(step.ledger.stage(made.ledger, std::move(events), versions, step.context.now));
  return {};
}

std::string_view prefix_of(ActorType kind) {
  return kind == ActorType::human ? "usr_" : kind == ActorType::agent ? "agt_" : "sys_";
}

}  // namespace

Result<LedgerInfo> Writer::create_tenant(const TenantId& tenant, const Repeatable& request) {
  if (!is_tenant_name(tenant.value())) return bad_name();
  WriteRequest create;
  create.tenant = kMeta;
  create.principal = system_principal();
  make_repeatable(create, request);
  create.decide = [&](DecisionStep& step) -> Result<std::vector<NewEvent>> {
    const Timestamp now = step.context.now;
    RECOURSE_LET(const StagedLedger made, step.ledger.stage_ledger(tenant, now));
    // In the same commit, so that no crash leaves a tenant without a policy.
    RECOURSE_TRY(stage_first_policy(step, made));
    NewEvent created;
    created.stream = "deployment";
    created.data =
        TenantCreated{tenant, static_cast<std::int64_t>(made.ledger.value()), made.origin};
    return std::vector{std::move(created)};
  };
  RECOURSE_TRY(handle(std::move(create)));
  const auto info = ledger().find_tenant(tenant);
  RECOURSE_ASSERT(info.has_value(), "a created tenant is found");
  return *info;
}

Result<Writer::NewKey> Writer::create_key(const KeyOrder& order, const Actor& by) {
  if (!directory().has_tenant(order.tenant))
    return Error{ErrorCode::not_found, "no tenant " + order.tenant.value()};
  if (order.principal && !directory().is_principal(*order.principal))
    return Error{ErrorCode::not_found, "no principal " + order.principal->value()};
  NewKey made;
  made.secret = make_secret(random());
  WriteRequest create;
  create.tenant = kMeta;
  create.principal = {by.id, by.type, Role::admin, {}};
  make_repeatable(create, order.request);
  create.decide = [&](DecisionStep& step) -> Result<std::vector<NewEvent>> {
    const Timestamp now = step.context.now;
    std::vector<NewEvent> events;
    PrincipalId principal = order.principal.value_or(PrincipalId());
    const auto add = [&](std::string stream, EventData data) {
      events.push_back({std::move(stream), "", by, "", "", std::move(data)});
    };
    if (!order.principal) {
      principal = PrincipalId(make_ulid(prefix_of(order.kind), now, step.context.random));
      PrincipalCreated person{principal, order.kind, order.tenant, std::nullopt, {}};
      if (!order.display_name.empty()) person.display_name = seal_text(order.display_name, {});
      add(principal.value(), std::move(person));
    }
    made.key = {KeyId(make_ulid("key_", now, step.context.random)),
                order.tenant,
                {principal, order.kind, order.role, {}},
                made.secret.substr(0, 11),
                hash_of_secret(made.secret),
                order.expires_at,
                false};
    made.key.principal.key = made.key.id;
    made.key.principal.team = order.team;
    ApiKeyCreated created{made.key.id, order.tenant,    principal,     order.kind,
                          order.role,  made.key.prefix, made.key.hash, order.expires_at};
    if (!order.team.empty()) created.team = Clear(order.team);
    add(made.key.id.value(), std::move(created));
    return events;
  };
  RECOURSE_LET(const Committed committed, handle(std::move(create)));
  if (!committed.repeated) return made;
  for (const RecordedEvent& event : committed.events)
    if (const auto* key = get_if<ApiKeyCreated>(&event.data))
      if (const auto found = directory().find_key(key->key)) return NewKey{*found, "", true};
  return Error{ErrorCode::key_reused, "this idempotency key was used for something else"};
}

Status Writer::revoke_key(const KeyId& key, const Actor& by) {
  const auto found = directory().find_key(key);
  if (!found) return Error{ErrorCode::not_found, "no key " + key.value()};
  if (found->revoked)
    return Error{ErrorCode::conflict, "key " + key.value() + " is revoked already"};
  WriteRequest revoke;
  revoke.tenant = kMeta;
  revoke.principal = {by.id, by.type, Role::admin, {}};
  revoke.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> {
    return std::vector<NewEvent>{
        {key.value(), "", by, "", "", ApiKeyRevoked{key, found->tenant, "asked"}}};
  };
  RECOURSE_TRY(handle(std::move(revoke)));
  return {};
}

Result<std::optional<Writer::NewKey>> bootstrap(Writer& writer) {
  const TenantId tenant("default");
  if (!writer.directory().tenants().empty()) return std::optional<Writer::NewKey>();
  RECOURSE_TRY(writer.create_tenant(tenant));
  Writer::KeyOrder order;
  order.tenant = tenant;
  order.role = Role::admin;
  order.display_name = "First administrator";
  RECOURSE_LET(auto made, writer.create_key(order, Actor{}));
  return std::optional(std::move(made));
}

}  // namespace recourse
