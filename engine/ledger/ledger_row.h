#pragma once

#include <string>
#include <string_view>

#include "engine/ledger/ledger.h"

namespace recourse {

/// The row of Family::ledgers: name, tenant and the logs that were closed (docs/format/ledger.md).
std::string ledger_row_bytes(const LedgerInfo& info);
/// Errors: corrupt, unsupported.
Result<LedgerInfo> parse_ledger_row(LedgerId ledger, std::string_view bytes);

}  // namespace recourse
