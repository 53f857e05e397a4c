#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

class ApprovalFold {
 public:
  ApprovalFold(State& state, const RecordedEvent& event) : state_(state), event_(event) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const ApprovalRequested& requested) {
    ApprovalState& approval = row(requested);
    approval.status = ApprovalStatus::pending;
    approval.args_commitment = requested.args_commitment;
    approval.render_digest = requested.render_digest;
    approval.quorum = requested.quorum;
    approval.roles = requested.roles;
    approval.excluded = requested.excluded;
    approval.requested_at = event_.time;
    approval.expires_at = requested.expires_at;
    approval.not_alone = requested.not_alone.value_or(std::vector<PrincipalId>());
    approval.escalate_at = requested.escalate_at;
    approval.escalate_to = requested.escalate_to.value_or(std::vector<Clear>());
  }
  void operator()(const ApprovalClaimed& claimed) {
    row(claimed).claim = ClaimState{claimed.by, claimed.until};
  }
  void operator()(const ApprovalReleased& released) { row(released).claim.reset(); }
  void operator()(const ApprovalVoted& voted) {
    ApprovalState& approval = row(voted);
    approval.votes.push_back({event_.actor.id, voted.vote, voted.role, voted.team});
    // Who voted has looked; where another vote is missing, another person may look.
    approval.claim.reset();
  }
  void operator()(const ApprovalEscalated& escalated) {
    ApprovalState& approval = row(escalated);
    approval.escalated = true;
    approval.roles = escalated.to;
    std::erase_if(approval.votes, [&](const VoteState& vote) {
      return vote.role &&
             std::find(escalated.to.begin(), escalated.to.end(), *vote.role) == escalated.to.end();
    });
    approval.claim.reset();
  }
  void operator()(const ApprovalGranted& e) {
    ApprovalState& approval = row(e);
    approval.status = ApprovalStatus::granted;
    if (e.expires_at) approval.expires_at = *e.expires_at;
  }
  void operator()(const ApprovalRejected& e) { end(e, ApprovalStatus::rejected); }
  void operator()(const ApprovalExpired& e) { end(e, ApprovalStatus::expired); }
  void operator()(const ApprovalConsumed& e) { row(e).status = ApprovalStatus::consumed; }
  void operator()(const ApprovalRevoked& e) { end(e, ApprovalStatus::revoked); }
  void operator()(const ApprovalStaled& e) {
    end(e, e.cause.text == "withdrawn" ? ApprovalStatus::withdrawn : ApprovalStatus::staled);
  }

 private:
  template <class Event>
  void end(const Event& event, ApprovalStatus status) {
    ApprovalState& approval = row(event);
    approval.status = status;
    approval.claim.reset();
  }

  template <class Event>
  ApprovalState& row(const Event& event) {
    ApprovalState& approval = state_.approvals.change(event.approval);
    approval.approval = event.approval;
    if (event.action) approval.action = *event.action;
    if (event.ticket) approval.ticket = *event.ticket;
    if (event.rollback) approval.rollback = event.rollback;
    if (event.step) approval.step = event.step;
    return approval;
  }

  State& state_;
  const RecordedEvent& event_;
};

}  // namespace

void fold_approval(State& state, const RecordedEvent& event) {
  visit(ApprovalFold(state, event), event.data);
}

}  // namespace recourse
