#pragma once

#include <cstdint>

#include "engine/ledger/destruction_journal.h"

namespace recourse {

/// Destructions that the ledgers record and that had not been carried out here.
struct AppliedDestructions {
  std::uint64_t subjects = 0;    ///< Persons whose key still lived.
  std::uint64_t buckets = 0;     ///< Buckets whose key still lived.
  std::uint64_t vault_rows = 0;  ///< Sealed values that were removed.
};

/// Carries out every subject.erased and bucket.destroyed since the key store's mark: after a crash
/// between the event and the destruction, and after a restore of older keys. `note` is told of each
/// before, also of what was carried out and perhaps not noted. To be called before
/// anything is served; costs a walk over the leaves since the mark, and one over all where there is
/// something to destroy. REQUIRES: a ledger that is open for writing. Errors: those of the leaves,
/// of `note` and of KeyStore::destroy.
Result<AppliedDestructions> apply_destructions(Ledger& ledger, const NoteDestruction& note = {});

/// Sets the mark to the heads, so that the next start has nothing to walk over. REQUIRES:
/// everything recorded was carried out, as after a writer that did not fail. Errors: io, disk_full.
Status mark_carried_out(Ledger& ledger);

}  // namespace recourse
