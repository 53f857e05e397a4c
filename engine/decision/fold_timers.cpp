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
  }
  // A granted one that nobody uses ends when somebody tries to.
  void operator()(const ApprovalGranted& e) { clear(e.approval); }
  void operator()(const ApprovalRejected& e) { clear(e.approval); }
  void operator()(const ApprovalExpired& e) { clear(e.approval); }
  void operator()(const ApprovalStaled& e) { clear(e.approval); }
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
  void clear(const ApprovalId& id) { clear_timer(state_, TimerKind::approval, id.value()); }
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
