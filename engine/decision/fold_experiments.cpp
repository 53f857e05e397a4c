#include <algorithm>

#include "engine/decision/experiments.h"
#include "engine/decision/rollouts.h"

namespace recourse {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kStretches = 48;  ///< In a window.

ArmState& arm_in(ExperimentState& experiment, ExperimentArm arm) {
  return arm == ExperimentArm::control ? experiment.control : experiment.treatment;
}

/// The end of the stretch that `now` lies in, and a window more.
Timestamp settling(const ExperimentState& experiment, Timestamp now) {
  const std::int64_t stretch = std::max<std::int64_t>(experiment.window_s / kStretches, 1);
  const auto since = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  return Timestamp(seconds((since / stretch + 1) * stretch + experiment.window_s));
}

void settle(ExperimentState& experiment, Timestamp now) {
  std::erase_if(experiment.unsettled, [&](const ArmCohort& cohort) {
    if (cohort.settles_at > now) return false;
    ArmState& arm = arm_in(experiment, cohort.arm);
    arm.settled += cohort.tickets;
    arm.succeeded += cohort.tickets - cohort.bad;
    return true;
  });
}

ArmCohort* find_cohort(ExperimentState& experiment, ExperimentArm arm, Timestamp settles_at) {
  const auto found = std::find_if(
      experiment.unsettled.begin(), experiment.unsettled.end(),
      [&](const ArmCohort& one) { return one.arm == arm && one.settles_at == settles_at; });
  return found != experiment.unsettled.end() ? &*found : nullptr;
}

/// What ran first on the ticket puts it into a cohort; a mishap within its window spoils it.
void count_ticket(ExperimentState& experiment, ParticipantState& ticket,
                  const ActionOutcome& outcome, Timestamp now) {
  if (outcome.executed && !ticket.ran_at) {
    ticket.ran_at = now;
    ticket.settles_at = settling(experiment, now);
    ArmCohort* cohort = find_cohort(experiment, ticket.arm, *ticket.settles_at);
    if (cohort == nullptr) {
      experiment.unsettled.push_back({ticket.arm, *ticket.settles_at, 0, 0});
      cohort = &experiment.unsettled.back();
    }
    ++cohort->tickets;
  }
  const bool spoils = outcome.mishap && *outcome.mishap != Mishap::low_satisfaction;
  if (!spoils || ticket.bad || !ticket.ran_at ||
      now > *ticket.ran_at + seconds(experiment.window_s))
    return;
  ArmCohort* const cohort = find_cohort(experiment, ticket.arm, *ticket.settles_at);
  if (cohort == nullptr) return;
  ticket.bad = true;
  ++cohort->bad;
}

void count_action(RolloutStage& ran, const ActionState& action, const ActionOutcome& outcome) {
  if (outcome.executed) {
    ++ran.executed;
    if (action.confidence_ppm) {
      ++ran.confidences;
      ran.confidence_sum_ppm += *action.confidence_ppm;
    }
  }
  if (outcome.score) {
    ++ran.ratings;
    ran.rating_sum += *outcome.score;
  }
  const auto& before = action.mishaps;
  if (outcome.mishap && std::find(before.begin(), before.end(), *outcome.mishap) == before.end())
    ++*mishaps_in(ran, *outcome.mishap);
}

void start(State& state, const ExperimentStarted& started, Timestamp now) {
  state.tenant.change(TenantId()).experiments.push_back(started.key);
  ExperimentState& row = state.experiments.change(started.key.text);
  row.key = started.key;
  row.salt = started.salt;
  row.share_bp = started.share_bp;
  row.control_ppm = started.control_ppm;
  row.treatment_ppm = started.treatment_ppm;
  row.types = started.types;
  row.window_s = started.window_s;
  row.alpha_ppm = started.alpha_ppm;
  row.guardrails = started.guardrails;
  row.least = started.least;
  row.started_at = now;
  row.control.ran.since = row.treatment.ran.since = now;
}

void assign(State& state, const ExperimentAssigned& assigned, Timestamp now) {
  ParticipantState& ticket =
      state.participants.change(participant_key(assigned.key.text, assigned.ticket));
  ticket.arm = assigned.arm;
  ticket.bucket = assigned.bucket;
  ticket.assigned_at = now;
  ticket.action = assigned.action;
  ++arm_in(state.experiments.change(assigned.key.text), assigned.arm).tickets;
}

/// Whether the first action on a ticket needed a person is known with its first verdict.
void note_first_verdict(State& state, const PolicyDecided& decided) {
  if (decided.shadow || decided.at.text != "propose" || decided.outcome != PolicyOutcome::allow)
    return;
  const TenantState* const tenant = state.tenant.find(TenantId());
  if (tenant == nullptr || tenant->experiments.empty()) return;
  for (const Clear& name : std::vector(tenant->experiments)) {
    const ParticipantState* const ticket =
        state.participants.find(participant_key(name.text, decided.ticket));
    if (ticket == nullptr || ticket->action != decided.action) continue;
    const ExperimentArm arm = ticket->arm;
    ++arm_in(state.experiments.change(name.text), arm).alone;
  }
}

void conclude(State& state, const ExperimentConcluded& concluded, Timestamp now) {
  std::erase(state.tenant.change(TenantId()).experiments, concluded.key);
  ExperimentState& row = state.experiments.change(concluded.key.text);
  row.key = concluded.key;
  // The figures stay as they were: what comes later was not watched any more.
  settle(row, now);
  row.unsettled.clear();
  row.ended_at = now;
  row.verdict = concluded.verdict;
  row.ended_by = concluded.cause;
}

}  // namespace

void count_in_experiments(State& state, const ActionState& action, const ActionOutcome& outcome,
                          Timestamp now) {
  const TenantState* const tenant = state.tenant.find(TenantId());
  // What a person agreed to says nothing about what runs alone.
  if (tenant == nullptr || tenant->experiments.empty() || action.approval || !action.permitted_at)
    return;
  for (const Clear& name : std::vector(tenant->experiments)) {
    const std::string key = participant_key(name.text, action.ticket);
    const ParticipantState* const found = state.participants.find(key);
    if (found == nullptr || *action.permitted_at < found->assigned_at) continue;
    const ExperimentState* const row = state.experiments.find(name.text);
    if (row == nullptr || !is_tried(*row, action)) continue;
    ExperimentState& experiment = state.experiments.change(name.text);
    settle(experiment, now);
    ParticipantState& ticket = state.participants.change(key);
    count_ticket(experiment, ticket, outcome, now);
    count_action(arm_in(experiment, ticket.arm).ran, action, outcome);
  }
}

void fold_experiments(State& state, const EventData& data, Timestamp now) {
  if (const auto* decided = get_if<PolicyDecided>(&data)) note_first_verdict(state, *decided);
  if (const auto* started = get_if<ExperimentStarted>(&data)) start(state, *started, now);
  if (const auto* assigned = get_if<ExperimentAssigned>(&data)) assign(state, *assigned, now);
  if (const auto* warned = get_if<ExperimentSrmDetected>(&data))
    state.experiments.change(warned->key.text).uneven = true;
  if (const auto* concluded = get_if<ExperimentConcluded>(&data)) conclude(state, *concluded, now);
}

}  // namespace recourse
