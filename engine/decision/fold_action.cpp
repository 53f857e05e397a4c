#include <algorithm>

#include "engine/decision/fold.h"
#include "engine/policy/judge.h"

namespace recourse {
namespace {

constexpr std::chrono::seconds kHeldBackRests{60};
/// Of a ticket. What was allowed and nobody ever takes would otherwise add up.
constexpr std::size_t kWaitingActions = 256;

/// Commitments only: texts that have yet to be sealed do not belong in a row.
std::vector<FieldWrite> without_texts(std::vector<FieldWrite> writes) {
  for (FieldWrite& write : writes) {
    if (write.sealed_before) write.sealed_before->json.clear();
    if (write.sealed_after) write.sealed_after->json.clear();
  }
  return writes;
}

class ActionFold {
 public:
  ActionFold(State& state, const RecordedEvent& event) : state_(state), event_(event) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const ActionProposed& proposed) {
    ActionState& action = row(proposed.action, proposed.ticket);
    action.proposed_at = static_cast<std::int64_t>(event_.position.value());
    action.status = ActionStatus::proposed;
    action.type = proposed.type;
    action.type_version = proposed.type_version;
    action.imported = proposed.provenance.imported;
    action.args_commitment = proposed.args.commitment;
    action.proposer = event_.actor.id;
    action.proposer_type = event_.actor.type;
    action.confidence_ppm = proposed.confidence_ppm;
    action.amount_minor = proposed.amount_minor;
    action.currency = proposed.currency;
    action.expected_ticket_version = proposed.expected_ticket_version;
    action.run = proposed.run;
    action.agent_version = version_of(state_, proposed);
  }

  void operator()(const PolicyDecided& decided) {
    if (decided.shadow) return;
    ActionState& action = row(decided.action, decided.ticket);
    action.policy = decided.policy;
    const bool dispatching = decided.at.text == "dispatch";
    switch (decided.outcome) {
      case PolicyOutcome::allow:
        action.permitted_at = event_.time;
        action.status = ActionStatus::authorized;
        return;
      case PolicyOutcome::require_approval:
        action.status = ActionStatus::awaiting_approval;
        return;
      case PolicyOutcome::shadow:
        action.status = ActionStatus::shadowed;
        return;
      case PolicyOutcome::deny:
        if (!dispatching || !holds(decided)) action.status = ActionStatus::denied;
        // The connector comes back for it.
        if (action.status == ActionStatus::held && action.connector)
          action.hold_until = event_.time + kHeldBackRests;
        return;
      case PolicyOutcome::defer:
        return;
    }
  }

  void operator()(const ActionWithdrawn& withdrawn) {
    row(withdrawn.action, withdrawn.ticket).status = ActionStatus::withdrawn;
  }

  void operator()(const ActionAmended& amended) {
    row(amended.action, amended.ticket).status = ActionStatus::superseded;
  }

  void operator()(const EffectHeld& held) {
    ActionState& action = row(held.action, held.ticket);
    action.status = ActionStatus::held;
    action.hold_until = held.until;
    action.connector = held.connector;
  }
  void operator()(const EffectRecalled& recalled) {
    row(recalled.action, recalled.ticket).status = ActionStatus::recalled;
  }
  void operator()(const EffectHeartbeat& e) { row(e.action, e.ticket).lease_until = e.lease_until; }

  void operator()(const EffectDispatched& dispatched) {
    ActionState& action = row(dispatched.action, dispatched.ticket);
    action.status = ActionStatus::dispatching;
    action.lease = dispatched.lease;
    action.lease_until = dispatched.lease_until;
    action.attempts = dispatched.attempt;
  }
  void operator()(const EffectConfirmed& confirmed) {
    ActionState& action = row(confirmed.action, confirmed.ticket);
    action.writes = without_texts(confirmed.writes);
    executed(action);
  }
  void operator()(const EffectRejected& rejected) {
    ActionState& action = row(rejected.action, rejected.ticket);
    action.status = rejected.retry_at ? ActionStatus::held : ActionStatus::failed;
    action.hold_until = rejected.retry_at;
  }
  void operator()(const EffectOutcomeUnknown& unknown) {
    ActionState& action = row(unknown.action, unknown.ticket);
    action.status = ActionStatus::outcome_unknown;
    action.look_up_at = unknown.look_up_at;
  }
  void operator()(const IncidentOpened& opened) {
    if (opened.kind == IncidentKind::outcome_unknown && opened.action && opened.ticket)
      row(*opened.action, *opened.ticket).incident = opened.incident;
  }
  void operator()(const EffectReconciled& reconciled) {
    ActionState& action = row(reconciled.action, reconciled.ticket);
    action.look_up_at = reconciled.look_up_at;
    ++action.look_ups;
    if (reconciled.verdict == EffectOutcome::unknown) return;
    action.incident.reset();
    action.status = ActionStatus::failed;
    if (reconciled.verdict != EffectOutcome::succeeded) return;
    action.writes = without_texts(reconciled.writes);
    executed(action);
  }

  void operator()(const ApprovalRequested& requested) {
    if (!requested.action || !requested.ticket) return;
    ActionState& action = row(*requested.action, *requested.ticket);
    action.approval = requested.approval;
    action.status = ActionStatus::awaiting_approval;
  }
  void operator()(const ApprovalGranted& e) { end_waiting(e, ActionStatus::authorized); }
  void operator()(const ApprovalRejected& e) { end_waiting(e, ActionStatus::rejected); }
  void operator()(const ApprovalExpired& e) { end_waiting(e, ActionStatus::expired); }
  void operator()(const ApprovalStaled& e) { end_waiting(e, ActionStatus::staled); }
  void operator()(const ApprovalRevoked& e) { end_waiting(e, ActionStatus::rejected); }

