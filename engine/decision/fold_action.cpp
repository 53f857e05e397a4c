#include <algorithm>

#include "engine/decision/fold.h"
#include "engine/policy/judge.h"

namespace recourse {
namespace {

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
        return;
      case PolicyOutcome::defer:
        return;
    }
  }

  void operator()(const ActionWithdrawn& withdrawn) {
    row(withdrawn.action, withdrawn.ticket).status = ActionStatus::withdrawn;
  }

  void operator()(const EffectDispatched& dispatched) {
    ActionState& action = row(dispatched.action, dispatched.ticket);
    action.status = ActionStatus::dispatching;
    action.lease = dispatched.lease;
    action.lease_until = dispatched.lease_until;
    action.attempts = dispatched.attempt;
  }
  void operator()(const EffectConfirmed& confirmed) {
    ActionState& action = row(confirmed.action, confirmed.ticket);
    action.status = ActionStatus::succeeded;
    action.writes = without_texts(confirmed.writes);
  }
  void operator()(const EffectRejected& rejected) {
    row(rejected.action, rejected.ticket).status = ActionStatus::failed;
  }
  void operator()(const EffectOutcomeUnknown& unknown) {
    row(unknown.action, unknown.ticket).status = ActionStatus::outcome_unknown;
  }
  void operator()(const EffectReconciled& reconciled) {
    ActionState& action = row(reconciled.action, reconciled.ticket);
    if (reconciled.verdict == EffectOutcome::unknown) return;
    const bool succeeded = reconciled.verdict == EffectOutcome::succeeded;
    action.status = succeeded ? ActionStatus::succeeded : ActionStatus::failed;
    if (succeeded) action.writes = without_texts(reconciled.writes);
  }

  void operator()(const ApprovalRequested& requested) {
    ActionState& action = row(requested.action, requested.ticket);
    action.approval = requested.approval;
    action.status = ActionStatus::awaiting_approval;
  }
  void operator()(const ApprovalGranted& granted) {
    end_waiting(granted.action, granted.ticket, ActionStatus::authorized);
  }
  void operator()(const ApprovalRejected& rejected) {
    end_waiting(rejected.action, rejected.ticket, ActionStatus::rejected);
  }
  void operator()(const ApprovalExpired& expired) {
    end_waiting(expired.action, expired.ticket, ActionStatus::expired);
  }
  void operator()(const ApprovalStaled& staled) {
    end_waiting(staled.action, staled.ticket, ActionStatus::staled);
  }

  void operator()(const ResolutionAsserted& asserted) {
    if (asserted.action) row(*asserted.action, asserted.ticket).resolution = asserted.resolution;
  }
  void operator()(const FollowUpScheduled& scheduled) {
    if (scheduled.action)
      row(*scheduled.action, scheduled.ticket).followups.push_back(scheduled.followup);
  }

  void operator()(const RollbackStarted& started) {
    ActionState& action = row(started.action, started.ticket);
    action.status = ActionStatus::rollback_pending;
    action.rollback = started.rollback;
  }
  void operator()(const RollbackCompleted& completed) {
    row(completed.action, completed.ticket).status = ActionStatus::rolled_back;
  }

 private:
  /// The kill switch and limits hold what was authorized before; it may run once they let it.
  static bool holds(const PolicyDecided& decided) {
    if (!decided.problem) return false;
    const std::string& problem = decided.problem->text;
    return problem == "kill_switch" || problem.starts_with(kLimitPrefix);
  }

  ActionState& row(const ActionId& id, const TicketId& ticket) {
    ActionState& action = state_.actions.change(id);
    action.action = id;
    action.ticket = ticket;
    return action;
  }

  /// What ended already, by withdrawal or by a denial, stays as it ended.
  void end_waiting(const ActionId& id, const TicketId& ticket, ActionStatus status) {
    ActionState& action = row(id, ticket);
    const bool waits = action.status == ActionStatus::awaiting_approval ||
                       action.status == ActionStatus::authorized;
    if (waits) action.status = status;
  }

  State& state_;
  const RecordedEvent& event_;
};

}  // namespace

void fold_action(State& state, const RecordedEvent& event) {
  std::visit(ActionFold(state, event), event.data);
}

}  // namespace recourse
