#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/decision/outcomes.h"
#include "engine/decision/state.h"
#include "engine/policy/experiment.h"
#include "engine/policy/rollout.h"

namespace recourse {

struct Policy;

std::string experiment_stream(std::string_view experiment);

/// The row of a ticket in an experiment.
std::string participant_key(std::string_view experiment, const TicketId& ticket);

/// Whether the experiment is about such an action of an agent.
bool is_tried(const ExperimentState& experiment, const ActionState& action);

/// The arm of `action` in the running experiment that is about it. None where the policy asks for
/// no confidence, where people's own actions are meant, and where a rollout leaves the ticket to
/// people anyway. A ticket is drawn when one of its actions is proposed, never later.
std::optional<ExperimentUse> experiment_use(State& state, const ActionState& action,
                                            const Policy& policy,
                                            const std::vector<RolloutUse>& rollouts);

/// What the arms have come to at `now`: a cohort whose window is over by then is settled, whether
/// something has happened since or not.
std::array<ArmFigures, 2> figures_of(const ExperimentState& experiment, Timestamp now);
std::vector<ArmDifference> differences_of(const ExperimentState& experiment, Timestamp now);
ExperimentVerdict verdict_of(const ExperimentState& experiment, Timestamp now);

/// experiment.concluded as the figures have it at `now`.
ExperimentConcluded conclusion(const ExperimentState& experiment, std::string_view cause,
                               Timestamp now);

/// What the counts of the arms demand.
std::optional<ExperimentGuardrailBreached> demanded_end(const ExperimentState& experiment);
/// The warning about the split that one more ticket in `arm` demands.
std::optional<ExperimentSrmDetected> demanded_warning(const ExperimentState& experiment,
                                                      ExperimentArm arm);

/// Folds. The first one is for outcomes: before the action's mishap is noted.
void count_in_experiments(State& state, const ActionState& action, const ActionOutcome& outcome,
                          Timestamp now);
void fold_experiments(State& state, const EventData& data, Timestamp now);

}  // namespace recourse
