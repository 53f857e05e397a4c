#pragma once

#include <string>

#include "api/routes/show.h"
#include "projections/rows.h"

namespace recourse::routes {

/// What people are asked to agree to, made by the engine from the manifest and the row and from no
/// text of the agent: type and description, the amount, the ticket, and how it could be undone.
/// What the proposer says stands apart under `claims`, and nobody has checked it. Row JSON: the
/// seals of the arguments and the claims are still in it.
std::string approval_summary(const ActionRow& action);
/// The same for a rollback: how many steps and customers, the money, what cannot be undone.
std::string approval_summary(const RollbackRow& rollback);

/// One line for each fact and argument, for a screen that shows text. Errors: as Shown::row.
Result<std::vector<std::string>> approval_lines(const ActionRow& action, const Shown& shown);

}  // namespace recourse::routes
