#pragma once

#include "engine/ledger/commit_chain.h"
#include "engine/ledger/stage.h"
#include "engine/ledger/store.h"
#include "engine/ledger/tile_tail.h"

namespace recourse {

/// Reads full tiles of a ledger. Borrows the store.
TileLoader tile_loader(const Store& store, LedgerId ledger);

/// Brings back what the writer and the readers need of a ledger at `head`, which a commit record
/// states: its tail is rebuilt from tiles and leaves, and must give the recorded root.
/// Errors: corrupt, with position or tile; io.
Result<OpenLedger> recover_ledger(const Store& store, const LedgerHead& head);

}  // namespace recourse
