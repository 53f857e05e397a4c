#include "engine/decision/decisions.h"

namespace recourse {

Decision recall_action(State& state, const RecallAction& command, const DecisionContext& context) {
  const ActionState* found = state.actions.find(command.action);
  if (found == nullptr) return not_found("action", command.action.value());
  const ActionState action = *found;
  const Principal& by = context.principal;
  if (by.kind == ActorType::agent && by.id != action.proposer)
    return Error{ErrorCode::forbidden, "a machine recalls its own actions only"};
  if (action.status == ActionStatus::dispatching || action.status == ActionStatus::outcome_unknown)
    return conflict("it has been sent and cannot be recalled: roll it back when it has ended");
  if (action.status == ActionStatus::awaiting_approval)
    return conflict("the action waits for an approval: withdraw it");
  if (action.status != ActionStatus::held && action.status != ActionStatus::authorized)
    return conflict("an action that is " + std::string(word(action.status)) +
                    " cannot be recalled");
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  if (action.run) draft.correlation = action.run->value();
  recall(draft, action.action, draft.seal_given(command.reason), {});
  return std::move(draft.events);
}

void recall(Draft& draft, const ActionId& action, std::optional<Sealed> reason,
            std::optional<RollbackId> rollback) {
  draft.add(action.value(),
            EffectRecalled{action, draft.ticket.ticket, std::move(reason), std::move(rollback)});
  stale_approvals(draft, "recalled",
                  [&](const ActionState& other) { return other.action == action; });
  settle_automation(draft, "recalled");
}

void take_back_waiting(Draft& draft, std::string_view cause,
                       const std::function<bool(const ActionState&)>& applies) {
  const std::string correlation = draft.correlation;
  for (const ActionId& id : draft.ticket.waiting) {
    const ActionState* const found = draft.state.actions.find(id);
    if (found == nullptr || found->status == ActionStatus::awaiting_approval || !applies(*found))
      continue;
    draft.correlation = found->run ? found->run->value() : std::string();
    draft.add(id.value(), EffectRecalled{id, draft.ticket.ticket, {}, {}});
  }
  draft.correlation = correlation;
  stale_approvals(draft, cause, applies);
  settle_automation(draft, cause);
}

}  // namespace recourse
