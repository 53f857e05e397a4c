#include "engine/policy/breaker.h"
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
    if (const auto found = m.tried.find(e.action); found != m.tried.end())
      must(a.proposer_type == ActorType::agent && writes(a.type) &&
               m.experiments[found->second].overlaps({a.type}),
           "an experiment is about what agents change");
    if (!a.args.empty() && m.forbidden.contains({a.ticket, a.type, a.args}))
      m.forbidden_again.insert(e.action);
  }

  void operator()(const PolicyDecided& e) {
    if (e.shadow) return;
    Action& a = action(e.action);
    const bool at_dispatch = e.at.text == "dispatch";
    const bool denied = e.outcome == PolicyOutcome::deny;
    const bool ready = a.status == ActionStatus::authorized || a.status == ActionStatus::held;
    must(at_dispatch ? ready : a.status == ActionStatus::proposed,
         "a policy judges what is proposed, and again what is about to run");
    must(e.policy.text == m.policy, "the policy in force judges");
    must(denied || !m.stopped(a), "nothing is allowed after a kill switch");
    must(denied || m.tickets[a.ticket].automation != Automation::off ||
             a.proposer_type != ActorType::agent,
         "agents are kept from a ticket whose automation is off");
    must(denied || at_dispatch || !m.forbidden_again.contains(e.action),
         "what was rejected for good is not asked for again");
    Breaker& breaker = m.breakers[a.breaker];
    const bool open =
        breaker.status == BreakerStatus::open && (!breaker.until || m.given.now < *breaker.until);
    must(denied || !open || !writes(a.type), "an open breaker lets nothing through");
    const Breaker& for_all = m.breakers[breaker_name(PrincipalId("all"), {}, a.type)];
    must(denied || for_all.status != BreakerStatus::open || !writes(a.type),
         "a type that is held open is so for every agent");
    // Its first probe begins the time of a half-open one.
    if (e.outcome == PolicyOutcome::allow && writes(a.type) &&
        breaker.status == BreakerStatus::half_open && !breaker.until) {
      breaker.until = m.given.now + std::chrono::seconds(BreakerRule{}.half_open_s);
      set("breaker", a.breaker, *breaker.until);
    }
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
      // The connector comes back for it, not at once.
      if (a.status == ActionStatus::held && a.connector)
        a.hold_until = m.given.now + std::chrono::minutes(1);
    }
  }

  void operator()(const EffectHeld& e) {
    Action& a = action(e.action);
    must(a.status == ActionStatus::authorized, "only what may run is held");
    must(e.until >= m.given.now, "a hold window lies ahead");
    a.status = ActionStatus::held;
    a.hold_until = e.until;
    a.connector.reset();
    if (e.connector) a.connector = e.connector->text;
  }
  void operator()(const EffectRecalled& e) {
    Action& a = action(e.action);
    must(a.status == ActionStatus::held || a.status == ActionStatus::authorized,
         "only what was not sent is recalled");
    must(event.actor.type != ActorType::agent || event.actor.id == a.proposer || a.rollback,
         "a machine recalls its own");
    a.status = ActionStatus::recalled;
  }
  void operator()(const EffectDispatched& e) {
    Action& a = action(e.action);
    must(a.status == ActionStatus::authorized, "only what is authorized is dispatched");
    must(m.allowed.contains(e.action), "the policy is asked again at every dispatch");
    must(!m.stopped(a), "nothing runs after a kill switch");
    must(!a.hold_until || m.given.now >= *a.hold_until, "what can be recalled is not sent");
    must(e.attempt == a.attempts + 1, "attempts are counted");
    must(e.attempt == 1 || a.connector, "a client tries an action once");
    const std::string key =
        e.provider_key ? e.provider_key->text : e.action.value() + "." + std::to_string(e.attempt);
    must(m.keys.insert(key).second, "a provider gets a key once");
    must(e.args_commitment == a.commitment, "what runs is what was proposed");
    if (a.approval) {
      const Approval& asked = m.approvals[*a.approval];
      const bool used = m.consumed.contains(*a.approval) ||
                        (e.attempt > 1 && asked.status == ApprovalStatus::consumed);
      must(used, "what people were asked about runs with their grant");
      must(asked.commitment == a.commitment, "what runs is what people agreed to");
      must(m.given.now < asked.expires_at, "an expired grant lets nothing run");
    }
    a.status = ActionStatus::dispatching;
    a.lease = e.lease;
    a.lease_until = e.lease_until;
    a.attempts = e.attempt;
    m.dispatched.insert(e.action);
    must(is_internal(a.type) != e.lease.has_value(), "a client's executor holds a lease");
    if (e.lease_until) set("lease", e.action.value(), *e.lease_until);
  }
  void operator()(const EffectHeartbeat& e) {
    Action& a = action(e.action);
    must(a.status == ActionStatus::dispatching && a.lease == e.lease,
         "who holds the lease keeps it");
    must(a.lease_until && m.given.now < *a.lease_until, "a lease that ran out is lost");
    a.lease_until = e.lease_until;
    set("lease", e.action.value(), e.lease_until);
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
    must(!e.retry_at || action(e.action).connector, "a client is not told to try again");
    end_effect(e.action, ActionStatus::dispatching,
               e.retry_at ? ActionStatus::held : ActionStatus::failed);
    action(e.action).hold_until = e.retry_at;
  }
  void operator()(const EffectOutcomeUnknown& e) {
    Action& a = action(e.action);
    if (e.cause.text == "lease_lost")
      must(a.lease_until && m.given.now >= *a.lease_until, "a lease is lost when its time is over");
    end_effect(e.action, ActionStatus::dispatching, ActionStatus::outcome_unknown);
  }
  void operator()(const EffectReconciled& e) {
    if (e.verdict == EffectOutcome::unknown) {
      must(event.actor.type == ActorType::system, "a look-up may find nothing out");
      must(action(e.action).status == ActionStatus::outcome_unknown, "an effect has one outcome");
      return;
    }
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
  visit(WatchActions{{model, event}}, event.data);
}

}  // namespace recourse::model
