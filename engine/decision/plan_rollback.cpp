#include "engine/decision/plan_rollback.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "engine/base/sha256.h"
#include "engine/decision/outbox.h"
#include "engine/event/describe.h"
#include "engine/event/limits.h"
#include "engine/policy/action_types.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxApproversKept = 64;
constexpr std::size_t kStepsForTwo = 5;
constexpr auto kYoung = std::chrono::hours(24);

bool unresolved(TicketStatus status) {
  return !is_resolved(status) && status != TicketStatus::merged;
}

/// Something of it is in the world, or may still come.
bool is_alive(ActionStatus status) {
  switch (status) {
    case ActionStatus::succeeded:
    case ActionStatus::rollback_failed:
    case ActionStatus::dispatching:
    case ActionStatus::outcome_unknown:
    case ActionStatus::authorized:
    case ActionStatus::held:
    case ActionStatus::awaiting_approval:
      return true;
    default:
      return false;
  }
}

const FieldState* find_field(const TicketState& ticket, std::string_view name) {
  for (const FieldState& field : ticket.fields)
    if (field.field.text == name) return &field;
  return nullptr;
}

bool moves_money(const ActionState& action, const ActionType* type) {
  return action.amount_minor.has_value() || (type != nullptr && type->category == "financial");
}

class Planner {
 public:
  Planner(State& state, const PlanTarget& target, Timestamp now)
      : state_(state), target_(target), now_(now) {}

  RollbackPlan run() {
    for (const ActionId& id : target_.actions) choose(id);
    find_dependents();
    if (target_.mode != RollbackMode::forward_fix) {
      std::sort(chosen_.begin(), chosen_.end(), [&](const ActionId& a, const ActionId& b) {
        return std::pair(age(a), a) > std::pair(age(b), b);
      });
      for (const ActionId& id : chosen_) add(actions_.at(id));
    }
    plan_.customers = static_cast<std::int64_t>(customers_.size());
    plan_.approved_before.assign(approvers_.begin(), approvers_.end());
    for (const auto& [currency, amount] : money_)
      plan_.money_delta.push_back({Clear(currency), amount});
    if (lists().steps.size() > kStepsForTwo) require(2);
    plan_.digest = plan_digest(target_.mode, lists());
    return std::move(plan_);
  }

 private:
  PlanLists& lists() { return plan_.lists; }

  void require(std::int64_t approvals) {
    plan_.required_approvals = std::max(plan_.required_approvals, approvals);
  }

  /// When it ran, or was proposed: steps are ordered by it.
  std::int64_t age(const ActionId& id) const {
    const ActionState& action = actions_.at(id);
    return action.executed_at.value_or(action.proposed_at);
  }

  bool choose(const ActionId& id) {
    if (actions_.contains(id)) return false;
    const ActionState* found = state_.actions.find(id);
    if (found == nullptr) return false;
    actions_.emplace(id, *found);
    chosen_.push_back(id);
    return true;
  }

  TicketState& ticket(const TicketId& id) {
    const auto known = tickets_.find(id);
    if (known != tickets_.end()) return known->second;
    const TicketState* found = state_.tickets.find(id);
    TicketState& copy = tickets_[id];
    if (found != nullptr) copy = *found;
    plan_.base_position = std::max(plan_.base_position, copy.last_position);
    return copy;
  }

  // ---- What was built on it
  // ----------------------------------------------------------------------

  void find_dependents() {
    const bool follow = target_.mode == RollbackMode::cascade;
    std::deque<ActionId> queue(chosen_.begin(), chosen_.end());
    std::set<ActionId> seen(chosen_.begin(), chosen_.end());
    while (!queue.empty()) {
      const ActionId on = queue.front();
      queue.pop_front();
      for (const Dependent& dependent : dependents_of(on)) {
        if (!seen.insert(dependent.action).second) continue;
        lists().dependents.push_back(dependent);
        depends_on_.emplace(on, dependent.action);
        if (follow) choose(dependent.action);
        queue.push_back(dependent.action);
      }
    }
  }

  std::vector<Dependent> dependents_of(const ActionId& id) {
    std::vector<Dependent> found;
    const ActionState* stored = state_.actions.find(id);
    if (stored == nullptr) return found;
    const ActionState action = *stored;
    const auto add = [&](const ActionId& other, std::string_view edge) {
      const ActionState* dependent = state_.actions.find(other);
      if (dependent != nullptr && is_alive(dependent->status))
        found.push_back({other, dependent->ticket, id, edge});
    };
    for (const DependentState& dependent : action.dependents)
      add(dependent.action, dependent.edge.text);
    for (const FieldWrite& write : action.writes)
      if (const auto other = next_agent_writer(action, write)) add(*other, "overwrite");
    return found;
  }

