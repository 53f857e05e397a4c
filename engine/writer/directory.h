#pragma once

#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/command/commands.h"
#include "engine/event/leaf.h"

namespace recourse {

struct ApiKey {
  KeyId id;
  TenantId tenant;
  Principal principal;
  std::string prefix;
  Hash hash{};
  std::optional<Timestamp> expires_at;
  bool revoked = false;
};

/// Tenants, principals and API keys: the meta ledger folded. Threads: the writer applies, any
/// thread asks.
class Directory {
 public:
  void apply(const RecordedEvent& event);

  /// The key that `secret` is; none when it is unknown. Expired and revoked ones are returned too:
  /// the caller says which.
  std::optional<ApiKey> find_secret(std::string_view secret) const;
  std::optional<ApiKey> find_key(const KeyId& id) const;
  std::vector<ApiKey> keys(const TenantId& tenant) const;
  bool has_tenant(const TenantId& tenant) const;
  std::vector<TenantId> tenants() const;
  /// People with an unrevoked admin key in the tenant: with one, self-approval is allowed.
  std::int64_t admins(const TenantId& tenant) const;
  bool is_principal(const PrincipalId& id) const;
  /// A human of this tenant.
  bool is_person(const TenantId& tenant, const PrincipalId& id) const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, ApiKey> keys_;          // by key id
  std::unordered_map<std::string, std::string> by_hash_;  // hash bytes -> key id
  std::vector<TenantId> tenants_;
  struct Known {
    ActorType kind;
    TenantId tenant;
  };
  std::unordered_map<std::string, Known> principals_;
};

/// Hash under which an API key is stored. The key is 256 random bits, so it needs no salt.
Hash hash_of_secret(std::string_view secret);

}  // namespace recourse
