#pragma once

#include "api/routes/call.h"
#include "engine/decision/state.h"

namespace recourse::routes {

/// A ledger's own settings as decisions see them: the policy in force, what is stopped. Errors:
/// corrupt.
Result<TenantState> tenant_state(const Call& call, LedgerId ledger);

/// What is stopped for the caller's tenant, by itself or with all others. Errors: corrupt.
Result<std::vector<Clear>> stopped_scopes(const Call& call);

/// One version of a policy. Errors: not_found, corrupt.
Result<PolicyState> policy_state(const Call& call, const std::string& policy);

}  // namespace recourse::routes
