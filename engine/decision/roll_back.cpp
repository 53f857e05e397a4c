#include <algorithm>
#include <set>

#include "engine/decision/ballot.h"
#include "engine/decision/carry_out_rollback.h"
#include "engine/decision/decisions.h"
#include "engine/decision/plan_rollback.h"
#include "engine/event/bind.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

constexpr std::size_t kItemsPerLeaf = 64;
constexpr std::size_t kMostSteps = 20'000;
constexpr std::size_t kMostTainted = 1'000;
constexpr auto kApprovalTtl = std::chrono::minutes(60);
constexpr auto kReviewWithin = std::chrono::hours(24);

RollbackSelector selector_of(const BulkTarget& bulk) {
  RollbackSelector selector;
  selector.agent = bulk.agent;
  if (bulk.agent_version) selector.agent_version = *bulk.agent_version;
  if (bulk.type) selector.type = *bulk.type;
  if (bulk.policy) selector.policy = *bulk.policy;
  selector.from = bulk.from;
  selector.before = bulk.before;
  return selector;
}

Status check_selector(const BulkTarget& bulk) {
  const bool says_something =
      bulk.agent || bulk.agent_version || bulk.type || bulk.policy || bulk.from || bulk.before;
  // Everything that was ever done is nobody's mistake: whoever means it says since when.
  if (!says_something)
    return invalid("a selector names an agent, its version, a type, a policy or a time");
  if (bulk.from && bulk.before && *bulk.from >= *bulk.before)
    return invalid("a selector's time ends after it begins");
  const auto& version = bulk.agent_version;
  if (version && !is_label(*version) && !is_code(*version))
    return invalid("agent_version: 1 to 128 bytes");
  for (const auto* text : {&bulk.type, &bulk.policy})
    if (*text && !is_label(**text)) return invalid("a selector's texts have 1 to 64 bytes");
  if (bulk.agent && !is_code(bulk.agent->value())) return invalid("agent: the id of a principal");
  return {};
}

bool fits(const RollbackSelector& selector, const ActionState& action) {
  if (selector.agent && action.proposer != *selector.agent) return false;
  if (selector.agent_version && action.agent_version != *selector.agent_version) return false;
  if (selector.type && action.type != *selector.type) return false;
  if (selector.policy && action.policy != *selector.policy) return false;
  if (!action.executed_time) return !selector.from && !selector.before;
  return (!selector.from || *action.executed_time >= *selector.from) &&
         (!selector.before || *action.executed_time < *selector.before);
}

/// Something was done, or may be.
bool is_of_interest(const ActionState& action) {
  switch (action.status) {
    case ActionStatus::succeeded:
    case ActionStatus::rollback_failed:
    case ActionStatus::dispatching:
    case ActionStatus::outcome_unknown:
    case ActionStatus::authorized:
    case ActionStatus::held:
    case ActionStatus::awaiting_approval:
      return undo_of(find_action_type(action.type.text)).problem != "nothing_to_undo";
    default:
      return false;
  }
}

class Request {
 public:
  Request(State& state, const RollBack& command, const DecisionContext& context)
      : state_(state), command_(command), context_(context) {}