  /// The agent's action that wrote the field right over this one's value. Not one that came after a
  /// person's write: what it replaced was that person's value.
  std::optional<ActionId> next_agent_writer(const ActionState& action, const FieldWrite& write) {
    if (write.entity.text != action.ticket.value()) return std::nullopt;
    const FieldState* field = find_field(ticket(action.ticket), write.field.text);
    if (field == nullptr) return std::nullopt;
    const std::vector<FieldWriter>& earlier = field->earlier;
    const auto own = std::find_if(earlier.rbegin(), earlier.rend(), [&](const FieldWriter& one) {
      return one.action == action.action;
    });
    if (own == earlier.rend()) return std::nullopt;
    const FieldWriter& after = own == earlier.rbegin() ? field->last : *std::prev(own);
    if (!after.action) return std::nullopt;
    const ActionState* writer = state_.actions.find(*after.action);
    const bool by_agent = writer != nullptr && writer->proposer_type == ActorType::agent;
    return by_agent ? after.action : std::nullopt;
  }

  // ---- Steps
  // -------------------------------------------------------------------------------------

  void add(const ActionState& action) {
    if (const auto code = not_there(action)) {
      const bool open = *code == "outcome_unknown";
      (open ? lists().cannot_undo : lists().skipped)
          .push_back({action.action, action.ticket, *code});
      return;
    }
    const ActionType* type = find_action_type(action.type.text);
    const bool ran =
        action.status == ActionStatus::succeeded || action.status == ActionStatus::rollback_failed;
    Undo undo = undo_of(type);
    if (!ran) undo = {"cancel", "internal", {}, {}};
    if (action.status == ActionStatus::held) undo.kind = "recall";
    // What another system ran, it has to undo.
    if (undo.problem.empty() && action.imported && undo.executor != "internal")
      undo = {{}, {}, {}, "no_executor"};
    if (!undo.problem.empty()) {
      const bool nothing = undo.problem == "nothing_to_undo";
      (nothing ? lists().skipped : lists().cannot_undo)
          .push_back({action.action, action.ticket, undo.problem});
      return;
    }
    RollbackStep step;
    step.action = action.action;
    step.kind = undo.kind;
    step.reversibility = type != nullptr ? type->reversibility : Reversibility::R4;
    step.ticket = action.ticket;
    step.executor = undo.executor;
    step.type = action.type;
    if (!undo.type.empty()) step.compensation = undo.type;
    if (undo.executor == "client")
      if (const ConnectorState* const connector = connector_for(state_, undo.type))
        step.connector = connector->connector;
    step.amount_minor = action.amount_minor;
    step.currency = action.currency;
    if (undo.kind == "restore" && !restore(action, *type, step)) return;
    add(std::move(step), action, type);
  }

  /// Why there is nothing to take back, or nothing yet.
  std::optional<std::string_view> not_there(const ActionState& action) const {
    switch (action.status) {
      case ActionStatus::succeeded:
      case ActionStatus::rollback_failed:
      case ActionStatus::held:
        return std::nullopt;
      case ActionStatus::authorized:
      case ActionStatus::awaiting_approval:
        if (target_.one_action && action.action == target_.actions.front()) return "not_executed";
        return std::nullopt;
      case ActionStatus::rolled_back:
      case ActionStatus::partially_rolled_back:
        return "already_rolled_back";
      case ActionStatus::rollback_pending:
        return "in_progress";
      case ActionStatus::outcome_unknown:
      case ActionStatus::dispatching:
        // Compensating an effect that never happened is an error of its own.
        return "outcome_unknown";
      default:
        return "not_executed";
    }
  }

  void add(RollbackStep step, const ActionState& action, const ActionType* type) {
    TicketState& on = ticket(action.ticket);
    const auto number = static_cast<std::int64_t>(lists().steps.size());
    if (const auto last = last_step_.find(action.ticket); last != last_step_.end())
      step.after = last->second;
    last_step_[action.ticket] = number;
    customers_.insert(on.requester);
    plan_.base_position =
        std::max(plan_.base_position, action.executed_at.value_or(action.proposed_at));
    if (step.kind.text != "restore" && !takes_back(step) && action.amount_minor)
      money_[action.currency ? action.currency->text : ""] += *action.amount_minor;
    need_people(step, action, type);
    lists().steps.push_back(std::move(step));
  }

  void need_people(const RollbackStep& step, const ActionState& action, const ActionType* type) {
    if (takes_back(step)) return;
    if (const ApprovalState* approval =
            action.approval ? state_.approvals.find(*action.approval) : nullptr)
      for (const VoteState& vote : approval->votes)
        if (vote.vote == Vote::approve && approvers_.size() < kMaxApproversKept)
          approvers_.insert(vote.by);
    const bool identity = type != nullptr && type->category == "account";
    if (step.reversibility >= Reversibility::R3 && (moves_money(action, type) || identity))
      require(2);
    if (step.reversibility >= Reversibility::R2) require(1);
    if (!action.executed_time || now_ - *action.executed_time >= kYoung) require(1);
  }

