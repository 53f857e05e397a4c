#pragma once

#include <functional>

#include "tools/audit/verify_report.h"

namespace recourse {

/// Opens every sealed value of a ledger up to the head in `report` and recomputes the commitment in
/// its leaf. A value that is gone is right when one of its keys was destroyed (an erasure, a
/// retention period that ended), and damage when none was. Values leave this function as counts
/// only. Uses one thread per processor, or only one that asks `pace` after so many bytes, where
/// there is one. Fills the sealed_ members of `report`. REQUIRES: ledger.has_keys().
/// Errors: io; unavailable when `pace` said to stop.
Status check_sealed(const Ledger& ledger, LedgerReport& report, Findings& findings,
                    const std::function<bool(std::uint64_t bytes)>& pace = {});

}  // namespace recourse
