#include "engine/writer/remove_access.h"

#include <algorithm>

#include "engine/decision/registers.h"

namespace recourse {

std::vector<ApiKey> living_keys(const Directory& directory, const TenantId& tenant, Timestamp now) {
  std::vector<ApiKey> keys = directory.keys(tenant);
  std::erase_if(keys, [now](const ApiKey& key) {
    return key.revoked || (key.expires_at && *key.expires_at <= now);
  });
  return keys;
}

DecideEvents remove_access(const Directory& directory, AccessRemoved fact) {
  return [&directory, fact](DecisionStep& step) -> Result<std::vector<NewEvent>> {
    const TenantId tenant(step.context.tenant);
    std::vector<ApiKey> theirs;
    if (!fact.grant) {  // Else it is one role of several; the keys are revoked one by one.
      theirs = living_keys(directory, tenant, step.context.now);
      const auto others = std::partition(theirs.begin(), theirs.end(), [&](const ApiKey& key) {
        return key.principal.id == fact.principal;
      });
      const bool another_admin = std::any_of(others, theirs.end(), [](const ApiKey& key) {
        return key.principal.role == Role::admin;
      });
      theirs.erase(others, theirs.end());
      if (!another_admin && !theirs.empty())
        return Error{
            ErrorCode::conflict,
            "nobody else is an admin of this tenant: give another person an admin key first"};
    }
    AccessRemoved counted = fact;
    counted.keys_revoked = static_cast<std::int64_t>(theirs.size());
    RECOURSE_LET(std::vector<NewEvent> events,
                 record_fact(step.state, counted, RecordContext{step.context, {}}));
    const Principal& who = step.context.principal;
    for (const ApiKey& key : theirs)
      step.for_deployment.push_back({key.id.value(), "", Actor{who.kind, who.id}, "", "",
                                     ApiKeyRevoked{key.id, tenant, "access_removed"}});
    return events;
  };
}

}  // namespace recourse
