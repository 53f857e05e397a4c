#include <algorithm>

#include "engine/decision/backoff.h"
#include "engine/decision/ballot.h"
#include "engine/decision/carry_out_rollback.h"
#include "engine/decision/decisions.h"
#include "engine/decision/outbox.h"
#include "engine/event/bind.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

constexpr std::int64_t kMostAttempts = 5;
constexpr auto kWaiverTtl = std::chrono::minutes(60);

/// One step of a rollback that is under way.
struct Found {
  RollbackState rollback;
  StepState step;
};

Result<Found> find_step(State& state, const RollbackId& id, std::int64_t number) {
  const RollbackState* rollback = state.rollbacks.find(id);
  if (rollback == nullptr || rollback->next_version == 0) return not_found("rollback", id.value());
  if (number < 0 || number >= rollback->steps)
    return not_found("step", std::to_string(number) + " of " + id.value());
  Found found{*rollback, {}};
  if (const StepState* step = state.steps.find(step_key(id, number))) found.step = *step;
  return found;
}

Status check_running(const Found& found) {
  const RollbackStatus status = found.rollback.status;
  if (status == RollbackStatus::started || status == RollbackStatus::stuck) return {};
  return conflict("the rollback is " + std::string(word(status)));
}

/// The steps of one ticket are undone in their order.
Status check_turn(RollbackRun& run, const StepState& step) {
  if (!step.plan.after || run.is_ended(*step.plan.after)) return {};
  return conflict("step " + std::to_string(*step.plan.after) + " comes first");
}

/// Rollbacks overlap: another one may have undone the action since this one was planned, or be at
/// it. What is undone is undone once.
Status check_not_undone(State& state, const Found& found) {
  const ActionState* action = state.actions.find(found.step.plan.action);
  if (action == nullptr) return {};
  if (was_undone(action->status))
    return conflict((action->rollback ? action->rollback->value() : "another rollback") +
                    " has undone the action: skip the step");
  if (action->status == ActionStatus::rollback_pending &&
      action->rollback != found.rollback.rollback)
    return conflict(action->rollback->value() + " is undoing the action: wait for it");
  return {};
}

std::string state_of(const StepState& step) {
  return "the step is " + std::string(word(step.status));
}

std::optional<Sealed> seal_result(const Draft& draft, const std::optional<std::string>& json) {
  return json ? std::optional(seal_json(*json, draft.subjects())) : std::nullopt;
}

void fail(RollbackRun& run, std::int64_t number, const ReportStep& report, std::int64_t attempt,
          bool may_retry) {
  Draft& draft = run.about_step(number);
  const RollbackStep plan = run.step(number).plan;
  CompensationFailed failed;
  failed.rollback = run.rollback().rollback;
  failed.action = plan.action;
  failed.ticket = plan.ticket;
  failed.step = number;
  failed.code = report.code.value_or("failed");
  failed.retryable = report.retryable;
  failed.attempt = attempt;
  failed.result = seal_result(draft, report.result_json);
  const bool again = may_retry && report.retryable && attempt < kMostAttempts;
  if (again) failed.retry_at = draft.context.now + backoff(draft.context.random, attempt);
  const std::string code = failed.code.text;
  run.add(std::move(failed));
  if (!again) run.get_stuck(number, code);
}

/// It may have happened. Its connector looks it up, or people are told to.
void lose(RollbackRun& run, std::int64_t number, std::string_view cause, std::int64_t look_ups) {
  const RollbackStep plan = run.step(number).plan;
  const Draft& draft = run.about_step(number);
  CompensationOutcomeUnknown unknown{run.rollback().rollback, plan.action, plan.ticket, number,
                                     cause};
  unknown.look_up_at = next_look_up(draft, plan.connector, look_ups);
  const bool looked_up = unknown.look_up_at.has_value();
  run.add(std::move(unknown));
  if (!looked_up) run.get_stuck(number, "outcome_unknown");
}

