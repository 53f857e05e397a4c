#include "engine/writer/directory.h"

#include <algorithm>
#include <set>

#include "engine/base/sha256.h"

namespace recourse {

Hash hash_of_secret(std::string_view secret) { return sha256(secret); }

void Directory::apply(const RecordedEvent& event) {
  const std::unique_lock lock(mutex_);
  if (const auto* tenant = get_if<TenantCreated>(&event.data)) {
    tenants_.push_back(tenant->tenant);
  } else if (const auto* person = get_if<PrincipalCreated>(&event.data)) {
    principals_.emplace(person->principal.value(), Known{person->kind, person->tenant});
  } else if (const auto* made = get_if<ApiKeyCreated>(&event.data)) {
    ApiKey key{made->key,
               made->tenant,
               {made->principal, made->principal_kind, made->role, made->key},
               made->prefix.text,
               made->hash,
               made->expires_at,
               false};
    if (made->team) key.principal.team = made->team->text;
    by_hash_.emplace(as_text(key.hash), key.id.value());
    keys_.insert_or_assign(key.id.value(), std::move(key));
  } else if (const auto* revoked = get_if<ApiKeyRevoked>(&event.data)) {
    const auto found = keys_.find(revoked->key.value());
    if (found != keys_.end()) found->second.revoked = true;
  }
}

std::optional<ApiKey> Directory::find_secret(std::string_view secret) const {
  const Hash hash = hash_of_secret(secret);
  const std::shared_lock lock(mutex_);
  const auto id = by_hash_.find(std::string(as_text(hash)));
  if (id == by_hash_.end()) return std::nullopt;
  return keys_.at(id->second);
}

std::optional<ApiKey> Directory::find_key(const KeyId& id) const {
  const std::shared_lock lock(mutex_);
  const auto found = keys_.find(id.value());
  if (found == keys_.end()) return std::nullopt;
  return found->second;
}

std::vector<ApiKey> Directory::keys(const TenantId& tenant) const {
  const std::shared_lock lock(mutex_);
  std::vector<ApiKey> found;
  for (const auto& [id, key] : keys_)
    if (key.tenant == tenant) found.push_back(key);
  std::sort(found.begin(), found.end(),
            [](const ApiKey& a, const ApiKey& b) { return a.id < b.id; });
  return found;
}

bool Directory::has_tenant(const TenantId& tenant) const {
  const std::shared_lock lock(mutex_);
  return std::find(tenants_.begin(), tenants_.end(), tenant) != tenants_.end();
}

std::vector<TenantId> Directory::tenants() const {
  const std::shared_lock lock(mutex_);
  return tenants_;
}

std::int64_t Directory::admins(const TenantId& tenant) const {
  const std::shared_lock lock(mutex_);
  std::set<PrincipalId> people;
  for (const auto& [id, key] : keys_)
    if (key.tenant == tenant && key.principal.role == Role::admin && !key.revoked &&
        key.principal.kind == ActorType::human)
      people.insert(key.principal.id);
  return static_cast<std::int64_t>(people.size());
}

bool Directory::is_person(const TenantId& tenant, const PrincipalId& id) const {
  const std::shared_lock lock(mutex_);
  const auto found = principals_.find(id.value());
  return found != principals_.end() && found->second.kind == ActorType::human &&
         found->second.tenant == tenant;
}

bool Directory::is_principal(const PrincipalId& id) const {
  const std::shared_lock lock(mutex_);
  return principals_.contains(id.value());
}

}  // namespace recourse
