#include "engine/decision/fold.h"
#include "engine/decision/timers.h"

namespace recourse {
namespace {

class TimerFold {
 public:
  explicit TimerFold(State& state) : state_(state) {}

  template <class Other>
  void operator()(const Other&) {}

  // ---- Approvals -------------------------------------------------------------------------------

  void operator()(const ApprovalRequested& e) {
    set_timer(state_, TimerKind::approval, e.approval.value(), e.expires_at);
    if (e.escalate_at) set_timer(state_, TimerKind::escalation, e.approval.value(), *e.escalate_at);
  }
  void operator()(const ApprovalClaimed& e) {
    set_timer(state_, TimerKind::claim, e.approval.value(), e.until);
  }
  void operator()(const ApprovalReleased& e) { end_claim(e.approval); }
  void operator()(const ApprovalVoted& e) { end_claim(e.approval); }
  void operator()(const ApprovalEscalated& e) { stop_asking(e.approval); }
  // What is granted and not used in time ends as well.
  void operator()(const ApprovalGranted& e) { stop_asking(e.approval); }
  void operator()(const ApprovalRejected& e) { clear(e.approval); }
  void operator()(const ApprovalExpired& e) { clear(e.approval); }
  void operator()(const ApprovalStaled& e) { clear(e.approval); }
  void operator()(const ApprovalRevoked& e) { clear(e.approval); }
  void operator()(const ApprovalConsumed& e) { clear(e.approval); }

  // ---- Leases of executors ---------------------------------------------------------------------

  void operator()(const EffectDispatched& e) {
    clear(e.action);
    if (e.lease_until) set_timer(state_, TimerKind::lease, e.action.value(), *e.lease_until);
  }
  void operator()(const EffectConfirmed& e) { clear(e.action); }
  void operator()(const EffectRejected& e) { clear(e.action); }
  void operator()(const EffectOutcomeUnknown& e) { clear(e.action); }
  void operator()(const EffectReconciled& e) { clear(e.action); }

  void operator()(const CompensationStarted& e) {
    end_step(e);
    if (e.lease_until)
      set_timer(state_, TimerKind::step, step_key(e.rollback, e.step), *e.lease_until);
  }
  void operator()(const CompensationHeartbeat& e) {
    set_timer(state_, TimerKind::step, step_key(e.rollback, e.step), e.lease_until);
  }
  void operator()(const CompensationSucceeded& e) { end_step(e); }
  void operator()(const CompensationFailed& e) { end_step(e); }
  void operator()(const CompensationOutcomeUnknown& e) { end_step(e); }
  void operator()(const CompensationRetried& e) { end_step(e); }
  void operator()(const CompensationSkipped& e) { end_step(e); }
  void operator()(const CompensationRecordedManually& e) { end_step(e); }

 private:
  void end_claim(const ApprovalId& id) { clear_timer(state_, TimerKind::claim, id.value()); }
  void stop_asking(const ApprovalId& id) {
    end_claim(id);
    clear_timer(state_, TimerKind::escalation, id.value());
  }
  void clear(const ApprovalId& id) {
    stop_asking(id);
    clear_timer(state_, TimerKind::approval, id.value());
  }
  void clear(const ActionId& id) { clear_timer(state_, TimerKind::lease, id.value()); }
  template <class Event>
  void end_step(const Event& e) {
    clear_timer(state_, TimerKind::step, step_key(e.rollback, e.step));
  }

  State& state_;
};

}  // namespace

void fold_timers(State& state, const RecordedEvent& event) {
  std::visit(TimerFold(state), event.data);
}

}  // namespace recourse
