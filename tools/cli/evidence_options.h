#pragma once

#include "engine/witness/post_port.h"
#include "tools/audit/bundle.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {

/// What others say of the heads in a bundle: the policy of the server that ran last, and with
/// --tsa a new time stamp, which `keeper` keeps when it is given. `flags` and `port` outlive
/// `options`. Errors: those of kept_trust_policy.
Status ask_others(const ExportFlags& flags, PostPort& port, Signer* keeper, BundleOptions& options);

/// Signs the heads, anchors them, and signs the head that holds the anchors.
Status anchor_now(Deployment& deployment);

}  // namespace recourse::cli
