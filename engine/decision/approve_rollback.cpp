#include "engine/decision/ballot.h"
#include "engine/decision/carry_out_rollback.h"
#include "engine/decision/decisions.h"

namespace recourse {
Decision vote_on_rollback(State& state, const CastVote& command, const ApprovalState& approval,
                          bool own, const DecisionContext& context) {
  const RollbackState* found = state.rollbacks.find(*approval.rollback);
  if (found == nullptr) return not_found("rollback", approval.rollback->value());
  const RollbackState rollback = *found;
  const bool runs =
      rollback.status == RollbackStatus::started || rollback.status == RollbackStatus::stuck;
  if (approval.step ? !runs : rollback.status != RollbackStatus::awaiting_approval)
    return conflict("the rollback is " + std::string(word(rollback.status)));
  RollbackRun run(state, context, rollback);
  // It may have happened by now, so there is nothing to leave out before somebody knows.
  if (approval.step && command.vote == Vote::approve &&
      run.step(*approval.step).status == StepStatus::started)
    return conflict("the step is being carried out: wait for its report");
  Draft& draft = approval.step ? run.about_step(*approval.step) : run.about_rollback();
  const std::optional<TicketId> ticket =
      draft.ticket.ticket.value().empty() ? std::nullopt : std::optional(draft.ticket.ticket);
  const std::string stream = approval.approval.value();
  if (own)
    draft.add(stream, BypassGranted{"self_approval", context.principal.id, "single_admin",
                                    approval.approval, ticket});
  draft.add(stream, vote_of(draft, command, approval));
  if (command.vote == Vote::reject) {
    draft.add(stream, rejection_of(draft, command, approval));
    if (!approval.step)
      run.add(RollbackAborted{
          rollback.rollback, rollback.action, rollback.ticket, "approval_rejected", {}});
    return std::move(run).events();
  }
  if (!is_enough(approval, context.principal)) return std::move(run).events();
  draft.add(stream,
            ApprovalGranted{approval.approval, {}, ticket, approval.rollback, approval.step});
  draft.add(stream,
            ApprovalConsumed{approval.approval, {}, ticket, approval.rollback, approval.step});
  if (!approval.step) {
    run.start(kStepsAtOnce);
    return std::move(run).events();
  }
  const std::int64_t number = *approval.step;
  const RollbackStep plan = run.step(number).plan;
  if (run.is_ended(number)) return conflict("the step has ended already");
  const PrincipalId asker =
      approval.excluded.empty() ? context.principal.id : approval.excluded.front();
  run.add(CompensationSkipped{rollback.rollback, plan.action, plan.ticket, number, asker, "waiver",
                              approval.approval});
  run.end_step(number, StepStatus::skipped, "waived");
  run.walk(kStepsAtOnce);
  return std::move(run).events();
}

Decision expire_rollback_approval(State& state, const ApprovalState& approval,
                                  const DecisionContext& context) {
  const RollbackState* found = state.rollbacks.find(*approval.rollback);
  if (found == nullptr) return not_found("rollback", approval.rollback->value());
  const RollbackState rollback = *found;
  RollbackRun run(state, context, rollback);
  Draft& draft = approval.step ? run.about_step(*approval.step) : run.about_rollback();
  const std::optional<TicketId> ticket =
      draft.ticket.ticket.value().empty() ? std::nullopt : std::optional(draft.ticket.ticket);
  draft.add(approval.approval.value(),
            ApprovalExpired{approval.approval, {}, ticket, approval.rollback, approval.step});
  if (!approval.step)
    run.add(RollbackAborted{
        rollback.rollback, rollback.action, rollback.ticket, "approval_expired", {}});
  return std::move(run).events();
}

}  // namespace recourse
