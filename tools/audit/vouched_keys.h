#pragma once

#include <vector>

#include "engine/ledger/signer.h"

namespace recourse {

/// The keys of a log that the `given` ones vouch for: themselves, and those that key.rotated of the
/// meta ledger names as the one before or after one of them, where one of them signed a kept head
/// that covers the event. Given ones come first. Errors: corrupt, io.
Result<std::vector<Ed25519PublicKey>> vouched_keys(const Ledger& ledger, const Signer& signer,
                                                   std::vector<Ed25519PublicKey> given);

}  // namespace recourse
