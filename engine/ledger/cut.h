#pragma once

#include <cstdint>
#include <vector>

#include "engine/ledger/head_file.h"
#include "engine/ledger/ledger.h"

namespace recourse {

/// What Ledger::cut() put into a directory: `HEAD`, `signer` (where anything was signed), `ledger/`
/// and `keys/`, each at or after the one before it. So the log is never behind its HEAD or behind
/// what was signed, and no sealed value is without its key; that the log may be ahead of both is an
/// ordinary thing to open. The KEK is not in it.
struct LedgerCut {
  struct Head {
    LedgerInfo info;
    TreeHead head;
  };
  Anchor anchor;
  std::vector<Head> heads;      ///< Of all ledgers at `anchor`.
  std::uint64_t kek_epoch = 0;  ///< Of the key file that opens the key store in it.
};

}  // namespace recourse
