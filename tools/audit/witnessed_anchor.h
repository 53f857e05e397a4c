#pragma once

#include <optional>
#include <string>

#include "engine/ledger/signer.h"
#include "engine/witness/trust_policy.h"

namespace recourse {

/// The newest head of a log that the deployment's witnesses cosigned by way of the meta log.
struct WitnessedAnchor {
  LogSize size;       ///< Of the log's head.
  std::string proof;  ///< tlog-proof of the leaf that anchors it, in the cosigned meta head.
};

/// That of at most `end` leaves in the newest kept meta head with the policy's quorum; nothing when
/// there is none or no quorum is asked for. Errors: those of the ledger and the signer.
Result<std::optional<WitnessedAnchor>> newest_witnessed_anchor(const Ledger& ledger,
                                                               const Signer& signer,
                                                               const LedgerInfo& info,
                                                               const TrustPolicy& policy,
                                                               LogSize end);

}  // namespace recourse
