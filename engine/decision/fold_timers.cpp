#include "engine/decision/breaker.h"
#include "engine/decision/fold.h"
#include "engine/decision/timers.h"

namespace recourse {
namespace {

class TimerFold {
 public:
  TimerFold(State& state, const RecordedEvent& event) : state_(state), event_(event) {}

  template <class Other>
  void operator()(const Other&) {}

  // ---- Approvals -------------------------------------------------------------------------------

  void operator()(const ApprovalRequested& e) {
    set_timer(state_, {TimerKind::approval, e.approval.value(), e.expires_at});
    if (e.escalate_at)
      set_timer(state_, {TimerKind::escalation, e.approval.value(), *e.escalate_at});
    if (e.action) keep_outbox(*e.action);
  }
  void operator()(const ApprovalClaimed& e) {
    set_timer(state_, {TimerKind::claim, e.approval.value(), e.until});
  }
  void operator()(const ApprovalReleased& e) { end_claim(e.approval); }
  void operator()(const ApprovalVoted& e) { end_claim(e.approval); }
  void operator()(const ApprovalEscalated& e) { stop_asking(e.approval); }
  // What is granted and not used in time ends as well.
  void operator()(const ApprovalGranted& e) {
    stop_asking(e.approval);
    if (e.expires_at) set_timer(state_, {TimerKind::approval, e.approval.value(), *e.expires_at});
  }
  void operator()(const ApprovalRejected& e) { end_approval(e); }
  void operator()(const ApprovalExpired& e) { end_approval(e); }
  void operator()(const ApprovalStaled& e) { end_approval(e); }
  void operator()(const ApprovalRevoked& e) { end_approval(e); }
  void operator()(const ApprovalConsumed& e) { clear(e.approval); }

  // ---- Breakers --------------------------------------------------------------------------------

  void operator()(const BreakerTransitioned& e) {
    time_breaker(breaker_key(e.agent, e.agent_version, e.action_type.text));
  }

  // ---- Follow-ups and closing ------------------------------------------------------------------

  void operator()(const FollowUpScheduled& e) {
    set_timer(state_, {TimerKind::followup, e.followup.value(), e.due_at});
  }
  void operator()(const FollowUpPostponed& e) {
    set_timer(state_, {TimerKind::followup, e.followup.value(), e.due_at});
  }
  void operator()(const FollowUpSent& e) { clear(e.followup); }
  void operator()(const FollowUpSkipped& e) { clear(e.followup); }
  void operator()(const FollowUpMissed& e) { clear(e.followup); }
  void operator()(const FollowUpCancelled& e) { clear(e.followup); }

  void operator()(const ResolutionAsserted& e) {
    if (e.close_at) set_timer(state_, {TimerKind::closing, e.ticket.value(), *e.close_at});
  }
  void operator()(const TicketStatusChanged& e) {
    if (e.to != TicketStatus::resolved) clear_timer(state_, TimerKind::closing, e.ticket.value());
  }

  // ---- Clocks ----------------------------------------------------------------------------------

  void operator()(const SlaApplied& e) {
    for (const SlaTarget& target : e.clocks) run(e.ticket, target.clock, target.due_at);
  }
  void operator()(const SlaResumed& e) { run(e.ticket, e.clock, e.due_at); }
  void operator()(const SlaPaused& e) { stop(e.ticket, word(e.clock)); }
  void operator()(const SlaMet& e) { stop(e.ticket, word(e.clock)); }
  void operator()(const SlaWaived& e) { stop(e.ticket, word(e.clock)); }
  void operator()(const SlaBreached& e) { stop(e.ticket, e.clock.text); }

  // ---- Leases of executors ---------------------------------------------------------------------

  void operator()(const EffectDispatched& e) {
    clear(e.action);
    if (e.lease_until) set_timer(state_, {TimerKind::lease, e.action.value(), *e.lease_until});
  }
  void operator()(const EffectHeartbeat& e) {
    set_timer(state_, {TimerKind::lease, e.action.value(), e.lease_until});
  }
  void operator()(const EffectConfirmed& e) { clear(e.action); }
  void operator()(const EffectRejected& e) { clear(e.action); }
  void operator()(const EffectOutcomeUnknown& e) { clear(e.action); }
  void operator()(const EffectReconciled& e) { clear(e.action); }

  // ---- The outbox ------------------------------------------------------------------------------

  void operator()(const EffectHeld& e) { keep_outbox(e.action); }
  void operator()(const EffectRecalled& e) { keep_outbox(e.action); }
  void operator()(const ActionWithdrawn& e) { keep_outbox(e.action); }
  void operator()(const ActionAmended& e) { keep_outbox(e.action); }
  void operator()(const PolicyDecided& e) {
    if (e.shadow) return;
    if (e.at.text == "dispatch") keep_outbox(e.action);
    if (e.outcome == PolicyOutcome::allow) note_probe(e.action);
  }

