#include "tests/property/oversight/watch.h"

namespace recourse::model {
namespace {

struct WatchRollbacks : Watch {
  template <class Other>
  void operator()(const Other&) {}

  template <class Event>
  Rollback& rollback(const Event& e) {
    must(m.rollbacks.contains(e.rollback), "what happens to a rollback was asked for before");
    m.changed.insert(e.rollback);
    return m.rollbacks[e.rollback];
  }
  template <class Event>
  Step& step(const Event& e) {
    Rollback& r = rollback(e);
    must(r.runs(), "steps belong to a rollback that is under way");
    return r.steps.at(static_cast<std::size_t>(e.step));
  }
  template <class Event>
  Step& leave(const Event& e, StepStatus to) {
    Step& s = step(e);
    must(!s.ended(), "a step ends once");
    s.status = to;
    s.lease.reset();
    s.retry_at.reset();
    s.look_up_at.reset();
    clear("step", step_name(e.rollback, e.step));
    Rollback& r = m.rollbacks[e.rollback];
    r.stuck.erase(e.step);
    if (r.stuck.empty() && r.status == RollbackStatus::stuck) r.status = RollbackStatus::started;
    return s;
  }
  void undo(const ActionId& id, ActionStatus to = ActionStatus::rolled_back) {
    must(m.undone.insert(id).second, "nothing is undone twice");
    Action& a = m.actions[id];
    const bool taken_back =
        a.status == ActionStatus::withdrawn || a.status == ActionStatus::recalled;
    if (!taken_back) a.status = to;
  }

