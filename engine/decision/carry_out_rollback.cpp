#include "engine/decision/carry_out_rollback.h"

#include <algorithm>

#include "engine/decision/decisions.h"
#include "engine/decision/plan_rollback.h"

namespace recourse {
RollbackRun::RollbackRun(State& state, const DecisionContext& context, RollbackState rollback)
    : reason(context.rollback_reason), draft_{state, context, {}}, rollback_(std::move(rollback)) {
  about_rollback();
}

StepState& RollbackRun::step(std::int64_t number) {
  const auto known = steps_.find(number);
  if (known != steps_.end()) return known->second;
  const StepState* stored = draft_.state.steps.find(step_key(rollback_.rollback, number));
  return steps_[number] = stored != nullptr ? *stored : StepState{};
}

bool RollbackRun::is_ended(std::int64_t number) { return recourse::is_ended(step(number).status); }

void RollbackRun::on(const TicketId& ticket) {
  if (draft_.ticket.ticket == ticket) return;
  if (!draft_.ticket.ticket.value().empty()) tickets_[draft_.ticket.ticket] = draft_.ticket;
  if (const auto known = tickets_.find(ticket); known != tickets_.end()) {
    draft_.ticket = known->second;
    return;
  }
  const TicketState* stored = draft_.state.tickets.find(ticket);
  draft_.ticket = stored != nullptr ? *stored : TicketState{};
  draft_.ticket.ticket = ticket;
}

Draft& RollbackRun::about_rollback() {
  on(rollback_.ticket.value_or(TicketId()));
  return draft_;
}

Draft& RollbackRun::about_step(std::int64_t number) {
  on(step(number).plan.ticket);
  return draft_;
}

void RollbackRun::take(const std::vector<RollbackStep>& steps) {
  rollback_.steps = static_cast<std::int64_t>(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    steps_[number].plan = steps[i];
    if (is_head(steps[i])) ++rollback_.heads_left;
    if (steps[i].after) steps_[*steps[i].after].next = number;
  }
}

void RollbackRun::start(std::int64_t max_steps) {
  about_rollback();
  add(RollbackStarted{rollback_.rollback, rollback_.action, rollback_.ticket});
  rollback_.status = RollbackStatus::started;
  if (rollback_.mode == RollbackMode::detach) taint();
  walk(max_steps);
}

void RollbackRun::walk(std::int64_t max_steps) {
  for (; max_steps > 0 && !rollback_.paused; --max_steps) {
    const std::optional<std::int64_t> number = next_step();
    if (!number) break;
    carry_out(*number);
  }
  finish();
}

std::optional<std::int64_t> RollbackRun::next_step() {
  if (!rollback_.ready.empty()) {
    const std::int64_t number = rollback_.ready.back();
    rollback_.ready.pop_back();
    return number;
  }
  while (rollback_.heads_left > 0 && rollback_.walked < rollback_.steps) {
    const std::int64_t number = rollback_.walked++;
    if (!is_head(step(number).plan)) continue;
    --rollback_.heads_left;
    return number;
  }
  return std::nullopt;
}

void RollbackRun::carry_out(std::int64_t number) {
  const StepState state = step(number);
  if (state.status != StepStatus::planned) return;  // A step is never done twice.
  const ActionState* found = draft_.state.actions.find(state.plan.action);
  about_step(number);
  if (found == nullptr) return skip(number, "no_longer_executed");
  const ActionState action = *found;
  if (takes_back(state.plan)) {
    if (!may_be_taken_back(action.status)) return skip(number, "no_longer_waiting");
  } else {
    const bool ran =
        action.status == ActionStatus::succeeded || action.status == ActionStatus::rollback_failed;
    if (!ran) return skip(number, "no_longer_executed");
    // Whoever wrote in the meantime is never overwritten.
    if (!may_restore(state, action)) return skip(number, "later_writers");
  }
  add(CompensationStarted{rollback_.rollback, action.action, action.ticket, number});
  if (takes_back(state.plan)) {
    if (action.status == ActionStatus::held) {
      recall(draft_, action.action, {}, rollback_.rollback);
    } else {
      withdraw(state);
    }
    add(CompensationSucceeded{rollback_.rollback, action.action, action.ticket, number, {}});
  } else {
    restore_fields(state);
    cancel_followups(draft_, action.followups, "rollback");
    if (action.resolution) {
      draft_.add(action.resolution->value(),
                 ResolutionVoided{*action.resolution, action.ticket, rollback_.rollback});
      std::erase(draft_.ticket.open_resolutions, *action.resolution);
      // Nobody is asked how well something works that has been undone.
      if (draft_.ticket.open_resolutions.empty() && !is_resolved(draft_.ticket.status))
        cancel_followups(draft_, std::vector(draft_.ticket.pending_followups), "rollback");
    }
    CompensationSucceeded done{rollback_.rollback, action.action, action.ticket, number,
                               state.plan.writes};
    done.kept = state.plan.kept;
    add(std::move(done));
    undone(number);
  }
  end_step(number, StepStatus::succeeded, "undone");
}

bool RollbackRun::may_restore(const StepState& state, const ActionState& action) const {
  return std::all_of(state.plan.writes.begin(), state.plan.writes.end(),
                     [&](const FieldWrite& write) {
                       return is_last_writer(draft_.ticket, action, write.field.text);
                     });
}

void RollbackRun::restore_fields(const StepState& state) {
  TicketState& ticket = draft_.ticket;
  const Cause cause{{}, rollback_.rollback};
  TicketState after = ticket;
  for (const FieldWrite& write : state.plan.writes) put_field_back(after, write);
  if (after.status != ticket.status) change_status(draft_, after.status, "rollback", cause);
  if (after.handler != ticket.handler)
    draft_.add(ticket.ticket.value(), TicketHandlerChanged{ticket.ticket, ticket.handler,
                                                           after.handler, rollback_.rollback});
  if (after.assignee != ticket.assignee || after.team != ticket.team)
    assign(draft_, after.assignee, after.team, cause);
  ticket = std::move(after);
}

void RollbackRun::withdraw(const StepState& state) {
  const ActionId id = state.plan.action;
  draft_.add(id.value(), ActionWithdrawn{id, state.plan.ticket, {}});
  stale_approvals(draft_, "withdrawn",
                  [&](const ActionState& other) { return other.action == id; });
  settle_automation(draft_, "withdrawn");
}

void RollbackRun::skip(std::int64_t number, std::string_view code) {
  const StepState& state = step(number);
  add(CompensationSkipped{rollback_.rollback,
                          state.plan.action,
                          state.plan.ticket,
                          number,
                          draft_.context.principal.id,
                          code,
                          {}});
  end_step(number, StepStatus::skipped, code);
}

void RollbackRun::undone(std::int64_t number) {
  const StepState& state = step(number);
  TicketNoted noted;
  noted.ticket = state.plan.ticket;
  noted.message = draft_.make<MessageId>("msg_");
  noted.reason_code = "rollback";
  noted.body = draft_.seal((state.plan.type ? state.plan.type->text : "An action") +
                           " was rolled back. Reason: " + reason.value_or("Manual rollback"));
  noted.rollback = rollback_.rollback;
  draft_.add(state.plan.ticket.value(), std::move(noted));
}

void RollbackRun::end_step(std::int64_t number, StepStatus status, std::string_view resolution) {
  StepState& state = step(number);
  state.status = status;
  state.lease.reset();
  std::erase(rollback_.stuck, number);
  ++(status == StepStatus::skipped ? rollback_.skipped : rollback_.undone);
  settle(number, resolution);
  const std::optional<std::int64_t> next = state.next;
  if (next && is_internal(step(*next).plan)) rollback_.ready.push_back(*next);
}

void RollbackRun::get_stuck(std::int64_t number, std::string_view code) {
  about_step(number);
  StepState& state = step(number);
  add(RollbackStuck{rollback_.rollback, state.plan.action, state.plan.ticket, number, code});
  if (!state.incident) {
    state.incident = draft_.make<IncidentId>("inc_");
    IncidentOpened opened;
    opened.incident = *state.incident;
    opened.kind = IncidentKind::rollback_stuck;
    opened.rollback = rollback_.rollback;
    opened.step = number;
    opened.action = state.plan.action;
    opened.ticket = state.plan.ticket;
    draft_.add(state.incident->value(), std::move(opened));
    draft_.ticket.stuck.push_back(*state.incident);
  }
  // Where a person switched it off it stays off.
  const Automation now = draft_.ticket.automation;
  if (now == Automation::suspended || now == Automation::off) return;
  draft_.add(draft_.ticket.ticket.value(),
             TicketAutomationChanged{draft_.ticket.ticket, draft_.ticket.automation,
                                     Automation::suspended, "rollback_stuck"});
  draft_.ticket.automation = Automation::suspended;
}

void RollbackRun::settle(std::int64_t number, std::string_view resolution) {
  StepState& state = step(number);
  const ApprovalState* waiver = state.waiver ? draft_.state.approvals.find(*state.waiver) : nullptr;
  if (waiver != nullptr && waiver->status == ApprovalStatus::pending && resolution != "waived") {
    about_step(number);
    draft_.add(state.waiver->value(),
               ApprovalStaled{
                   *state.waiver, {}, state.plan.ticket, "settled", rollback_.rollback, number});
  }
  if (!state.incident) return;
  about_step(number);
  const IncidentId incident = *state.incident;
  draft_.add(incident.value(),
             IncidentClosed{incident, rollback_.rollback, state.plan.ticket, resolution, {}});
  state.incident.reset();
  std::erase(draft_.ticket.stuck, incident);
  if (!draft_.ticket.stuck.empty() || draft_.ticket.automation != Automation::suspended) return;
  draft_.add(draft_.ticket.ticket.value(),
             TicketAutomationChanged{draft_.ticket.ticket, Automation::suspended,
                                     Automation::active, "rollback_settled"});
  draft_.ticket.automation = Automation::active;
  settle_automation(draft_, "rollback_settled");
}

void RollbackRun::finish() {
  if (rollback_.undone + rollback_.skipped < rollback_.steps) return;
  about_rollback();
  if (rollback_.skipped == 0) {
    add(RollbackCompleted{rollback_.rollback, rollback_.action, rollback_.ticket});
  } else {
    add(RollbackPartial{rollback_.rollback, rollback_.action, rollback_.ticket, rollback_.undone,
                        rollback_.skipped});
  }
}

void RollbackRun::taint() {
  for (const Dependent& dependent : rollback_.dependents) {
    on(dependent.ticket);
    draft_.add(dependent.action.value(),
               ActionTainted{dependent.action, dependent.ticket, rollback_.rollback, dependent.on,
                             dependent.edge});
    TicketNoted noted;
    noted.ticket = dependent.ticket;
    noted.message = draft_.make<MessageId>("msg_");
    noted.reason_code = "review";
    noted.body = draft_.seal("To be reviewed: an action that this one was built on is undone.");
    noted.rollback = rollback_.rollback;
    draft_.add(dependent.ticket.value(), std::move(noted));
  }
  if (rollback_.dependents.empty()) return;
  about_rollback();
  IncidentOpened review;
  review.incident = draft_.make<IncidentId>("inc_");
  review.kind = IncidentKind::review;
  review.rollback = rollback_.rollback;
  review.action = rollback_.action;
  review.ticket = rollback_.ticket;
  draft_.add(review.incident.value(), std::move(review));
}

}  // namespace recourse
