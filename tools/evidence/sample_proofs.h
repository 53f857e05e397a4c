#pragma once

#include "tools/soc2/examine.h"

namespace recourse::soc2 {

/// Puts the sampled leaves of the tenant's log and their paths to the end head into `package`, from
/// nothing but the leaves: the same for a ledger and for a bundle. Memory: 64 bytes a leaf while it
/// runs. Errors: those of `leaves`; corrupt when the leaves do not give the end head's root.
Status add_sample_proofs(const Source::Leaves& leaves, Package& package);

}  // namespace recourse::soc2
