#pragma once

#include "api/routes/call.h"

namespace recourse::routes {

/// A rollback's row with its steps from number `first` on, at most `limit`, under `steps`; more of
/// them begin at `next_step`. Errors: not_found, corrupt, io.
Result<std::string> rollback_json(const Call& call, const RollbackId& rollback, std::int64_t first,
                                  std::int64_t limit);

}  // namespace recourse::routes
