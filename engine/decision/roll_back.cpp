#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/decision/decisions.h"
#include "engine/event/describe.h"
#include "engine/event/rollback_events.h"

namespace recourse {
namespace {

std::optional<Clear> current(const TicketState& ticket, std::string_view field) {
  if (field == "status") return Clear(word(ticket.status));
  if (field == "handler") return Clear(word(ticket.handler));
  if (field == "assignee" && ticket.assignee) return Clear(ticket.assignee->value());
  if (field == "team") return ticket.team;
  return std::nullopt;
}

bool unresolved(TicketStatus status) {
  return status != TicketStatus::resolved && status != TicketStatus::closed &&
         status != TicketStatus::merged;
}

class Rollback {
 public:
  Rollback(Draft& draft, const RollBack& command, const ActionState& action)
      : draft_(draft), command_(command), action_(action), id_(draft.make<RollbackId>("rbk_")) {}

  void run() {
    RollbackRequested requested;
    requested.rollback = id_;
    requested.action = action_.action;
    requested.ticket = action_.ticket;
    requested.mode = command_.mode;
    requested.reason_code = command_.reason_code;
    requested.reason = draft_.seal_given(command_.reason);
    add(std::move(requested));
    if (const auto code = why_not()) return refuse(*code, {});
    plan();
    std::vector<LaterWriter> later = later_writers();
    if (!later.empty()) return refuse("later_writers", std::move(later));
    carry_out();
  }

 private:
  template <class Event>
  void add(Event event) {
    draft_.add(id_.value(), std::move(event));
  }

  void refuse(std::string_view code, std::vector<LaterWriter> later) {
    add(RollbackRefused{id_, action_.action, action_.ticket, code, std::move(later)});
  }

  std::optional<std::string_view> why_not() const {
    switch (action_.status) {
      case ActionStatus::succeeded:
        break;
      case ActionStatus::rolled_back:
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
    const ActionType* type = find_action_type(action_.type.text);
    if (type == nullptr) return "no_inverse";
    if (type->effect == ActionEffect::read || type->effect == ActionEffect::none)
      return "nothing_to_undo";
    if (type->inverse == "none") return "no_inverse";
    if (type->executor != Executor::internal) return "no_executor";
    return std::nullopt;
  }

  /// The ticket's fields that go back, with what they hold now and what they held before.
  void plan() {
    bool status_known = false;
    for (const FieldWrite& write : action_.writes) {
      if (write.entity.text != action_.ticket.value()) continue;
      if (write.field.text == "status") {
        status_known = true;
        if (customer_reopened()) continue;
      }
      put_back(write.field, write.before);
    }
    const ActionType* type = find_action_type(action_.type.text);
    const auto& fields = type->writes;
    const bool wrote_status = std::find(fields.begin(), fields.end(), "status") != fields.end();
    // Without a recorded state before, a ticket that was resolved is work in progress again.
    if (wrote_status && !status_known && !unresolved(draft_.ticket.status))
      put_back("status", Clear(word(TicketStatus::open)));
  }

  /// The customer said no to this very resolution and the ticket is open again: that part of the
  /// action has been undone, by the one person who may not be overwritten.
  bool customer_reopened() const {
    if (!action_.resolution || !unresolved(draft_.ticket.status)) return false;
    const ResolutionState* resolution = draft_.state.resolutions.find(*action_.resolution);
    return resolution != nullptr && resolution->confirmed == false;
  }

  void put_back(const Clear& field, std::optional<Clear> before) {
    FieldWrite write;
    write.entity = action_.ticket.value();
    write.field = field;
    write.before = current(draft_.ticket, field.text);
    write.after = std::move(before);
    restored_.push_back(std::move(write));
  }

  std::vector<LaterWriter> later_writers() const {
    std::vector<LaterWriter> later;
    for (const FieldWrite& write : restored_) {
      for (const FieldState& field : draft_.ticket.fields) {
        if (field.field != write.field) continue;
        const FieldWriter& last = field.last;
        if (last.action == action_.action || last.position <= action_.proposed_at) continue;
        later.push_back({field.field, last.position, last.actor, last.actor_type, last.type});
      }
    }
    return later;
  }

  void carry_out() {
    RollbackPlanned planned;
    planned.rollback = id_;
    planned.action = action_.action;
    planned.ticket = action_.ticket;
    planned.base_position = draft_.ticket.last_position;
    planned.steps = {{action_.action, "restore", Reversibility::R1, restored_}};
    planned.plan_digest = sha256(to_json(planned.steps));
    add(std::move(planned));
    add(RollbackStarted{id_, action_.action, action_.ticket});
    add(CompensationStarted{id_, action_.action, action_.ticket, 0});
    restore_fields();
    cancel_followups(draft_, action_.followups, "rollback");
    void_resolution();
    add(CompensationSucceeded{id_, action_.action, action_.ticket, 0, restored_});
    explain();
    add(RollbackCompleted{id_, action_.action, action_.ticket});
  }

  void restore_fields() {
    std::optional<PrincipalId> assignee = draft_.ticket.assignee;
    std::optional<Clear> team = draft_.ticket.team;
    for (const FieldWrite& write : restored_) {
      const std::string& field = write.field.text;
      if (field == "status") {
        const auto before = from_word<TicketStatus>(write.after ? write.after->text : "open");
        change_status(draft_, before.value_or(TicketStatus::open), "rollback", {{}, id_});
      } else if (field == "handler") {
        const auto before = from_word<TicketHandler>(write.after ? write.after->text : "none");
        TicketHandlerChanged changed{action_.ticket, draft_.ticket.handler,
                                     before.value_or(TicketHandler::none), id_};
        draft_.ticket.handler = changed.to;
        draft_.add(action_.ticket.value(), std::move(changed));
      } else if (field == "assignee") {
        assignee = write.after ? std::optional(PrincipalId(write.after->text)) : std::nullopt;
      } else if (field == "team") {
        team = write.after;
      }
    }
    if (assignee != draft_.ticket.assignee || team != draft_.ticket.team)
      assign(draft_, std::move(assignee), std::move(team), {{}, id_});
  }

  void void_resolution() {
    if (!action_.resolution) return;
    draft_.add(action_.resolution->value(),
               ResolutionVoided{*action_.resolution, action_.ticket, id_});
  }

  void explain() {
    TicketNoted noted;
    noted.ticket = action_.ticket;
    noted.message = draft_.make<MessageId>("msg_");
    noted.reason_code = "rollback";
    noted.body = draft_.seal(action_.type.text + " was rolled back. Reason: " +
                             command_.reason.value_or("Manual rollback"));
    noted.rollback = id_;
    draft_.add(action_.ticket.value(), std::move(noted));
  }

  Draft& draft_;
  const RollBack& command_;
  const ActionState& action_;
  const RollbackId id_;
  std::vector<FieldWrite> restored_;
};

}  // namespace

Decision roll_back(State& state, const RollBack& command, const DecisionContext& context) {
  const ActionState* found = state.actions.find(command.action);
  if (found == nullptr || found->next_version == 0)
    return not_found("action", command.action.value());
  if (command.mode != RollbackMode::restrict_)
    return Error{ErrorCode::unsupported, "rollbacks are made in the mode restrict"};
  const ActionState action = *found;
  RECOURSE_LET(Draft draft, draft_for(state, action.ticket, context));
  Rollback(draft, command, action).run();
  return std::move(draft.events);
}

}  // namespace recourse