  void operator()(const RollbackRequested& e) {
    must(!m.rollbacks.contains(e.rollback), "a rollback is asked for once");
    must(m.given.command == "roll_back", "no failure starts a rollback by itself");
    m.rollbacks[e.rollback];
  }
  void operator()(const RollbackRefused& e) { rollback(e).status = RollbackStatus::refused; }
  void operator()(const RollbackPlanned& e) {
    Rollback& r = rollback(e);
    must(r.status == RollbackStatus::requested, "a rollback is planned once");
    r.status = RollbackStatus::planned;
    r.required = e.required_approvals;
    r.digest = e.plan_digest;
    add(r, e.steps);
  }
  void operator()(const RollbackPlanContinued& e) { add(rollback(e), e.lists.steps); }
  void add(Rollback& r, const std::vector<RollbackStep>& steps) {
    for (const RollbackStep& plan : steps) {
      Step& s = r.steps.emplace_back();
      s.action = plan.action;
      s.ticket = plan.ticket;
      s.kind = plan.kind.text;
      s.executor = plan.executor.text;
      if (plan.connector) s.connector = plan.connector->text;
      s.after = plan.after;
    }
  }
  void operator()(const RollbackStaled& e) {
    Rollback& r = rollback(e);
    must(r.status == RollbackStatus::planned || r.status == RollbackStatus::awaiting_approval,
         "a plan is overtaken before it is started");
    r.status = RollbackStatus::staled;
  }
  void operator()(const RollbackAborted& e) {
    Rollback& r = rollback(e);
    must(r.status == RollbackStatus::planned || r.status == RollbackStatus::awaiting_approval,
         "what is aborted had not begun");
    r.status = RollbackStatus::aborted;
  }
  void operator()(const RollbackStarted& e) {
    Rollback& r = rollback(e);
    const bool free = r.status == RollbackStatus::planned && r.required == 0;
    const bool agreed = r.approval && m.consumed.contains(*r.approval);
    must(free || agreed || m.glass_broken.contains(e.rollback),
         "a rollback starts when those who have to agree did");
    must(r.status == RollbackStatus::planned || r.status == RollbackStatus::awaiting_approval,
         "a rollback starts once");
    r.status = RollbackStatus::started;
    m.started.insert(e.rollback);
  }
  void operator()(const CompensationStarted& e) {
    Step& s = step(e);
    must(s.status == StepStatus::planned || s.status == StepStatus::failed,
         "a step is begun once, and again only after it failed");
    must(!m.rollbacks[e.rollback].paused, "a paused rollback begins nothing");
    must(!s.retry_at || m.given.now >= *s.retry_at, "a step waits for its next attempt");
    must(!m.undone.contains(e.action), "nothing is undone twice");
    if (s.after)
      must(m.rollbacks[e.rollback].steps.at(static_cast<std::size_t>(*s.after)).ended(),
           "the steps of one ticket come in their order");
    for (const auto& [id, other] : m.rollbacks)
      for (const Step& at : other.steps)
        must(&at == &s || at.action != s.action ||
                 (at.status != StepStatus::started && at.status != StepStatus::outcome_unknown),
             "nobody undoes what another one is undoing");
    s.status = StepStatus::started;
    s.lease = e.lease;
    s.lease_until = e.lease_until;
    s.retry_at.reset();
    clear("step", step_name(e.rollback, e.step));
    if (e.lease_until) set("step", step_name(e.rollback, e.step), *e.lease_until);
    Action& a = action(e.action);
    if (s.kind == "cancel" || s.kind == "recall") {
      must(waits(a), "only what waits is cancelled");
    } else {
      must(a.status == ActionStatus::succeeded || a.status == ActionStatus::rollback_failed ||
               (a.status == ActionStatus::rollback_pending && a.rollback == e.rollback),
           "only what was done is undone");
      a.status = ActionStatus::rollback_pending;
    }
    a.rollback = e.rollback;
  }
  void operator()(const CompensationHeartbeat& e) {
    Step& s = step(e);
    must(s.status == StepStatus::started && s.lease == e.lease, "who holds the lease keeps it");
    must(s.lease_until && m.given.now < *s.lease_until, "a lease that ran out is lost");
    s.lease_until = e.lease_until;
    set("step", step_name(e.rollback, e.step), e.lease_until);
  }
  void operator()(const CompensationSucceeded& e) {
    const StepStatus from = step(e).status;
    must(from == StepStatus::started || from == StepStatus::outcome_unknown,
         "what succeeds was begun");
    leave(e, StepStatus::succeeded);
    undo(e.action, e.kept ? ActionStatus::partially_rolled_back : ActionStatus::rolled_back);
  }
  void operator()(const CompensationRecordedManually& e) {
    must(event.actor.type != ActorType::agent, "no machine says that people did it");
    must(step(e).status != StepStatus::started, "an executor is at it");
    leave(e, StepStatus::recorded_manually);
    undo(e.action);
  }
  void operator()(const CompensationFailed& e) {
    leave(e, StepStatus::failed).retry_at = e.retry_at;
  }
  void operator()(const CompensationOutcomeUnknown& e) {
    Step& s = step(e);
    if (e.cause.text == "lease_lost")
      must(s.lease_until && m.given.now >= *s.lease_until, "a lease is lost when its time is over");
    must(!e.look_up_at || s.connector, "a connector looks up what it lost sight of");
    leave(e, StepStatus::outcome_unknown).look_up_at = e.look_up_at;
  }
  void operator()(const CompensationRetried& e) {
    must(step(e).status == StepStatus::failed, "only what failed is tried again");
    leave(e, StepStatus::planned);
  }
  void operator()(const CompensationSkipped& e) {
    const Step& s = step(e);
    must(s.status != StepStatus::started, "an executor is at it");
    if (e.waiver)
      must(m.consumed.contains(*e.waiver), "a second person agrees to leave a step undone");
    Action& a = action(e.action);
    const bool of_this = a.rollback == e.rollback;
    if (a.status == ActionStatus::rollback_pending && of_this)
      a.status = ActionStatus::rollback_failed;
    leave(e, StepStatus::skipped);
  }
  void operator()(const RollbackStuck& e) {
    Rollback& r = rollback(e);
    must(r.runs(), "only what is under way gets stuck");
    r.status = RollbackStatus::stuck;
    r.stuck.insert(e.step);
  }
  void operator()(const RollbackPaused& e) { rollback(e).paused = true; }
  void operator()(const RollbackResumed& e) { rollback(e).paused = false; }
  void operator()(const RollbackCompleted& e) {
    Rollback& r = rollback(e);
    if (r.status != RollbackStatus::remediation) {
      must(r.runs(), "a rollback ends once");
      for (const Step& s : r.steps)
        must(s.ended() && s.status != StepStatus::skipped, "complete is complete");
    }
    r.status = RollbackStatus::completed;
  }
  void operator()(const RollbackPartial& e) {
    Rollback& r = rollback(e);
    must(r.runs(), "a rollback ends once");
    for (const Step& s : r.steps)
      must(s.ended() || s.status == StepStatus::planned, "nothing is left half done");
    r.status = RollbackStatus::partial;
  }
  void operator()(const IncidentOpened& e) {
    m.incidents[e.incident] = true;
    if (e.kind == IncidentKind::remediation && e.rollback)
      m.rollbacks[*e.rollback].status = RollbackStatus::remediation;
    if (e.kind == IncidentKind::outcome_unknown) m.unknown_incidents.insert(e.incident);
    if (e.kind != IncidentKind::rollback_stuck) return;
    m.stuck_incidents.insert(e.incident);
    m.tickets[*e.ticket].stuck.insert(e.incident);
    m.touched.insert(*e.ticket);
  }
  void operator()(const IncidentClosed& e) {
    must(m.incidents[e.incident], "an incident is closed once");
    m.incidents[e.incident] = false;
    if (!e.ticket) return;
    m.tickets[*e.ticket].stuck.erase(e.incident);
    m.touched.insert(*e.ticket);
  }
};

}  // namespace

void watch_rollbacks(Model& model, const RecordedEvent& event) {
  visit(WatchRollbacks{{model, event}}, event.data);
}

}  // namespace recourse::model
