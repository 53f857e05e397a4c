#pragma once

#include "engine/decision/privacy_state.h"
#include "engine/writer/writer.h"

namespace recourse {

// Rows about persons' requests and holds, as of the last commit that was answered. Any thread.

/// Errors: not_found; corrupt when a row cannot be read.
Result<DsrState> dsr_row(const ViewStore& views, LedgerId ledger, const EntryId& dsr);
Result<HoldState> hold_row(const ViewStore& views, LedgerId ledger, const EntryId& hold);
/// What is open; nothing for a tenant that never had a request. Errors: corrupt.
Result<PrivacyState> privacy_row(const ViewStore& views, LedgerId ledger);
/// Errors: corrupt.
Result<SubjectState> subject_row(const ViewStore& views, LedgerId ledger, const SubjectId& subject);

/// Errors: not_found.
Result<LedgerInfo> ledger_of(const Ledger& ledger, const TenantId& tenant);

}  // namespace recourse