  Decision run() {
    const int targets = !command_.action.value().empty() + command_.ticket.has_value() +
                        command_.run.has_value() + command_.bulk.has_value();
    if (targets != 1) return invalid("the target is one action, ticket, run or selector");
    if (!is_code(command_.reason_code)) return invalid("reason_code: 1 to 128 of A-Za-z0-9_.:/-");
    RECOURSE_TRY(find_target());
    RECOURSE_LET(Draft draft, draft_about());
    RollbackRequested requested;
    requested.rollback = header_.rollback = draft.make<RollbackId>("rbk_");
    requested.action = header_.action;
    requested.ticket = header_.ticket;
    requested.mode = header_.mode = command_.mode;
    requested.reason_code = command_.reason_code;
    requested.reason = draft.seal_given(command_.reason);
    requested.run = command_.run;
    if (command_.bulk) requested.selector = selector_of(*command_.bulk);
    header_.bulk = command_.bulk.has_value();
    header_.requester = context_.principal.id;
    const RollbackId id = header_.rollback;
    draft.add(id.value(), std::move(requested));

    plan_ = plan_rollback(
        state_, {actions_, command_.mode, header_.action.has_value(), header_.bulk}, context_.now);
    if (plan_.lists.steps.size() > kMostSteps)
      return Error{ErrorCode::too_large, "more than 20000 steps: narrow the selector"};
    if (command_.mode == RollbackMode::detach && plan_.lists.dependents.size() > kMostTainted)
      return Error{ErrorCode::too_large, "more than 1000 dependents to review: narrow the target"};
    if (const auto code = why_not()) {
      RollbackRefused refused{id, header_.action, header_.ticket, *code, plan_.lists.conflicts, {}};
      if (!plan_.lists.dependents.empty()) refused.dependents = plan_.lists.dependents;
      truncate(refused);
      draft.add(id.value(), std::move(refused));
      return std::move(draft.events);
    }
    tell_plan(draft);
    header_.plan_digest = plan_.digest;
    header_.required_approvals = plan_.required_approvals;
    header_.dependents = plan_.lists.dependents;
    if (command_.mode == RollbackMode::forward_fix) {
      open_remediation(draft);
    } else if (plan_.required_approvals > 0) {
      ask(draft);
    } else if (at_once()) {
      RollbackRun run(state_, context_, header_);
      run.reason = command_.reason;
      run.take(plan_.lists.steps);
      run.start(kStepsAtOnce);
      Events more = std::move(run).events();
      std::move(more.begin(), more.end(), std::back_inserter(draft.events));
    }
    return std::move(draft.events);
  }

 private:
  Status find_target() {
    if (!command_.action.value().empty()) {
      const ActionState* action = state_.actions.find(command_.action);
      if (action == nullptr || action->next_version == 0)
        return not_found("action", command_.action.value());
      header_.action = command_.action;
      header_.ticket = action->ticket;
      actions_ = {command_.action};
      return {};
    }
    RollbackSelector selector;
    if (command_.bulk) {
      RECOURSE_TRY(check_selector(*command_.bulk));
      selector = selector_of(*command_.bulk);
    }
    if (command_.ticket) {
      if (state_.tickets.find(*command_.ticket) == nullptr)
        return not_found("ticket", command_.ticket->value());
      header_.ticket = command_.ticket;
    }
    std::set<ActionId> seen;
    std::set<TicketId> tickets;
    for (const ActionId& id : command_.found) {
      const ActionState* action = state_.actions.find(id);
      if (action == nullptr || !is_of_interest(*action) || !seen.insert(id).second) continue;
      if (command_.ticket && action->ticket != *command_.ticket) continue;
      if (command_.run && action->run != *command_.run) continue;
      if (command_.bulk && !fits(selector, *action)) continue;
      tickets.insert(action->ticket);
      actions_.push_back(id);
    }
    // All of it is about one ticket: then it is told under that ticket.
    if (command_.run && tickets.size() == 1) header_.ticket = *tickets.begin();
    return {};
  }

  Result<Draft> draft_about() const {
    if (header_.ticket) return draft_for(state_, *header_.ticket, context_);
    return Draft{state_, context_, {}};
  }