  void operator()(const ResolutionAsserted& asserted) {
    if (asserted.action) row(*asserted.action, asserted.ticket).resolution = asserted.resolution;
  }
  void operator()(const FollowUpScheduled& scheduled) {
    if (scheduled.action)
      row(*scheduled.action, scheduled.ticket).followups.push_back(scheduled.followup);
  }

  void operator()(const ActionBasedOn& based) {
    row(based.action, based.ticket).reads = based.reads;
    if (based.caused_by) depend(*based.caused_by, based.action, "causal");
    for (const FieldRead& read : based.reads)
      if (read.writer) depend(*read.writer, based.action, "data");
  }
  void operator()(const ActionTainted& tainted) {
    row(tainted.action, tainted.ticket).tainted = true;
  }

  void operator()(const CompensationStarted& started) {
    ActionState& action = row(started.action, started.ticket);
    if (!was_taken_back(action.status)) action.status = ActionStatus::rollback_pending;
    action.rollback = started.rollback;
  }
  void operator()(const CompensationSucceeded& e) {
    const bool in_part = e.kept && !e.kept->empty();
    end_rollback(e, in_part ? ActionStatus::partially_rolled_back : ActionStatus::rolled_back);
  }
  void operator()(const CompensationRecordedManually& e) {
    // Perhaps nobody had begun it before.
    row(e.action, e.ticket).rollback = e.rollback;
    end_rollback(e, ActionStatus::rolled_back);
  }
  void operator()(const CompensationSkipped& e) {
    // Nothing of it was tried, or another rollback is at it: the action stands as it did.
    const ActionState* action = state_.actions.find(e.action);
    if (action != nullptr && action->status == ActionStatus::rollback_pending &&
        action->rollback == e.rollback)
      end_rollback(e, ActionStatus::rollback_failed);
  }

  /// After the event: the ticket knows which of its actions wait, and a kill switch how many
  /// effects it would hold back.
  void keep_waiting() {
    const ActionState* const action = touched_ ? state_.actions.find(touched_->action) : nullptr;
    if (action == nullptr || action->status == touched_->status) return;
    const bool is_held = action->status == ActionStatus::held;
    if (is_held != (touched_->status == ActionStatus::held)) {
      for (const std::string& scope :
           {std::string("tenant"), action->type.text, action->proposer.value()})
        count_held(scope, is_held ? 1 : -1);
    }
    const bool waits = may_be_taken_back(action->status);
    if (waits == may_be_taken_back(touched_->status)) return;
    std::vector<ActionId>& waiting = state_.tickets.change(touched_->ticket).waiting;
    if (!waits) {
      std::erase(waiting, touched_->action);
      return;
    }
    waiting.push_back(touched_->action);
    if (waiting.size() > kWaitingActions) waiting.erase(waiting.begin());
  }

 private:
  struct Touched {
    ActionId action;
    TicketId ticket;
    ActionStatus status = ActionStatus::proposed;  ///< Before the event.
  };

  void count_held(const std::string& scope, std::int64_t more) {
    HeldState& row = state_.held.change(scope);
    row.effects += more;
    if (row.effects == 0) state_.held.erase(scope);
  }

  /// What was authorized before may run once the kill switch, limits and breaker let it.
  static bool holds(const PolicyDecided& decided) {
    return decided.problem && holds_back(decided.problem->text);
  }

  ActionState& row(const ActionId& id, const TicketId& ticket) {
    ActionState& action = state_.actions.change(id);
    if (!touched_) touched_ = {id, ticket, action.status};
    action.action = id;
    action.ticket = ticket;
    return action;
  }

  void executed(ActionState& action) {
    action.status = ActionStatus::succeeded;
    action.executed_at = static_cast<std::int64_t>(event_.position.value());
    action.executed_time = event_.time;
  }

  /// What ended already, by withdrawal or by a denial, stays as it ended.
  template <class Event>
  void end_waiting(const Event& event, ActionStatus status) {
    if (!event.action || !event.ticket) return;
    ActionState& action = row(*event.action, *event.ticket);
    if (may_be_taken_back(action.status)) action.status = status;
  }

  /// What was taken back before it ran stays as it is.
  static bool was_taken_back(ActionStatus status) {
    return status == ActionStatus::withdrawn || status == ActionStatus::recalled;
  }
  template <class Event>
  void end_rollback(const Event& event, ActionStatus status) {
    ActionState& action = row(event.action, event.ticket);
    if (!was_taken_back(action.status)) action.status = status;
  }

  void depend(const ActionId& on, const ActionId& action, std::string_view edge) {
    std::vector<DependentState>& dependents = state_.actions.change(on).dependents;
    const DependentState dependent{action, edge};
    if (std::find(dependents.begin(), dependents.end(), dependent) == dependents.end())
      dependents.push_back(dependent);
  }

  State& state_;
  const RecordedEvent& event_;
  std::optional<Touched> touched_;  ///< An event is about one action.
};

}  // namespace

std::optional<Clear> version_of(State& state, const ActionProposed& proposed) {
  if (proposed.agent_version || !proposed.run) return proposed.agent_version;
  const RunState* const run = state.runs.find(*proposed.run);
  return run != nullptr ? run->agent_version : std::nullopt;
}

void fold_action(State& state, const RecordedEvent& event) {
  ActionFold fold(state, event);
  visit(fold, event.data);
  fold.keep_waiting();
}

}  // namespace recourse
