#pragma once

#include "engine/writer/writer.h"

namespace recourse {

/// Raises alert.raised (hold_review_due) in the tenant's ledger for each hold in force whose review
/// is due, once for each date of review. The number of alerts. Not for the writer's threads.
/// Errors: the first one, after all tenants were looked at.
Result<std::size_t> alert_due_reviews(Writer& writer);

}  // namespace recourse
