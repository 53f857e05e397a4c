#pragma once

#include "api/routes/app.h"

namespace recourse::routes {

/// Where an approval was granted.
struct ReceiptLog {
  App& app;
  TenantId tenant;
  LedgerId ledger;
};

/// What was agreed to and by whom, signed: a JWS (docs/format/receipt.md). Made of what the log
/// says up to the grant, so it is the same whenever it is asked for. Errors: not_found; conflict
/// when it does not stand granted. Threads: any.
Result<std::string> approval_receipt(const ReceiptLog& log, const ApprovalId& approval);

}  // namespace recourse::routes