  /// The code of a refusal, or nothing.
  std::optional<std::string> why_not() const {
    const PlanLists& lists = plan_.lists;
    if (header_.action) {
      for (const auto* list : {&lists.skipped, &lists.cannot_undo})
        for (const NotUndone& one : *list)
          if (one.action == *header_.action) return one.code.text;
      if (command_.mode == RollbackMode::forward_fix) return why_nothing_to_put_right();
    }
    if (command_.mode == RollbackMode::forward_fix)
      return actions_.empty() ? std::optional<std::string>("nothing_to_undo") : std::nullopt;
    if (command_.mode == RollbackMode::restrict_ && !header_.bulk) {
      if (!lists.conflicts.empty()) return "later_writers";
      if (!lists.dependents.empty()) return "dependents";
    }
    if (!lists.steps.empty()) return std::nullopt;
    return lists.cannot_undo.empty() ? "nothing_to_undo" : lists.cannot_undo.front().code.text;
  }

  std::optional<std::string> why_nothing_to_put_right() const {
    const ActionState* action = state_.actions.find(*header_.action);
    if (was_undone(action->status)) return "already_rolled_back";
    return is_of_interest(*action) ? std::nullopt : std::optional<std::string>("not_executed");
  }

  /// A refusal stays one leaf.
  static void truncate(RollbackRefused& refused) {
    if (refused.later_writers.size() > kItemsPerLeaf) refused.later_writers.resize(kItemsPerLeaf);
    if (refused.dependents && refused.dependents->size() > kItemsPerLeaf)
      refused.dependents->resize(kItemsPerLeaf);
  }

  void tell_plan(Draft& draft) const {
    const PlanLists& lists = plan_.lists;
    const std::size_t items = lists.steps.size() + lists.dependents.size() +
                              lists.conflicts.size() + lists.skipped.size() +
                              lists.cannot_undo.size();
    RollbackPlanned planned;
    planned.rollback = header_.rollback;
    planned.action = header_.action;
    planned.ticket = header_.ticket;
    planned.plan_digest = plan_.digest;
    planned.base_position = plan_.base_position;
    planned.money_delta = plan_.money_delta;
    planned.step_count = static_cast<std::int64_t>(lists.steps.size());
    planned.item_count = static_cast<std::int64_t>(items);
    planned.customers = plan_.customers;
    planned.required_approvals = plan_.required_approvals;
    const bool whole = items <= kItemsPerLeaf;
    if (whole) {
      planned.steps = lists.steps;
      planned.dependents = lists.dependents;
      planned.conflicts = lists.conflicts;
      planned.skipped = lists.skipped;
      planned.cannot_undo = lists.cannot_undo;
    }
    const std::string stream = header_.rollback.value();
    draft.add(stream, std::move(planned));
    if (whole) return;
    continue_plan(draft, lists.steps, &PlanLists::steps);
    continue_plan(draft, lists.dependents, &PlanLists::dependents);
    continue_plan(draft, lists.conflicts, &PlanLists::conflicts);
    continue_plan(draft, lists.skipped, &PlanLists::skipped);
    continue_plan(draft, lists.cannot_undo, &PlanLists::cannot_undo);
  }

  template <class Item>
  void continue_plan(Draft& draft, const std::vector<Item>& items,
                     std::vector<Item> PlanLists::*list) const {
    for (std::size_t i = 0; i < items.size(); i += kItemsPerLeaf) {
      RollbackPlanContinued more;
      more.rollback = header_.rollback;
      if constexpr (std::is_same_v<Item, RollbackStep>)
        more.first_step = static_cast<std::int64_t>(i);
      const auto end = std::min(items.size(), i + kItemsPerLeaf);
      (more.lists.*list)
          .assign(items.begin() + static_cast<std::ptrdiff_t>(i),
                  items.begin() + static_cast<std::ptrdiff_t>(end));
      draft.add(header_.rollback.value(), std::move(more));
    }
  }

  void open_remediation(Draft& draft) const {
    IncidentOpened opened;
    opened.incident = draft.make<IncidentId>("inc_");
    opened.kind = IncidentKind::remediation;
    opened.rollback = header_.rollback;
    opened.action = header_.action;
    opened.ticket = header_.ticket;
    draft.add(opened.incident.value(), std::move(opened));
  }

