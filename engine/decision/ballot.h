#pragma once

#include "engine/decision/decisions.h"

namespace recourse {

/// An event about the approval: which one, and what it is about.
template <class Event>
Event about(const ApprovalState& approval) {
  Event event;
  event.approval = approval.approval;
  if (!approval.action.value().empty()) event.action = approval.action;
  if (!approval.ticket.value().empty()) event.ticket = approval.ticket;
  event.rollback = approval.rollback;
  event.step = approval.step;
  return event;
}

/// Whether `voter` may have a say on the approval: a person in one of its roles, who has not voted
/// yet. Errors: forbidden; conflict.
Status check_voter(const ApprovalState& approval, const Principal& voter);

/// Whether the approval is granted once `voter` agrees too: enough people, not only those who had
/// agreed to what is to be undone, and where several are asked for not all of one team. Who has no
/// team counts as one of their own.
bool is_enough(const ApprovalState& approval, const Principal& voter);

/// Pending, and its time is not over. Errors: conflict.
Status check_open(const ApprovalState& approval, Timestamp now);

/// Who asked, or shaped what is asked, has no say, unless there is no other admin. True for that
/// admin. Errors: forbidden.
Result<bool> is_own(const ApprovalState& approval, const DecisionContext& context);

/// Nobody else has claimed it. Errors: conflict, which says who and until when.
Status check_claim(const ApprovalState& approval, const Principal& voter, Timestamp now);
/// The claim that still runs, or null.
const ClaimState* running_claim(const ApprovalState& approval, Timestamp now);

/// The vote, bound to what was looked at.
ApprovalVoted vote_of(const Draft& draft, const CastVote& command, const ApprovalState& approval);
/// A rejection by `command`: again with better reasons, or never again.
ApprovalRejected rejection_of(const Draft& draft, const CastVote& command,
                              const ApprovalState& approval);

/// A draft about the approval's ticket; about none for a rollback over several.
Result<Draft> draft_for(State& state, const ApprovalState& approval,
                        const DecisionContext& context);

/// When an approval that is asked for now is escalated, and to whom where nothing says otherwise.
Timestamp half_time(Timestamp now, Timestamp expires_at);
std::vector<Clear> admins_only();

}  // namespace recourse