  void operator()(const RollbackStarted& e) {
    const RollbackState* const rollback = state_.rollbacks.find(e.rollback);
    if (rollback == nullptr || !rollback->sends) return;
    const std::int64_t steps = rollback->steps;
    for (std::int64_t i = 0; i < steps; ++i) offer_step(e.rollback, i);
  }
  void operator()(const CompensationStarted& e) {
    end_step(e);
    if (e.lease_until)
      set_timer(state_, {TimerKind::step, step_key(e.rollback, e.step), *e.lease_until});
  }
  void operator()(const CompensationHeartbeat& e) {
    set_timer(state_, {TimerKind::step, step_key(e.rollback, e.step), e.lease_until});
  }
  void operator()(const CompensationSucceeded& e) { end_step(e); }
  void operator()(const CompensationFailed& e) { end_step(e); }
  void operator()(const CompensationOutcomeUnknown& e) { end_step(e); }
  void operator()(const CompensationRetried& e) { end_step(e); }
  void operator()(const CompensationSkipped& e) { end_step(e); }
  void operator()(const CompensationRecordedManually& e) { end_step(e); }

 private:
  void time_breaker(const std::string& key) {
    const BreakerState* const row = state_.breakers.find(key);
    const auto until = row != nullptr ? row->until : std::nullopt;
    if (until) return set_timer(state_, {TimerKind::breaker, key, *until});
    clear_timer(state_, TimerKind::breaker, key);
  }
  /// The first one begins the time of a half-open breaker.
  void note_probe(const ActionId& id) {
    const ActionState* const action = state_.actions.find(id);
    if (action == nullptr) return;
    const std::string key = breaker_key(*action);
    const BreakerState* const row = state_.breakers.find(key);
    if (row != nullptr && row->status == BreakerStatus::half_open) time_breaker(key);
  }
  void end_claim(const ApprovalId& id) { clear_timer(state_, TimerKind::claim, id.value()); }
  void stop_asking(const ApprovalId& id) {
    end_claim(id);
    clear_timer(state_, TimerKind::escalation, id.value());
  }
  void clear(const ApprovalId& id) {
    stop_asking(id);
    clear_timer(state_, TimerKind::approval, id.value());
  }
  template <class Event>
  void end_approval(const Event& e) {
    clear(e.approval);
    if (e.action) keep_outbox(*e.action);
  }
  /// What a connector has to do about an action is a function of where the action stands.
  void keep_outbox(const ActionId& id) {
    const ActionState* const action = state_.actions.find(id);
    if (action == nullptr || !action->connector) return;
    const std::optional<Clear> connector = action->connector;
    const std::optional<Timestamp> send =
        action->status == ActionStatus::held ? action->hold_until : std::optional<Timestamp>();
    const std::optional<Timestamp> look = action->status == ActionStatus::outcome_unknown
                                              ? action->look_up_at
                                              : std::optional<Timestamp>();
    keep(TimerKind::dispatch, id.value(), send, connector);
    keep(TimerKind::look_up, id.value(), look, connector);
  }
  void keep(TimerKind kind, std::string_view id, const std::optional<Timestamp>& at,
            const std::optional<Clear>& connector) {
    if (at) set_timer(state_, {kind, id, *at, connector});
    if (!at) clear_timer(state_, kind, id);
  }
  void clear(const FollowUpId& id) { clear_timer(state_, TimerKind::followup, id.value()); }
  void clear(const ActionId& id) {
    clear_timer(state_, TimerKind::lease, id.value());
    keep_outbox(id);
  }
  void run(const TicketId& ticket, SlaClockName clock, Timestamp due_at) {
    const SlaState* const sla = state_.slas.find(ticket);
    const SlaClock* const row = sla != nullptr ? find_clock(sla->clocks, clock) : nullptr;
    // It is breached once, however often it is resumed.
    if (row != nullptr && row->breached) return stop(ticket, word(clock));
    set_timer(state_, {TimerKind::sla, clock_id(ticket, word(clock)), due_at});
  }
  void stop(const TicketId& ticket, std::string_view clock) {
    clear_timer(state_, TimerKind::sla, clock_id(ticket, clock));
  }
  static std::string clock_id(const TicketId& ticket, std::string_view clock) {
    return (ticket.value() + '/').append(clock);
  }
  template <class Event>
  void end_step(const Event& e) {
    clear_timer(state_, TimerKind::step, step_key(e.rollback, e.step));
    const StepState* const step = state_.steps.find(step_key(e.rollback, e.step));
    if (step == nullptr) return;
    const std::optional<std::int64_t> next = step->next;
    offer_step(e.rollback, e.step);
    if (next) offer_step(e.rollback, *next);
  }
  /// A step that its connector may begin stands in the outbox, and no other.
  void offer_step(const RollbackId& id, std::int64_t number) {
    const std::string key = step_key(id, number);
    const StepState* const found = state_.steps.find(key);
    if (found == nullptr || !found->plan.connector) return;
    const StepState step = *found;
    std::optional<Timestamp> at;
    if (step.status == StepStatus::planned) at = event_.time;
    if (step.status == StepStatus::failed) at = step.retry_at;
    if (at && step.plan.after && !has_ended(id, *step.plan.after)) at.reset();
    keep(TimerKind::dispatch, key, at, step.plan.connector);
    keep(TimerKind::look_up, key, step.look_up_at, step.plan.connector);
  }
  bool has_ended(const RollbackId& id, std::int64_t number) {
    const StepState* const step = state_.steps.find(step_key(id, number));
    return step != nullptr && is_ended(step->status);
  }

  State& state_;
  const RecordedEvent& event_;
};

}  // namespace

void fold_timers(State& state, const RecordedEvent& event) {
  visit(TimerFold(state, event), event.data);
}

}  // namespace recourse
