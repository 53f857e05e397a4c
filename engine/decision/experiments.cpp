#include "engine/decision/experiments.h"

#include <algorithm>
#include <cmath>

#include "engine/decision/rollouts.h"
#include "engine/policy/confidence_sequence.h"
#include "engine/policy/judge.h"

namespace recourse {
namespace {

/// An uneven split is told when chance would make it less often than this. Rare, since what follows
/// is that the experiment is worth nothing.
constexpr double kUnevenAlpha = 0.001;
constexpr double kPpm = 1e6;

bool policy_asks(const Policy& policy, const ActionState& action) {
  const ThresholdRule* const rule = threshold_for(policy, find_action_type(action.type.text));
  return rule != nullptr && rule->at_least_ppm.has_value();
}

ArmFigures figures(const ExperimentState& experiment, ExperimentArm arm, Timestamp now) {
  const bool control = arm == ExperimentArm::control;
  const ArmState& counted = control ? experiment.control : experiment.treatment;
  ArmFigures made{arm, counted.tickets, counted.alone, counted.settled, counted.succeeded};
  for (const ArmCohort& cohort : experiment.unsettled) {
    if (cohort.arm != arm || cohort.settles_at > now) continue;
    made.settled += cohort.tickets;
    made.succeeded += cohort.tickets - cohort.bad;
  }
  return made;
}

Proportion proportion(const ArmFigures& figures, ExperimentMetric metric) {
  if (metric == ExperimentMetric::success) return {figures.settled, figures.succeeded};
  return {figures.tickets, figures.alone};
}

ArmDifference difference(const std::array<ArmFigures, 2>& arms, ExperimentMetric metric,
                         std::int64_t alpha_ppm) {
  const Proportion control = proportion(arms[0], metric), treatment = proportion(arms[1], metric);
  const Interval interval =
      difference_interval(control, treatment, static_cast<double>(alpha_ppm) / kPpm);
  ArmDifference made;
  made.metric = metric;
  // Outwards, so that rounding promises nothing.
  made.low_ppm = static_cast<std::int64_t>(std::floor(interval.low * kPpm));
  made.high_ppm = static_cast<std::int64_t>(std::ceil(interval.high * kPpm));
  if (control.count > 0 && treatment.count > 0)
    made.difference_ppm =
        treatment.good * 1'000'000 / treatment.count - control.good * 1'000'000 / control.count;
  return made;
}

std::optional<ExperimentGuardrailBreached> demanded_by(const ExperimentState& experiment,
                                                       ExperimentArm arm) {
  RolloutStage ran =
      arm == ExperimentArm::control ? experiment.control.ran : experiment.treatment.ran;
  for (const Guardrail& guardrail : experiment.guardrails) {
    const std::int64_t count = *mishaps_in(ran, guardrail.metric);
    if (ran.executed < experiment.least || count * 1'000'000 <= guardrail.max_ppm * ran.executed)
      continue;
    ExperimentGuardrailBreached breached;
    breached.key = experiment.key;
    breached.arm = arm;
    breached.metric = guardrail.metric;
    breached.count = count;
    breached.executed = ran.executed;
    breached.max_ppm = guardrail.max_ppm;
    return breached;
  }
  return std::nullopt;
}

}  // namespace

std::string experiment_stream(std::string_view experiment) {
  return std::string("exp_").append(experiment);
}

std::string participant_key(std::string_view experiment, const TicketId& ticket) {
  return std::string(experiment).append("/").append(ticket.value());
}

bool is_tried(const ExperimentState& experiment, const ActionState& action) {
  if (!is_watched(action) || action.proposer_type != ActorType::agent) return false;
  return experiment.types.empty() || std::find(experiment.types.begin(), experiment.types.end(),
                                               action.type) != experiment.types.end();
}

std::optional<ExperimentUse> experiment_use(State& state, const ActionState& action,
                                            const Policy& policy,
                                            const std::vector<RolloutUse>& rollouts) {
  const TenantState* const tenant = state.tenant.find(TenantId());
  if (tenant == nullptr || tenant->experiments.empty()) return std::nullopt;
  for (const Clear& name : std::vector(tenant->experiments)) {
    const ExperimentState* const found = state.experiments.find(name.text);
    if (found == nullptr || !is_tried(*found, action) || !policy_asks(policy, action)) continue;
    const ExperimentState experiment = *found;
    const std::string& unit = action.ticket.value();
    ExperimentUse use;
    use.key = name.text;
    if (const ParticipantState* const known =
            state.participants.find(participant_key(name.text, action.ticket))) {
      use.arm = known->arm;
      use.bucket = known->bucket;
      use.known = true;
    } else {
      use.bucket = rollout_bucket(name.text, experiment.salt.text, unit);
      use.arm = arm_of(name.text, experiment.salt.text, unit);
      // Proposed before: it was judged without the experiment.
      if (action.proposed_at >= 0 || use.bucket >= experiment.share_bp) continue;
      if (std::any_of(rollouts.begin(), rollouts.end(),
                      [](const RolloutUse& rollout) { return !rollout.in; }))
        continue;
    }
    use.at_least_ppm =
        use.arm == ExperimentArm::control ? experiment.control_ppm : experiment.treatment_ppm;
    return use;
  }
  return std::nullopt;
}

std::array<ArmFigures, 2> figures_of(const ExperimentState& experiment, Timestamp now) {
  return {figures(experiment, ExperimentArm::control, now),
          figures(experiment, ExperimentArm::treatment, now)};
}

std::vector<ArmDifference> differences_of(const ExperimentState& experiment, Timestamp now) {
  const auto arms = figures_of(experiment, now);
  return {difference(arms, ExperimentMetric::success, experiment.alpha_ppm),
          difference(arms, ExperimentMetric::alone, experiment.alpha_ppm)};
}

ExperimentVerdict verdict_of(const ExperimentState& experiment, Timestamp now) {
  if (experiment.uneven) return ExperimentVerdict::invalid;
  const ArmDifference success =
      difference(figures_of(experiment, now), ExperimentMetric::success, experiment.alpha_ppm);
  if (success.low_ppm > 0) return ExperimentVerdict::treatment_better;
  if (success.high_ppm < 0) return ExperimentVerdict::control_better;
  return ExperimentVerdict::undecided;
}

ExperimentConcluded conclusion(const ExperimentState& experiment, std::string_view cause,
                               Timestamp now) {
  const auto arms = figures_of(experiment, now);
  ExperimentConcluded concluded;
  concluded.key = experiment.key;
  concluded.verdict = verdict_of(experiment, now);
  concluded.cause = cause;
  concluded.arms.assign(arms.begin(), arms.end());
  concluded.differences = differences_of(experiment, now);
  return concluded;
}

std::optional<ExperimentGuardrailBreached> demanded_end(const ExperimentState& experiment) {
  if (experiment.ended_at) return std::nullopt;
  auto treatment = demanded_by(experiment, ExperimentArm::treatment);
  return treatment ? treatment : demanded_by(experiment, ExperimentArm::control);
}

std::optional<ExperimentSrmDetected> demanded_warning(const ExperimentState& experiment,
                                                      ExperimentArm arm) {
  if (experiment.uneven) return std::nullopt;
  ExperimentSrmDetected detected;
  detected.key = experiment.key;
  const bool control = arm == ExperimentArm::control;
  detected.control = experiment.control.tickets + (control ? 1 : 0);
  detected.treatment = experiment.treatment.tickets + (control ? 0 : 1);
  const double p = even_split_p(detected.control, detected.treatment);
  if (p > kUnevenAlpha) return std::nullopt;
  detected.p_ppm = static_cast<std::int64_t>(std::ceil(p * kPpm));
  return detected;
}

}  // namespace recourse
