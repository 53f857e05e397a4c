#include "engine/decision/decisions.h"

namespace recourse {

Decision amend_action(State& state, const AmendAction& command, const DecisionContext& context) {
  const ActionState* found = state.actions.find(command.action);
  if (found == nullptr) return not_found("action", command.action.value());
  const ActionState action = *found;
  const Principal& by = context.principal;
  if (by.kind == ActorType::agent && by.id != action.proposer)
    return Error{ErrorCode::forbidden, "a machine amends its own actions only"};
  if (!may_be_taken_back(action.status))
    return conflict("an action that is " + std::string(word(action.status)) + " cannot be amended");
  if (context.action_args && *context.action_args == command.args_json)
    return conflict("the arguments are the ones that the action has");
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  ProposeAction proposal;
  proposal.ticket = action.ticket;
  proposal.type = action.type.text;
  proposal.args_json = command.args_json;
  proposal.confidence_ppm = command.confidence_ppm;
  proposal.reasoning = command.reasoning;
  proposal.run = action.run;
  proposal.expected_ticket_version = command.expected_ticket_version;
  Superseded superseded{action, {action.proposer}, command.reason};
  if (action.approval)
    if (const ApprovalState* approval = state.approvals.find(*action.approval))
      superseded.shaped_by = approval->excluded;
  return propose(draft, proposal, superseded);
}

}  // namespace recourse
