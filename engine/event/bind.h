#pragma once

#include <span>

#include "engine/event/catalogue.h"

namespace recourse {

/// SHA-256 that stands for everything an approver is asked to agree to. Lines
/// "recourse/approval@v1", approval, action, type, type version and base64 of the arguments'
/// commitment, each with a line feed: whoever holds the leaves can recompute it.
Hash approval_digest(const ApprovalId& approval, const ActionId& action, std::string_view type,
                     std::int64_t type_version, const Hash& args_commitment);

/// The same for a rollback, or for one step of it that is to be skipped. Lines
/// "recourse/rollback-approval@v1", approval, rollback, the step's number or an empty line, and
/// base64 of the plan's digest.
Hash rollback_approval_digest(const ApprovalId& approval, const RollbackId& rollback,
                              const std::optional<std::int64_t>& step, const Hash& plan_digest);

/// Ties approvals and dispatches to the exact arguments of the actions proposed in the same stage.
/// A decision cannot know a commitment that sealing has yet to draw, so it leaves zeros, and this
/// fills them: `args_commitment` of approval.requested and effect.dispatched, and `render_digest`
/// of approval.requested. What is not zero, or about an action proposed earlier, stays as it is.
/// Call it after sealing and before any leaf is written.
void bind_commitments(std::span<EventData* const> events_of_one_stage);

/// The same for one event, given the sealed proposals that stand before it in its stage.
void bind_commitment(EventData& event, std::span<const ActionProposed* const> proposals);

}  // namespace recourse
