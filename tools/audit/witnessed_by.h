#pragma once

#include <vector>

#include "engine/ledger/checkpoint.h"
#include "engine/witness/trust_policy.h"
#include "tools/audit/bundle_report.h"

namespace recourse {

/// The witnesses of `policy` that cosigned `head`, in the policy's order, each with its earliest
/// time. REQUIRES: `head` was verified with the policy's keys. Errors: invalid for a time of more
/// than four digits for the year. Threads: any.
Result<std::vector<BundleReport::Witness>> witnessed_by(const VerifiedCheckpoint& head,
                                                        const TrustPolicy& policy);

}  // namespace recourse