  void ask(Draft& draft) const {
    ApprovalRequested asked;
    asked.approval = draft.make<ApprovalId>("apr_");
    asked.ticket = header_.ticket;
    asked.rollback = header_.rollback;
    asked.args_commitment = plan_.digest;
    asked.render_digest =
        rollback_approval_digest(asked.approval, header_.rollback, {}, plan_.digest);
    asked.quorum = plan_.required_approvals;
    asked.roles = {Clear(word(Role::manager)), Clear(word(Role::admin))};
    asked.excluded = {context_.principal.id};
    if (!plan_.approved_before.empty()) asked.not_alone = plan_.approved_before;
    asked.expires_at = context_.now + kApprovalTtl;
    asked.escalate_at = half_time(context_.now, asked.expires_at);
    asked.escalate_to = admins_only();
    draft.add(asked.approval.value(), std::move(asked));
  }

  /// One of our own actions goes back as it came: there is nothing to look at first.
  bool at_once() const {
    const PlanLists& lists = plan_.lists;
    return !command_.plan_only && header_.action && command_.mode == RollbackMode::restrict_ &&
           lists.steps.size() == 1 && lists.steps.front().executor.text == "internal";
  }

  State& state_;
  const RollBack& command_;
  const DecisionContext& context_;
  RollbackState header_;
  std::vector<ActionId> actions_;
  RollbackPlan plan_;
};

Result<RollbackState> find_rollback(State& state, const RollbackId& id) {
  const RollbackState* found = state.rollbacks.find(id);
  if (found == nullptr || found->next_version == 0) return not_found("rollback", id.value());
  return *found;
}

}  // namespace

Decision roll_back(State& state, const RollBack& command, const DecisionContext& context) {
  return Request(state, command, context).run();
}

namespace {

/// Whether the glass is broken and may be: it is for an emergency, and it leaves a trace.
Status check_glass(const RollbackState& rollback, const StartRollback& command,
                   const Principal& by) {
  if (rollback.status != RollbackStatus::awaiting_approval)
    return conflict("nobody has to agree to it: start it without breaking the glass");
  if (by.kind != ActorType::human || by.role != Role::admin)
    return Error{ErrorCode::forbidden, "only an admin may start what others have to agree to"};
  if (command.reason.value_or("").empty()) return invalid("breaking the glass has a reason");
  return {};
}

void break_glass(RollbackRun& run, const StartRollback& command) {
  const RollbackState& rollback = run.rollback();
  Draft& draft = run.about_rollback();
  const PrincipalId& by = draft.context.principal.id;
  BypassGranted bypass{"rollback", by, "break_glass", rollback.approval, rollback.ticket};
  bypass.reason = draft.seal_given(command.reason);
  draft.add(rollback.approval->value(), std::move(bypass));
  draft.add(
      rollback.approval->value(),
      ApprovalStaled{*rollback.approval, {}, rollback.ticket, "break_glass", rollback.rollback});
  IncidentOpened review;
  review.incident = draft.make<IncidentId>("inc_");
  review.kind = IncidentKind::review;
  review.rollback = rollback.rollback;
  review.action = rollback.action;
  review.ticket = rollback.ticket;
  review.due_at = draft.context.now + kReviewWithin;
  draft.add(review.incident.value(), std::move(review));
}

}  // namespace

Decision start_rollback(State& state, const StartRollback& command,
                        const DecisionContext& context) {
  RECOURSE_LET(const RollbackState rollback, find_rollback(state, command.rollback));
  if (command.break_glass) {
    RECOURSE_TRY(check_glass(rollback, command, context.principal));
  } else if (rollback.status == RollbackStatus::awaiting_approval) {
    return conflict("the rollback waits for its approval");
  }
  if (rollback.status == RollbackStatus::staled)
    return conflict("others have written since it was planned: ask for a new plan");
  if (rollback.status != RollbackStatus::planned && !command.break_glass)
    return conflict("the rollback is " + std::string(word(rollback.status)));
  if (command.plan_digest != to_base64(as_text(rollback.plan_digest)))
    return conflict("this is not the digest of the plan");
  RollbackRun run(state, context, rollback);
  if (command.break_glass) break_glass(run, command);
  run.start(kStepsAtOnce);
  return std::move(run).events();
}

