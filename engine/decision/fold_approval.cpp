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
  }
  void operator()(const ApprovalVoted& voted) {
    row(voted).votes.push_back({event_.actor.id, voted.vote});
  }
  void operator()(const ApprovalGranted& e) { row(e).status = ApprovalStatus::granted; }
  void operator()(const ApprovalRejected& e) { row(e).status = ApprovalStatus::rejected; }
  void operator()(const ApprovalExpired& e) { row(e).status = ApprovalStatus::expired; }
  void operator()(const ApprovalConsumed& e) { row(e).status = ApprovalStatus::consumed; }
  void operator()(const ApprovalStaled& e) {
    row(e).status =
        e.cause.text == "withdrawn" ? ApprovalStatus::withdrawn : ApprovalStatus::staled;
  }

 private:
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
  std::visit(ApprovalFold(state, event), event.data);
}

}  // namespace recourse
