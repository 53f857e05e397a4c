#include "engine/decision/decisions.h"
#include "engine/decision/followups.h"

namespace recourse {
namespace {

/// Runs one action and notes every field of the ticket that it changes.
class Execution {
 public:
  Execution(Draft& draft, const ActionState& action, const Json& args, const Policy& policy)
      : draft_(draft), action_(action), args_(args), policy_(policy) {}

  std::vector<FieldWrite> run(std::string_view type) {
    if (type == "AUTO_RESOLVE") auto_resolve();
    if (type == "ESCALATE" || type == "escalate_to_human") escalate();
    if (type == "ASSIGN_TO_TEAM") assign_to_team();
    if (type == "SCHEDULE_FOLLOWUP") follow_up_later();
    if (type == "REQUEST_CLARIFICATION") request_clarification();
    return std::move(writes_);
  }

 private:
  std::optional<std::string> text(std::string_view name) const {
    const Json* value = args_.find(name);
    if (value == nullptr || value->string() == nullptr || value->string()->empty())
      return std::nullopt;
    return *value->string();
  }

  /// One step a line.
  std::optional<std::string> steps() const {
    const Json* value = args_.find("resolution_steps");
    if (value == nullptr || !value->is_array()) return text("resolution_steps");
    std::string lines;
    for (const Json& step : *value->elements()) {
      if (!lines.empty()) lines += '\n';
      lines += *step.string();
    }
    return lines.empty() ? std::nullopt : std::optional(lines);
  }

  void wrote(std::string_view field, std::optional<Clear> before, std::optional<Clear> after) {
    if (before == after) return;
    FieldWrite write;
    write.entity = action_.ticket.value();
    write.field = field;
    write.before = std::move(before);
    write.after = std::move(after);
    writes_.push_back(std::move(write));
  }

  void set_status(TicketStatus to, std::string_view reason_code) {
    const TicketStatus from = draft_.ticket.status;
    if (from == to) return;
    change_status(draft_, to, reason_code, {action_.action, {}});
    wrote("status", Clear(word(from)), Clear(word(to)));
  }

  void send(std::string_view body) {
    MessageSent sent;
    sent.ticket = action_.ticket;
    sent.message = draft_.make<MessageId>("msg_");
    sent.channel = draft_.ticket.channel;
    sent.kind = MessageKind::agent_response;
    sent.body = draft_.seal(body);
    sent.action = action_.action;
    sent.run = action_.run;
    draft_.add(action_.ticket.value(), std::move(sent));
  }

  void auto_resolve() {
    const std::string said = steps().value_or("No steps provided");
    send(said);
    set_status(TicketStatus::resolved, "auto_resolve");
    ResolutionAsserted asserted;
    asserted.resolution = draft_.make<ResolutionId>("res_");
    asserted.ticket = action_.ticket;
    asserted.action = action_.action;
    asserted.action_type = action_.type;
    asserted.steps = draft_.seal(said);
    asserted.close_at = closing_time(policy_, draft_.context.now);
    const ResolutionId resolution = asserted.resolution;
    draft_.add(resolution.value(), std::move(asserted));
    follow_up_by_rule(draft_, policy_, resolution, action_.action);
  }

  void escalate() {
    TicketEscalated escalated;
    escalated.ticket = action_.ticket;
    escalated.reason_code = "agent_escalated";
    if (const auto team = text("team")) escalated.to_team = *team;
    escalated.prev_team = draft_.ticket.team;
    escalated.prev_handler = draft_.ticket.handler;
    escalated.suggested_action = draft_.seal_given(text("suggested_action"));
    escalated.handoff_summary = draft_.seal_given(text("reason"));
    escalated.action = action_.action;
    wrote("handler", Clear(word(draft_.ticket.handler)), Clear(word(TicketHandler::human)));
    if (escalated.to_team) wrote("team", draft_.ticket.team, escalated.to_team);
    draft_.ticket.handler = TicketHandler::human;
    if (escalated.to_team) draft_.ticket.team = escalated.to_team;
    draft_.add(action_.ticket.value(), std::move(escalated));
  }

  void assign_to_team() {
    std::optional<PrincipalId> assignee = draft_.ticket.assignee;
    std::optional<Clear> team = draft_.ticket.team;
    if (const auto named = text("assignee")) assignee = PrincipalId(*named);
    if (const auto named = text("team")) team = *named;
    if (assignee == draft_.ticket.assignee && team == draft_.ticket.team) return;
    const auto clear = [](const std::optional<PrincipalId>& id) {
      return id ? std::optional<Clear>(id->value()) : std::nullopt;
    };
    wrote("assignee", clear(draft_.ticket.assignee), clear(assignee));
    wrote("team", draft_.ticket.team, team);
    assign(draft_, std::move(assignee), std::move(team), {action_.action, {}});
  }

  void follow_up_later() {
    std::int64_t after_s = policy_.followup_after_s;
    if (const Json* hours = args_.find("delay_hours"); hours != nullptr && hours->is_integer())
      after_s = *hours->integer() * 3600;
    const Timestamp at = draft_.context.now + std::chrono::seconds(after_s);
    const FollowUpId id =
        schedule_followup(draft_, policy_, {draft_.ticket.last_resolution, action_.action, at});
    FieldWrite write;
    write.entity = id.value();
    write.field = "followup";
    write.after = "scheduled";
    writes_.push_back(std::move(write));
  }

  void request_clarification() {
    send(text("question").value_or("Could you tell us more about the problem?"));
    set_status(TicketStatus::pending, "clarification_requested");
  }

  Draft& draft_;
  const ActionState& action_;
  const Json& args_;
  const Policy& policy_;
  std::vector<FieldWrite> writes_;
};

}  // namespace

void execute_internally(Draft& draft, const ActionState& action, const ActionType& type,
                        const Json& args, const Policy& policy) {
  EffectDispatched dispatched;
  dispatched.action = action.action;
  dispatched.ticket = action.ticket;
  dispatched.connector = "internal";
  dispatched.attempt = action.attempts + 1;
  dispatched.args_commitment = action.args_commitment;
  draft.add(action.action.value(), std::move(dispatched));
  EffectConfirmed confirmed;
  confirmed.action = action.action;
  confirmed.ticket = action.ticket;
  confirmed.writes = Execution(draft, action, args, policy).run(type.name);
  draft.add(action.action.value(), std::move(confirmed));
}

}  // namespace recourse