Decision continue_rollback(State& state, const ContinueRollback& command,
                           const DecisionContext& context) {
  RECOURSE_LET(const RollbackState rollback, find_rollback(state, command.rollback));
  if (rollback.status != RollbackStatus::started && rollback.status != RollbackStatus::stuck)
    return conflict("the rollback is " + std::string(word(rollback.status)));
  if (rollback.paused) return conflict("the rollback is paused");
  if (rollback.heads_left == 0 && rollback.ready.empty())
    return conflict("there is no step to carry out");
  RollbackRun run(state, context, rollback);
  run.walk(std::clamp<std::int64_t>(command.max_steps, 1, 1'000));
  return std::move(run).events();
}

Decision pause_rollback(State& state, const PauseRollback& command,
                        const DecisionContext& context) {
  RECOURSE_LET(const RollbackState rollback, find_rollback(state, command.rollback));
  if (rollback.status != RollbackStatus::started && rollback.status != RollbackStatus::stuck)
    return conflict("the rollback is " + std::string(word(rollback.status)));
  if (rollback.paused == command.pause)
    return conflict(command.pause ? "the rollback is paused already"
                                  : "the rollback is not paused");
  RollbackRun run(state, context, rollback);
  if (command.pause) {
    run.add(RollbackPaused{rollback.rollback, rollback.action, rollback.ticket,
                           run.about_rollback().seal_given(command.reason)});
  } else {
    run.add(RollbackResumed{rollback.rollback, rollback.action, rollback.ticket});
  }
  return std::move(run).events();
}

Decision abort_rollback(State& state, const AbortRollback& command,
                        const DecisionContext& context) {
  RECOURSE_LET(const RollbackState rollback, find_rollback(state, command.rollback));
  const bool waits = rollback.status == RollbackStatus::awaiting_approval;
  const bool runs =
      rollback.status == RollbackStatus::started || rollback.status == RollbackStatus::stuck;
  if (!waits && !runs && rollback.status != RollbackStatus::planned)
    return conflict("the rollback is " + std::string(word(rollback.status)));
  RollbackRun run(state, context, rollback);
  if (!runs) {
    if (waits && rollback.approval)
      run.about_rollback().add(
          rollback.approval->value(),
          ApprovalStaled{*rollback.approval, {}, rollback.ticket, "withdrawn", rollback.rollback});
    run.add(RollbackAborted{rollback.rollback, rollback.action, rollback.ticket, "by_person",
                            run.about_rollback().seal_given(command.reason)});
    return std::move(run).events();
  }
  for (std::int64_t i = 0; i < rollback.steps; ++i)
    if (run.step(i).status == StepStatus::started)
      return conflict("step " + std::to_string(i) + " is being carried out: wait for its report");
  std::int64_t left = rollback.skipped;
  for (std::int64_t i = 0; i < rollback.steps; ++i) {
    if (run.is_ended(i)) continue;
    ++left;
    const StepState step = run.step(i);
    const bool begun = step.status != StepStatus::planned || step.attempts > 0;
    run.about_step(i);
    if (!begun) {
      run.settle(i, "aborted");  // Nobody is asked any more whether to leave it out.
      continue;
    }
    run.add(CompensationSkipped{rollback.rollback,
                                step.plan.action,
                                step.plan.ticket,
                                i,
                                context.principal.id,
                                "aborted",
                                {}});
    run.settle(i, "aborted");
  }
  run.about_rollback();
  run.add(
      RollbackPartial{rollback.rollback, rollback.action, rollback.ticket, rollback.undone, left});
  return std::move(run).events();
}

}  // namespace recourse
