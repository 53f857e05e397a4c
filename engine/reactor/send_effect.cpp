#include "engine/reactor/send_effect.h"

#include "engine/decision/timers.h"
#include "engine/writer/decision_state.h"
#include "projections/row_codec.h"

namespace recourse {
namespace {

/// For the provider's answer to become a report, before the lease is lost.
constexpr std::int64_t kTimeToReport_s = 10;

Principal outbox_principal() {
  return {PrincipalId("sys_outbox"), ActorType::system, Role::admin, {}};
}

template <class Row>
Result<Row> state_row(Writer& writer, LedgerId ledger, const std::string& key) {
  RECOURSE_LET(const std::string json, writer.views().row(kDecisionState, ledger, key));
  Row row;
  if (!decode_row(json, row)) return Error{ErrorCode::corrupt, key + " cannot be read: rebuild"};
  return row;
}

/// One effect on its way.
class Sending {
 public:
  Sending(const EffectSender& by, const TenantId& tenant, LedgerId ledger,
          const ConnectorState& connector)
      : writer_(by.writer), tools_(by.tools), committed_(by.committed), ledger_(ledger) {
    call_.tenant = tenant;
    call_.connector = connector;
  }

  Status send(const ActionState& action, const std::string& name) {
    about(action);
    LeaseAction lease;
    lease.action = action.action;
    lease.connector = call_.connector.connector.text;
    lease.lease_s = call_.connector.timeout_s + kTimeToReport_s;
    RECOURSE_LET(const Committed done, give(std::move(lease), name));
    if (done.repeated) return {};  // By whoever asked before; the lease tells what became of it.
    const EffectDispatched* dispatched = nullptr;
    for (const RecordedEvent& event : done.events)
      if (const auto* found = get_if<EffectDispatched>(&event.data)) dispatched = found;
    if (dispatched == nullptr) return {};
    call_.provider_key = dispatched->provider_key.value_or("").text;
    call_.attempt = dispatched->attempt;
    RECOURSE_LET(call_.args_json, args_of(action));
    ReportAction report = report_of(tools_.run(call_));
    report.lease = dispatched->lease;
    return give_report(std::move(report), call_.provider_key + "/report");
  }

  Status undo(const StepState& step, const RollbackId& rollback, std::int64_t number,
              const ActionState& action, const std::string& name) {
    LeaseStep lease;
    lease.rollback = rollback;
    lease.step = number;
    lease.connector = call_.connector.connector.text;
    lease.lease_s = call_.connector.timeout_s + kTimeToReport_s;
    RECOURSE_LET(const Committed done, give(std::move(lease), name));
    if (done.repeated) return {};
    const CompensationStarted* started = nullptr;
    for (const RecordedEvent& event : done.events)
      if (const auto* found = get_if<CompensationStarted>(&event.data)) started = found;
    if (started == nullptr || !started->lease) return {};
    about_step(step, rollback, number, started->attempt.value_or(1), action);
    RECOURSE_LET(call_.args_json, args_of(action));
    ReportStep report = report_of_step(rollback, number, tools_.run(call_));
    report.lease = started->lease;
    return give_report(std::move(report), call_.provider_key + "/report");
  }

  Status look_up(const ActionState& action, const std::string& name) {
    about(action);
    call_.attempt = action.attempts;
    call_.provider_key = action.action.value() + "." + std::to_string(action.attempts);
    return give_report(report_of(tools_.look_up(call_)), name);
  }

  Status look_up_step(const StepState& step, const RollbackId& rollback, std::int64_t number,
                      const ActionState& action, const std::string& name) {
    about_step(step, rollback, number, step.attempts, action);
    return give_report(report_of_step(rollback, number, tools_.look_up(call_)), name);
  }

 private:
  void about(const ActionState& action) {
    call_.action = action.action;
    call_.ticket = action.ticket;
    call_.type = action.type.text;
    call_.approval = action.approval;
  }