/// The connector that made the call asked what became of it.
bool is_look_up(const StepState& step, const Principal& by) {
  return by.kind == ActorType::system && step.look_up_at.has_value();
}

Status check_report(const ReportStep& command, const Found& found, const Principal& by) {
  if (command.provider_ref && !is_code(*command.provider_ref))
    return invalid("provider_ref: 1 to 128 of A-Za-z0-9_.:/-");
  if (command.code && !is_code(*command.code)) return invalid("code: 1 to 128 of A-Za-z0-9_.:/-");
  const bool late = found.step.status == StepStatus::outcome_unknown;
  if (!late && found.step.status != StepStatus::started)
    return conflict(state_of(found.step) + ": there is nothing to report");
  if (late && is_look_up(found.step, by)) return {};
  if (late) {
    // The lease is gone; a person finds out what became of it.
    const bool person = by.kind == ActorType::human && by.role != Role::agent;
    if (!person) return conflict("the lease was lost: a person says what became of it");
    if (command.outcome == EffectOutcome::unknown)
      return conflict("that the outcome is unknown is recorded already");
    return {};
  }
  if (!command.lease) return Error{ErrorCode::precondition_missing, "a report quotes its lease"};
  if (!found.step.lease || *command.lease != *found.step.lease)
    return conflict("the lease is not the one of this step");
  return {};
}

/// What a connector runs nobody else takes, as long as there is the connector.
Status check_taker(State& state, const LeaseStep& command, const StepState& step,
                   const Principal& by) {
  const ConnectorState* const connector =
      step.plan.connector ? state.connectors.find(step.plan.connector->text) : nullptr;
  if (connector == nullptr && command.connector) return conflict("no connector runs this step");
  if (connector == nullptr) return {};
  if (by.kind == ActorType::system && command.connector == connector->connector.text) return {};
  return conflict("the connector " + connector->connector.text + " runs this step");
}

}  // namespace

Decision lease_step(State& state, const LeaseStep& command, const DecisionContext& context) {
  RECOURSE_LET(const Found found, find_step(state, command.rollback, command.step));
  RECOURSE_TRY(check_running(found));
  if (command.lease_s < 1 || command.lease_s > 3600) return invalid("lease_s is from 1 to 3600");
  const StepState& step = found.step;
  if (step.plan.executor.text != "client") return conflict("no client executes this step");
  RECOURSE_TRY(check_taker(state, command, step, context.principal));
  RollbackRun run(state, context, found.rollback);
  run.about_step(command.step);
  const Timestamp until = context.now + std::chrono::seconds(command.lease_s);
  const RollbackId& id = command.rollback;
  if (command.lease) {
    if (step.status != StepStatus::started || step.lease != command.lease)
      return conflict("the lease is not the one of this step");
    if (step.lease_until && context.now >= *step.lease_until)
      return conflict("the lease has run out");
    run.add(CompensationHeartbeat{id, step.plan.action, step.plan.ticket, command.step,
                                  *command.lease, until});
    return std::move(run).events();
  }
  const bool waits = step.status == StepStatus::planned ||
                     (step.status == StepStatus::failed && step.retry_at.has_value());
  if (!waits) return conflict(state_of(step));
  if (found.rollback.paused) return conflict("the rollback is paused");
  if (step.retry_at && context.now < *step.retry_at)
    return conflict("the next attempt is at " + to_rfc3339(*step.retry_at));
  RECOURSE_TRY(check_turn(run, step));
  const ActionState* action = state.actions.find(step.plan.action);
  const bool ran = action != nullptr &&
                   (action->status == ActionStatus::succeeded ||
                    action->status == ActionStatus::rollback_failed || action->rollback == id);
  if (!ran) return conflict("the action is no longer there to be undone");
  const std::int64_t attempt = step.attempts + 1;
  CompensationStarted started{id, step.plan.action, step.plan.ticket, command.step};
  started.attempt = attempt;
  if (!context.action_args) {
    // Nothing is left that could be handed over.
    run.add(std::move(started));
    ReportStep erased;
    erased.code = "erased";
    fail(run, command.step, erased, attempt, false);
    return std::move(run).events();
  }
  started.lease = run.about_step(command.step).make<LeaseId>("lse_");
  started.lease_until = until;
  run.add(std::move(started));
  return std::move(run).events();
}

