#pragma once

#include "engine/decision/draft.h"

namespace recourse {

// What the decisions about requests, erasures and holds ask alike.

/// Errors: forbidden.
Status admin_only(const DecisionContext& context);
/// Errors: invalid, naming `name`.
Status check_code(std::string_view name, std::string_view text);

/// A request that is not completed. Errors: not_found, conflict.
Result<DsrState> open_dsr(State& state, const EntryId& dsr);
/// Whom it is about. Errors: conflict while that is not verified, and after an erasure.
Result<SubjectId> verified_subject(State& state, const DsrState& dsr);
/// Errors: conflict before it is assessed.
Status check_granted(const DsrState& dsr);

/// A text about a person under the person's own key, as long as there is one. Nothing for none.
std::optional<Sealed> sealed_for(State& state, const std::optional<SubjectId>& subject,
                                 const std::optional<std::string>& text);

void restrict_if_not(Draft& draft, const SubjectId& subject, const EntryId& dsr);

}  // namespace recourse
