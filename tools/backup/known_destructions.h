#pragma once

#include <filesystem>
#include <vector>

#include "engine/ledger/destruction_journal.h"

namespace recourse {

/// The destructions that a ledger records: every subject.erased and bucket.destroyed. Errors:
/// corrupt, io; those of read_leaf for such an event.
Result<std::vector<Destruction>> recorded_destructions(const Ledger& ledger);

/// The same from outside: a newer data directory (no key needed), a bundle's directory or its
/// events, an export of events, or a journal of destructions. Errors: not_found; invalid for what
/// is none of these; corrupt, io.
Result<std::vector<Destruction>> destructions_in(const std::filesystem::path& place);

/// Those of `destructions` that are of a ledger here and whose key still lives.
std::vector<Destruction> still_alive(const Ledger& ledger,
                                     const std::vector<Destruction>& destructions);

/// Destroys the keys of all of them in the key store of `ledger` and rewrites its files without
/// them. Those of ledgers that are not in it are passed over. Returned: how many keys were alive.
/// Errors: those of KeyStore::destroy.
Result<std::size_t> destroy_again(Ledger& ledger, const std::vector<Destruction>& destructions);

}  // namespace recourse