  /// Fills the fields that go back. False: in bulk, an action that others built on is left alone.
  bool restore(const ActionState& action, const ActionType& type, RollbackStep& step) {
    TicketState after = ticket(action.ticket);
    std::vector<LaterWriter> kept;
    bool status_known = false;
    for (const FieldWrite& write : action.writes) {
      if (write.entity.text != action.ticket.value()) continue;
      if (write.field.text == "status") {
        status_known = true;
        if (customer_reopened(action, after)) continue;
      }
      put_back(action, write.field, write.before, after, step, kept);
    }
    const bool writes_status =
        std::find(type.writes.begin(), type.writes.end(), "status") != type.writes.end();
    // Without a recorded state before, a ticket that was resolved is work in progress again.
    if (writes_status && !status_known && !unresolved(after.status))
      put_back(action, "status", Clear(word(TicketStatus::open)), after, step, kept);
    const bool careful = target_.bulk && target_.mode == RollbackMode::restrict_;
    if (careful && (!kept.empty() || depends_on_.contains(action.action))) {
      const std::string_view code = kept.empty() ? "dependents" : "later_writers";
      lists().skipped.push_back({action.action, action.ticket, code});
      return false;
    }
    if (!kept.empty()) step.kept.emplace();
    for (const LaterWriter& writer : kept) step.kept->push_back(writer.field);
    lists().conflicts.insert(lists().conflicts.end(), kept.begin(), kept.end());
    ticket(action.ticket) = std::move(after);
    return true;
  }

  void put_back(const ActionState& action, const Clear& field, std::optional<Clear> before,
                TicketState& ticket, RollbackStep& step, std::vector<LaterWriter>& kept) const {
    if (!is_last_writer(ticket, action, field.text)) {
      const FieldWriter& last = find_field(ticket, field.text)->last;
      kept.push_back(
          {field, last.position, last.actor, last.actor_type, last.type, several_tickets()});
      if (kept.back().ticket) kept.back().ticket = action.ticket;
      return;
    }
    FieldWrite write;
    write.entity = action.ticket.value();
    write.field = field;
    write.before = field_value(ticket, field.text);
    write.after = std::move(before);
    put_field_back(ticket, write);
    step.writes.push_back(std::move(write));
  }

  /// Only then a conflict says which ticket it is about.
  std::optional<TicketId> several_tickets() const {
    return target_.one_action ? std::nullopt : std::optional(TicketId());
  }

  /// The customer said no to this very resolution and the ticket is open again: that part of the
  /// action has been undone, by the one person who may not be overwritten.
  bool customer_reopened(const ActionState& action, const TicketState& ticket) const {
    if (!action.resolution || !unresolved(ticket.status)) return false;
    const ResolutionState* resolution = state_.resolutions.find(*action.resolution);
    return resolution != nullptr && resolution->confirmed == false;
  }

  State& state_;
  const PlanTarget& target_;
  const Timestamp now_;
  RollbackPlan plan_;
  std::vector<ActionId> chosen_;
  std::map<ActionId, ActionState> actions_;
  std::map<ActionId, ActionId> depends_on_;  ///< One dependent of each that has some.
  std::map<TicketId, TicketState> tickets_;  ///< As they will be after the steps so far.
  std::map<TicketId, std::int64_t> last_step_;
  std::set<SubjectId> customers_;
  std::set<PrincipalId> approvers_;
  std::map<std::string, std::int64_t> money_;
};

}  // namespace

RollbackPlan plan_rollback(State& state, const PlanTarget& target, Timestamp now) {
  return Planner(state, target, now).run();
}

Hash plan_digest(RollbackMode mode, const PlanLists& lists) {
  return sha256({word(mode), "\n", to_json(lists)});
}

std::optional<Clear> field_value(const TicketState& ticket, std::string_view field) {
  if (field == "status") return Clear(word(ticket.status));
  if (field == "handler") return Clear(word(ticket.handler));
  if (field == "assignee" && ticket.assignee) return Clear(ticket.assignee->value());
  if (field == "team") return ticket.team;
  return std::nullopt;
}

void set_field_value(TicketState& ticket, std::string_view field,
                     const std::optional<Clear>& value) {
  const std::string text = value ? value->text : std::string();
  if (field == "status") ticket.status = from_word<TicketStatus>(text).value_or(TicketStatus::open);
  if (field == "handler")
    ticket.handler = from_word<TicketHandler>(text).value_or(TicketHandler::none);
  if (field == "assignee")
    ticket.assignee = value ? std::optional(PrincipalId(text)) : std::nullopt;
  if (field == "team") ticket.team = value;
}

bool is_last_writer(const TicketState& ticket, const ActionState& action, std::string_view field) {
  const FieldState* state = find_field(ticket, field);
  return state == nullptr || state->last.action == action.action ||
         state->last.position <= action.proposed_at;
}

void put_field_back(TicketState& ticket, const FieldWrite& write) {
  set_field_value(ticket, write.field.text, write.after);
  for (FieldState& field : ticket.fields) {
    if (field.field != write.field || take_last_writer_off(field, write.after)) continue;
    // The rollback's own write stays the last one: nothing older may go over it.
    field.earlier.push_back(std::move(field.last));
    field.last = {};
    field.last.value = write.after;
    field.last.position = kMaxSafeInteger;
  }
}

}  // namespace recourse
