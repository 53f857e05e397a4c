#pragma once

#include <string>
#include <string_view>

#include "engine/ledger/ledger.h"

namespace recourse {

/// The row of Family::ledgers: version | origin and tenant, each after its u16be length.
std::string ledger_row_bytes(const LedgerInfo& info);
/// Errors: corrupt, unsupported.
Result<LedgerInfo> parse_ledger_row(LedgerId ledger, std::string_view bytes);

}  // namespace recourse
