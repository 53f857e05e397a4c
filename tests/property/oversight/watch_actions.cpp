#include "tests/property/oversight/watch.h"

namespace recourse::model {
namespace {

struct WatchActions : Watch {
  template <class Other>
  void operator()(const Other&) {}

  void operator()(const ActionProposed& e) {
    must(!m.actions.contains(e.action), "an action is proposed once");
    Action& a = m.actions[e.action];
    a.ticket = e.ticket;
    a.type = e.type.text;
    a.args = e.args.json;
    a.commitment = e.args.commitment;
    a.proposer = event.actor.id;
    a.proposer_type = event.actor.type;
    a.breaker = breaker_name(a.proposer, e.agent_version, a.type);
    if (!a.args.empty() && m.forbidden.contains({a.ticket, a.type, a.args}))
      m.forbidden_again.insert(e.action);
  }

  void operator()(const PolicyDecided& e) {
    if (e.shadow) return;
    Action& a = action(e.action);
    const bool at_dispatch = e.at.text == "dispatch";
    const bool denied = e.outcome == PolicyOutcome::deny;
    must(a.status == (at_dispatch ? ActionStatus::authorized : ActionStatus::proposed),
         "a policy judges what is proposed, and again what is about to run");
    must(e.policy.text == m.policy, "the policy in force judges");
    must(denied || !m.stopped(a), "nothing is allowed after a kill switch");
    must(denied || at_dispatch || !m.forbidden_again.contains(e.action),
         "what was rejected for good is not asked for again");
    const Breaker& breaker = m.breakers[a.breaker];
    const bool open =
        breaker.status == BreakerStatus::open && (!breaker.until || m.given.now < *breaker.until);
    must(denied || !open || !writes(a.type), "an open breaker lets nothing through");
    if (e.outcome == PolicyOutcome::allow) {
      a.status = ActionStatus::authorized;
      m.allowed.insert(e.action);
    } else if (e.outcome == PolicyOutcome::require_approval) {
      a.status = ActionStatus::awaiting_approval;
    } else if (e.outcome == PolicyOutcome::shadow) {
      a.status = ActionStatus::shadowed;
    } else {
      const std::string problem = e.problem ? e.problem->text : "";
      const bool later =
          problem == "kill_switch" || problem == "breaker" || problem.starts_with("limit.");
      if (!at_dispatch || !later) a.status = ActionStatus::denied;
    }
  }

  void operator()(const EffectDispatched& e) {
    Action& a = action(e.action);
    must(a.status == ActionStatus::authorized, "only what is authorized is dispatched");
    must(m.allowed.contains(e.action), "the policy is asked again at every dispatch");
    must(!m.stopped(a), "nothing runs after a kill switch");
    must(m.keys.emplace(e.action, e.attempt).second, "a provider gets a key once");
    must(e.attempt == 1, "an action is tried once: its lease decides what became of it");
    must(e.args_commitment == a.commitment, "what runs is what was proposed");
    if (a.approval) {
      const Approval& asked = m.approvals[*a.approval];
      must(m.consumed.contains(*a.approval), "what people were asked about runs with their grant");
      must(asked.commitment == a.commitment, "what runs is what people agreed to");
      must(m.given.now < asked.expires_at, "an expired grant lets nothing run");
    }
    a.status = ActionStatus::dispatching;
    a.lease = e.lease;
    a.lease_until = e.lease_until;
    m.dispatched.insert(e.action);
    must(is_internal(a.type) != e.lease.has_value(), "a client's executor holds a lease");
    if (e.lease_until) set("lease", e.action.value(), *e.lease_until);
  }
  void end_effect(const ActionId& id, ActionStatus from, ActionStatus to) {
    Action& a = action(id);
    must(a.status == from, "an effect has one outcome");
    a.status = to;
    clear("lease", id.value());
  }
  void operator()(const EffectConfirmed& e) {
    end_effect(e.action, ActionStatus::dispatching, ActionStatus::succeeded);
  }
  void operator()(const EffectRejected& e) {
    must(m.given.command != "expire_lease", "time alone makes nothing fail");
    end_effect(e.action, ActionStatus::dispatching, ActionStatus::failed);
  }
  void operator()(const EffectOutcomeUnknown& e) {
    Action& a = action(e.action);
    if (e.cause.text == "lease_lost")
      must(a.lease_until && m.given.now >= *a.lease_until, "a lease is lost when its time is over");
    end_effect(e.action, ActionStatus::dispatching, ActionStatus::outcome_unknown);
  }
  void operator()(const EffectReconciled& e) {
    must(e.verdict != EffectOutcome::unknown, "a reconciliation says what became of it");
    end_effect(
        e.action, ActionStatus::outcome_unknown,
        e.verdict == EffectOutcome::succeeded ? ActionStatus::succeeded : ActionStatus::failed);
  }
  void operator()(const ActionWithdrawn& e) {
    Action& a = action(e.action);
    must(waits(a), "only what waits is withdrawn");
    // A rollback that people agreed to takes it back with whatever makes it go on.
    must(event.actor.type != ActorType::agent || event.actor.id == a.proposer || a.rollback,
         "a machine withdraws its own");
    a.status = ActionStatus::withdrawn;
  }
  void operator()(const ActionAmended& e) {
    Action& a = action(e.action);
    must(waits(a), "only what waits is amended");
    must(event.actor.type != ActorType::agent || event.actor.id == a.proposer,
         "a machine amends its own");
    must(action(e.by).status == ActionStatus::proposed, "an amendment is judged on its own");
    a.status = ActionStatus::superseded;
  }
};

}  // namespace

void watch_actions(Model& model, const RecordedEvent& event) {
  std::visit(WatchActions{{model, event}}, event.data);
}

}  // namespace recourse::model
