#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

class RollbackFold {
 public:
  RollbackFold(State& state, const RecordedEvent& event) : state_(state), event_(event) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const RunStarted& started) {
    state_.runs.change(started.run).agent_version = started.agent_version;
  }

  void operator()(const RollbackRequested& requested) {
    RollbackState& rollback = row(requested.rollback);
    rollback.mode = requested.mode;
    rollback.action = requested.action;
    rollback.ticket = requested.ticket;
    rollback.bulk = requested.selector.has_value();
    rollback.requested_at = static_cast<std::int64_t>(event_.position.value());
    rollback.requester = event_.actor.id;
  }
  void operator()(const RollbackRefused& e) { row(e.rollback).status = RollbackStatus::refused; }
  void operator()(const RollbackPlanned& planned) {
    RollbackState& rollback = row(planned.rollback);
    rollback.status = RollbackStatus::planned;
    rollback.plan_digest = planned.plan_digest;
    rollback.required_approvals = planned.required_approvals;
    rollback.steps = planned.step_count;
    rollback.dependents = planned.dependents;
    add_steps(planned.rollback, 0, planned.steps);
  }
  void operator()(const RollbackPlanContinued& continued) {
    add_steps(continued.rollback, continued.first_step, continued.lists.steps);
    std::vector<Dependent>& dependents = row(continued.rollback).dependents;
    dependents.insert(dependents.end(), continued.lists.dependents.begin(),
                      continued.lists.dependents.end());
  }
  void operator()(const ApprovalRequested& requested) {
    if (!requested.rollback) return;
    if (requested.step) {
      step(*requested.rollback, *requested.step).waiver = requested.approval;
      return;
    }
    RollbackState& rollback = row(*requested.rollback);
    rollback.status = RollbackStatus::awaiting_approval;
    rollback.approval = requested.approval;
  }
  void operator()(const ApprovalRejected& e) { end_waiver(e); }
  void operator()(const ApprovalExpired& e) { end_waiver(e); }
  void operator()(const ApprovalStaled& e) { end_waiver(e); }
  void operator()(const ApprovalRevoked& e) { end_waiver(e); }

  void operator()(const RollbackStaled& e) { close_plan(e.rollback, RollbackStatus::staled); }
  void operator()(const RollbackAborted& e) { close_plan(e.rollback, RollbackStatus::aborted); }
  void operator()(const RollbackStarted& e) { close_plan(e.rollback, RollbackStatus::started); }

  void operator()(const CompensationStarted& started) {
    walk_past(started.rollback, started.step);
    StepState& state = step(started.rollback, started.step);
    state.status = StepStatus::started;
    state.attempts = started.attempt.value_or(state.attempts + 1);
    state.lease = started.lease;
    state.lease_until = started.lease_until;
    state.retry_at.reset();
    if (row(started.rollback).bulk) begin_on(started.ticket, started.rollback);
  }
  void operator()(const CompensationHeartbeat& e) {
    step(e.rollback, e.step).lease_until = e.lease_until;
  }
  void operator()(const CompensationSucceeded& e) {
    end_step(e, StepStatus::succeeded);
    ++row(e.rollback).undone;
    ready_next(e.rollback, e.step);
  }
  void operator()(const CompensationRecordedManually& e) {
    end_step(e, StepStatus::recorded_manually);
    ++row(e.rollback).undone;
    ready_next(e.rollback, e.step);
  }
  void operator()(const CompensationSkipped& e) {
    end_step(e, StepStatus::skipped);
    ++row(e.rollback).skipped;
    ready_next(e.rollback, e.step);
  }
  void operator()(const CompensationFailed& e) {
    end_step(e, StepStatus::failed);
    step(e.rollback, e.step).retry_at = e.retry_at;
  }
  void operator()(const CompensationOutcomeUnknown& e) {
    const StepState& before = step(e.rollback, e.step);
    const bool again = before.status == StepStatus::outcome_unknown;
    const std::int64_t look_ups = again ? before.look_ups + 1 : 0;
    end_step(e, StepStatus::outcome_unknown);
    StepState& now = step(e.rollback, e.step);
    now.look_ups = look_ups;
    now.look_up_at = e.look_up_at;
  }
  void operator()(const CompensationRetried& e) { end_step(e, StepStatus::planned); }
  void operator()(const RollbackStuck& e) {
    RollbackState& rollback = row(e.rollback);
    rollback.status = RollbackStatus::stuck;
    if (std::find(rollback.stuck.begin(), rollback.stuck.end(), e.step) == rollback.stuck.end())
      rollback.stuck.push_back(e.step);
  }
  void operator()(const RollbackPaused& e) { row(e.rollback).paused = true; }
  void operator()(const RollbackResumed& e) { row(e.rollback).paused = false; }
  void operator()(const RollbackCompleted& e) { close_plan(e.rollback, RollbackStatus::completed); }
  void operator()(const RollbackPartial& e) { close_plan(e.rollback, RollbackStatus::partial); }

  void operator()(const IncidentOpened& opened) {
    IncidentState& incident = state_.incidents.change(opened.incident);
    incident.incident = opened.incident;
    incident.kind = opened.kind;
    incident.rollback = opened.rollback;
    incident.step = opened.step;
    incident.ticket = opened.ticket;
    incident.open = true;
    if (!opened.rollback) return;
    if (opened.step) step(*opened.rollback, *opened.step).incident = opened.incident;
    if (opened.kind == IncidentKind::remediation && !opened.step)
      row(*opened.rollback).status = RollbackStatus::remediation;
  }
  void operator()(const IncidentClosed& closed) {
    IncidentState& incident = state_.incidents.change(closed.incident);
    incident.open = false;
    if (incident.rollback && incident.step)
      step(*incident.rollback, *incident.step).incident.reset();
  }

 private:
  RollbackState& row(const RollbackId& id) {
    RollbackState& rollback = state_.rollbacks.change(id);
    rollback.rollback = id;
    return rollback;
  }
  StepState& step(const RollbackId& id, std::int64_t number) {
    return state_.steps.change(step_key(id, number));
  }

  void add_steps(const RollbackId& id, std::int64_t first, const std::vector<RollbackStep>& steps) {
    const bool watched = !row(id).bulk;
    for (const RollbackStep& plan : steps) {
      const std::int64_t number = first++;
      step(id, number).plan = plan;
      if (is_head(plan)) ++row(id).heads_left;
      if (plan.connector) row(id).sends = true;
      if (plan.after) step(id, *plan.after).next = number;
      if (!watched) continue;
      std::vector<RollbackId>& open = state_.tickets.change(plan.ticket).open_plans;
      if (std::find(open.begin(), open.end(), id) == open.end()) open.push_back(id);
    }
  }

  /// Whatever becomes of it now, no write can overtake the plan any more.
  void close_plan(const RollbackId& id, RollbackStatus status) {
    RollbackState& rollback = row(id);
    rollback.status = status;
    rollback.ready.clear();
    if (rollback.bulk) return;
    const std::int64_t steps = rollback.steps;
    for (std::int64_t i = 0; i < steps; ++i) {
      const StepState* found = state_.steps.find(step_key(id, i));
      if (found == nullptr) continue;
      const TicketId ticket = found->plan.ticket;
      std::erase(state_.tickets.change(ticket).open_plans, id);
      if (status == RollbackStatus::started) {
        begin_on(ticket, id);
      } else {
        end_on(ticket, id);
      }
    }
  }

  /// While something of the ticket is being undone it is merged into no other.
  void begin_on(const TicketId& ticket, const RollbackId& id) {
    std::vector<RollbackId>& undoing = state_.tickets.change(ticket).undoing;
    if (std::find(undoing.begin(), undoing.end(), id) == undoing.end()) undoing.push_back(id);
  }
  void end_on(const TicketId& ticket, const RollbackId& id) {
    const TicketState* const known = state_.tickets.find(ticket);
    if (known != nullptr && !known->undoing.empty())
      std::erase(state_.tickets.change(ticket).undoing, id);
  }

  /// Before the step's own change: a step of the engine's that has not begun yet begins now.
  void walk_past(const RollbackId& id, std::int64_t number) {
    const StepState& state = step(id, number);
    if (state.status != StepStatus::planned || state.attempts > 0) return;
    RollbackState& rollback = row(id);
    std::erase(rollback.ready, number);
    if (!is_head(state.plan)) return;
    rollback.walked = std::max(rollback.walked, number + 1);
    --rollback.heads_left;
  }

  /// The step has ended: the one that waited for it may begin, if the engine carries it out.
  void ready_next(const RollbackId& id, std::int64_t number) {
    const std::optional<std::int64_t> next = step(id, number).next;
    if (!next) return;
    const StepState& waiting = step(id, *next);
    if (waiting.status == StepStatus::planned && is_internal(waiting.plan))
      row(id).ready.push_back(*next);
  }

  template <class Event>
  void end_step(const Event& event, StepStatus status) {
    walk_past(event.rollback, event.step);
    StepState& state = step(event.rollback, event.step);
    state.status = status;
    state.lease.reset();
    state.lease_until.reset();
    state.retry_at.reset();
    state.look_up_at.reset();
    RollbackState& rollback = row(event.rollback);
    if (rollback.bulk && is_ended(status)) end_on(event.ticket, event.rollback);
    if (std::erase(rollback.stuck, event.step) == 0) return;
    if (rollback.stuck.empty() && rollback.status == RollbackStatus::stuck)
      rollback.status = RollbackStatus::started;
  }

  template <class Event>
  void end_waiver(const Event& event) {
    if (event.rollback && event.step) step(*event.rollback, *event.step).waiver.reset();
  }

  State& state_;
  const RecordedEvent& event_;
};

}  // namespace

void fold_rollback(State& state, const RecordedEvent& event) {
  visit(RollbackFold(state, event), event.data);
}

}  // namespace recourse