Decision report_step(State& state, const ReportStep& command, const DecisionContext& context) {
  RECOURSE_LET(const Found found, find_step(state, command.rollback, command.step));
  RECOURSE_TRY(check_running(found));
  RECOURSE_TRY(check_report(command, found, context.principal));
  RollbackRun run(state, context, found.rollback);
  const bool late = found.step.status == StepStatus::outcome_unknown;
  if (command.outcome == EffectOutcome::failed) {
    fail(run, command.step, command, found.step.attempts, !late);
  } else if (command.outcome == EffectOutcome::unknown) {
    if (late) lose(run, command.step, "looked_up", found.step.look_ups + 1);
    if (!late) lose(run, command.step, command.code.value_or("reported_unknown"), 0);
  } else {
    RECOURSE_TRY(check_not_undone(state, found));
    Draft& draft = run.about_step(command.step);
    CompensationSucceeded done{
        command.rollback, found.step.plan.action, found.step.plan.ticket, command.step, {}};
    if (command.provider_ref) done.provider_ref = *command.provider_ref;
    done.result = seal_result(draft, command.result_json);
    run.add(std::move(done));
    run.undone(command.step);
    run.end_step(command.step, StepStatus::succeeded, "undone");
    run.walk(kStepsAtOnce);
  }
  return std::move(run).events();
}

Decision expire_step_lease(State& state, const ExpireStepLease& command,
                           const DecisionContext& context) {
  RECOURSE_LET(const Found found, find_step(state, command.rollback, command.step));
  if (found.step.status != StepStatus::started || !found.step.lease_until)
    return conflict("no lease is out for this step");
  if (context.now < *found.step.lease_until) return conflict("the lease still runs");
  RollbackRun run(state, context, found.rollback);
  // Lost is not failed: the compensation may have happened.
  lose(run, command.step, "lease_lost", 0);
  return std::move(run).events();
}

Decision retry_step(State& state, const RetryStep& command, const DecisionContext& context) {
  RECOURSE_LET(const Found found, find_step(state, command.rollback, command.step));
  RECOURSE_TRY(check_running(found));
  if (found.step.status == StepStatus::outcome_unknown)
    return conflict("find out first, and report what became of it");
  if (found.step.status != StepStatus::failed) return conflict(state_of(found.step));
  RollbackRun run(state, context, found.rollback);
  run.about_step(command.step);
  run.add(CompensationRetried{command.rollback, found.step.plan.action, found.step.plan.ticket,
                              command.step});
  return std::move(run).events();
}

Decision skip_step(State& state, const SkipStep& command, const DecisionContext& context) {
  RECOURSE_LET(const Found found, find_step(state, command.rollback, command.step));
  RECOURSE_TRY(check_running(found));
  if (command.reason.value_or("").empty()) return invalid("a waiver has a reason");
  const StepState& step = found.step;
  const bool waits = step.status == StepStatus::failed ||
                     step.status == StepStatus::outcome_unknown ||
                     (step.status == StepStatus::planned && step.plan.executor.text != "internal");
  if (!waits) return conflict(state_of(step));
  if (step.waiver) return conflict("a waiver is asked for already");
  RollbackRun run(state, context, found.rollback);
  RECOURSE_TRY(check_turn(run, step));
  Draft& draft = run.about_step(command.step);
  ApprovalRequested asked;
  asked.approval = draft.make<ApprovalId>("apr_");
  asked.ticket = step.plan.ticket;
  asked.rollback = command.rollback;
  asked.step = command.step;
  asked.args_commitment = found.rollback.plan_digest;
  asked.render_digest = rollback_approval_digest(asked.approval, command.rollback, command.step,
                                                 found.rollback.plan_digest);
  asked.roles = {Clear(word(Role::manager)), Clear(word(Role::admin))};
  asked.excluded = {context.principal.id};
  asked.expires_at = context.now + kWaiverTtl;
  asked.escalate_at = half_time(context.now, asked.expires_at);
  asked.escalate_to = admins_only();
  TicketNoted noted;
  noted.ticket = step.plan.ticket;
  noted.message = draft.make<MessageId>("msg_");
  noted.reason_code = "waiver";
  noted.body = draft.seal(*command.reason);
  noted.rollback = command.rollback;
  draft.add(asked.approval.value(), std::move(asked));
  draft.add(step.plan.ticket.value(), std::move(noted));
  return std::move(run).events();
}

