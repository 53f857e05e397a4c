#pragma once

#include "engine/writer/writer.h"

namespace recourse {

/// The keys of `tenant` that somebody can come in with at `now`.
std::vector<ApiKey> living_keys(const Directory& directory, const TenantId& tenant, Timestamp now);

/// Decides that somebody's access is gone, unless it is one grant of several: the fact and, in the
/// same commit, the end of all of their keys. `directory` outlives it. REQUIRES: it is decided
/// `alone`, so that the directory knows of every key. Errors: those of record_fact; conflict for
/// the last admin of the tenant.
DecideEvents remove_access(const Directory& directory, AccessRemoved fact);

}  // namespace recourse