  void about_step(const StepState& step, const RollbackId& rollback, std::int64_t number,
                  std::int64_t attempt, const ActionState& action) {
    about(action);
    call_.type = step.plan.compensation.value_or(action.type).text;
    call_.attempt = attempt;
    call_.provider_key = step_key(rollback, number) + '.' + std::to_string(attempt);
    call_.undoes = action.action;
    call_.approval.reset();  // It was for the action.
  }

  /// `args` is the first sealed member of action.proposed. The lease was given for these very
  /// bytes: the decision had them open.
  Result<std::string> args_of(const ActionState& action) {
    RECOURSE_LET(
        OpenedValue opened,
        writer_.ledger().open_value(ledger_, action.ticket.value(),
                                    Position(static_cast<std::uint64_t>(action.proposed_at)), 0));
    if (opened.commitment != action.args_commitment)
      return Error{ErrorCode::corrupt, "the arguments are not those that were proposed"};
    return std::move(opened.json);
  }

  ReportAction report_of(ToolAnswer answer) const {
    ReportAction report;
    report.action = call_.action;
    report.outcome = answer.outcome;
    report.provider_ref = std::move(answer.provider_ref);
    report.result_json = std::move(answer.result_json);
    report.code = std::move(answer.code);
    report.retryable = answer.retryable;
    report.retry_after_s = answer.retry_after_s;
    return report;
  }

  static ReportStep report_of_step(const RollbackId& rollback, std::int64_t number,
                                   ToolAnswer answer) {
    ReportStep report;
    report.rollback = rollback;
    report.step = number;
    report.outcome = answer.outcome;
    report.provider_ref = std::move(answer.provider_ref);
    report.result_json = std::move(answer.result_json);
    report.code = std::move(answer.code);
    report.retryable = answer.retryable;
    return report;
  }

  Outcome give(Command command, const std::string& key) {
    WriteRequest request = command_request(call_.tenant, outbox_principal(), std::move(command));
    request.idempotency_key = request.fingerprint = key;
    Outcome done = writer_.handle(std::move(request));
    if (done && !done->repeated && committed_) committed_(*done);
    return done;
  }

  template <class Report>
  Status give_report(Report report, const std::string& key) {
    const Outcome done = give(std::move(report), key);
    return done ? Status() : done.error();
  }

  Writer& writer_;
  ToolPort& tools_;
  const std::function<void(const Committed&)>& committed_;
  const LedgerId ledger_;
  ToolCall call_;
};

/// <rollback>/<6 digits>, see step_key(); nothing for an action.
std::optional<std::pair<RollbackId, std::int64_t>> step_in(const std::string& id) {
  const auto slash = id.find('/');
  if (slash == std::string::npos) return std::nullopt;
  return std::pair(RollbackId(id.substr(0, slash)), std::stoll(id.substr(slash + 1)));
}

}  // namespace

Status send_effect(const EffectSender& by, const TenantId& tenant, LedgerId ledger,
                   const ConnectorState& connector, const TimerState& timer) {
  Writer& writer = by.writer;
  const std::string name = due_key(timer);
  const auto row = writer.views().row(kDecisionState, ledger, "due/" + name);
  if (!row) return row.error().code == ErrorCode::not_found ? Status() : row.error();
  Sending sending(by, tenant, ledger, connector);
  if (const auto place = step_in(timer.id.text)) {
    RECOURSE_LET(const StepState step,
                 state_row<StepState>(writer, ledger, "step/" + timer.id.text));
    RECOURSE_LET(const ActionState action,
                 state_row<ActionState>(writer, ledger, "action/" + step.plan.action.value()));
    return timer.kind == TimerKind::dispatch
               ? sending.undo(step, place->first, place->second, action, name)
               : sending.look_up_step(step, place->first, place->second, action, name);
  }
  RECOURSE_LET(const ActionState action,
               state_row<ActionState>(writer, ledger, "action/" + timer.id.text));
  return timer.kind == TimerKind::dispatch ? sending.send(action, name)
                                           : sending.look_up(action, name);
}

}  // namespace recourse