Decision record_step(State& state, const RecordStep& command, const DecisionContext& context) {
  RECOURSE_LET(const Found found, find_step(state, command.rollback, command.step));
  RECOURSE_TRY(check_running(found));
  const StepState& step = found.step;
  const bool waits = step.status == StepStatus::failed ||
                     step.status == StepStatus::outcome_unknown ||
                     (step.status == StepStatus::planned && step.plan.executor.text != "internal");
  if (!waits) return conflict(state_of(step));
  RECOURSE_TRY(check_not_undone(state, found));
  RollbackRun run(state, context, found.rollback);
  RECOURSE_TRY(check_turn(run, step));
  Draft& draft = run.about_step(command.step);
  CompensationRecordedManually recorded;
  const auto evidence = from_hex(command.evidence_sha256);
  if (!evidence || evidence->size() != recorded.evidence_sha256.size())
    return invalid("evidence_sha256: 64 hexadecimal digits");
  std::copy(evidence->begin(), evidence->end(), recorded.evidence_sha256.begin());
  recorded.rollback = command.rollback;
  recorded.action = step.plan.action;
  recorded.ticket = step.plan.ticket;
  recorded.step = command.step;
  recorded.by = context.principal.id;
  recorded.note = draft.seal_given(command.note);
  run.add(std::move(recorded));
  run.undone(command.step);
  run.end_step(command.step, StepStatus::recorded_manually, "recorded_manually");
  run.walk(kStepsAtOnce);
  return std::move(run).events();
}

Decision close_incident(State& state, const CloseIncident& command,
                        const DecisionContext& context) {
  const IncidentState* found = state.incidents.find(command.incident);
  if (found == nullptr || found->next_version == 0)
    return not_found("incident", command.incident.value());
  const IncidentState incident = *found;
  if (!incident.open) return conflict("the incident is closed");
  if (!is_code(command.resolution)) return invalid("resolution: 1 to 128 of A-Za-z0-9_.:/-");
  if (incident.kind == IncidentKind::rollback_stuck)
    return conflict("decide what becomes of the step, and the incident closes");
  if (incident.kind == IncidentKind::outcome_unknown)
    return conflict("report what became of the effect, and the incident closes");
  if (incident.kind == IncidentKind::declared && incident.stage != IncidentStage::reviewed)
    return conflict("record incident.progressed with the stage reviewed and its root cause first");
  Draft draft{state, context, {}};
  if (const TicketState* ticket = incident.ticket ? state.tickets.find(*incident.ticket) : nullptr)
    draft.ticket = *ticket;
  draft.add(incident.incident.value(),
            IncidentClosed{incident.incident, incident.rollback, incident.ticket,
                           command.resolution, draft.seal_given(command.reason)});
  const RollbackState* rollback =
      incident.rollback ? state.rollbacks.find(*incident.rollback) : nullptr;
  if (rollback != nullptr && rollback->status == RollbackStatus::remediation)
    draft.add(rollback->rollback.value(),
              RollbackCompleted{rollback->rollback, rollback->action, rollback->ticket});
  return std::move(draft.events);
}

}  // namespace recourse
