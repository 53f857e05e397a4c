#include "engine/decision/ballot.h"

#include <algorithm>

namespace recourse {
namespace {

Error forbidden(std::string message) { return {ErrorCode::forbidden, std::move(message)}; }

std::optional<Clear> clear(const std::optional<std::string>& code) {
  return code ? std::optional<Clear>(*code) : std::nullopt;
}

}  // namespace

Status check_voter(const ApprovalState& approval, const Principal& voter) {
  if (voter.kind != ActorType::human) return forbidden("machine keys never vote");
  const bool listed = std::any_of(approval.roles.begin(), approval.roles.end(),
                                  [&](const Clear& role) { return role.text == word(voter.role); });
  if (!listed) return forbidden("your role may not vote on this approval");
  const bool voted = std::any_of(approval.votes.begin(), approval.votes.end(),
                                 [&](const VoteState& vote) { return vote.by == voter.id; });
  if (voted) return conflict("you have voted on this approval");
  return {};
}

bool is_enough(const ApprovalState& approval, const Principal& voter) {
  std::vector<VoteState> votes{{voter.id, Vote::approve, {}, {}}};
  if (!voter.team.empty()) votes[0].team = Clear(voter.team);
  for (const VoteState& vote : approval.votes)
    if (vote.vote == Vote::approve) votes.push_back(vote);
  if (static_cast<std::int64_t>(votes.size()) < approval.quorum) return false;
  const auto& others = approval.not_alone;
  const bool all_had_agreed = std::all_of(votes.begin(), votes.end(), [&](const VoteState& vote) {
    return std::find(others.begin(), others.end(), vote.by) != others.end();
  });
  const bool one_team = std::all_of(votes.begin(), votes.end(), [&](const VoteState& vote) {
    return vote.team && vote.team == votes[0].team;
  });
  return !all_had_agreed && (approval.quorum < 2 || !one_team);
}

Status check_open(const ApprovalState& approval, Timestamp now) {
  if (approval.status != ApprovalStatus::pending)
    return conflict("the approval is " + std::string(word(approval.status)) + " already");
  if (now >= approval.expires_at) return conflict("the approval has expired");
  return {};
}

Result<bool> is_own(const ApprovalState& approval, const DecisionContext& context) {
  const Principal& voter = context.principal;
  const auto& excluded = approval.excluded;
  if (std::find(excluded.begin(), excluded.end(), voter.id) == excluded.end()) return false;
  if (context.admins <= 1 && voter.role == Role::admin) return true;
  return forbidden("who asked for it does not vote on it");
}

const ClaimState* running_claim(const ApprovalState& approval, Timestamp now) {
  return approval.claim && now < approval.claim->until ? &*approval.claim : nullptr;
}

Status check_claim(const ApprovalState& approval, const Principal& voter, Timestamp now) {
  const ClaimState* claim = running_claim(approval, now);
  if (claim == nullptr || claim->by == voter.id) return {};
  return conflict("the approval is claimed by " + claim->by.value() + " until " +
                  to_rfc3339(claim->until));
}

ApprovalVoted vote_of(const Draft& draft, const CastVote& command, const ApprovalState& approval) {
  const DecisionContext& context = draft.context;
  auto voted = about<ApprovalVoted>(approval);
  voted.vote = command.vote;
  voted.reason = draft.seal_given(command.reason);
  voted.render_digest = approval.render_digest;
  voted.channel = command.channel;
  voted.decision_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(context.now - approval.requested_at)
          .count();
  voted.role = Clear(word(context.principal.role));
  // There are no sessions: the key came with this very request.
  voted.auth_level = Clear("api_key");
  voted.authenticated_at = context.now;
  if (!context.principal.team.empty()) voted.team = Clear(context.principal.team);
  return voted;
}

ApprovalRejected rejection_of(const Draft& draft, const CastVote& command,
                              const ApprovalState& approval) {
  auto rejected = about<ApprovalRejected>(approval);
  rejected.reason = draft.seal_given(command.reason);
  rejected.reason_code = clear(command.reason_code);
  rejected.retry = command.retry.value_or(RetryAdvice::revise);
  return rejected;
}

Result<Draft> draft_for(State& state, const ApprovalState& approval,
                        const DecisionContext& context) {
  if (approval.ticket.value().empty()) return Draft{state, context, {}};
  return draft_for(state, approval.ticket, context);
}

Timestamp half_time(Timestamp now, Timestamp expires_at) { return now + (expires_at - now) / 2; }

std::vector<Clear> admins_only() { return {Clear(word(Role::admin))}; }

}  // namespace recourse
