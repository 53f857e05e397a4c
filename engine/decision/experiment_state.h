#pragma once

#include "engine/decision/control_state.h"
#include "engine/event/experiment_events.h"

namespace recourse {

/// What an arm of an experiment came to so far.
struct ArmState {
  std::int64_t tickets = 0, alone = 0, settled = 0, succeeded = 0;  ///< As in ArmFigures.
  RolloutStage ran;  ///< Actions that needed no person: what guardrails look at.
  bool operator==(const ArmState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ArmState, (), (tickets, alone, settled, succeeded, ran))

/// Tickets of one arm on which something first ran in the same stretch of time. They settle
/// together, good and bad ones: a mishap that counted at once would make every look too gloomy.
struct ArmCohort {
  ExperimentArm arm = ExperimentArm::control;
  Timestamp settles_at;  ///< Then the window of all of them is over.
  std::int64_t tickets = 0, bad = 0;
  bool operator==(const ArmCohort&) const = default;
};
BOOST_DESCRIBE_STRUCT(ArmCohort, (), (arm, settles_at, tickets, bad))

struct ExperimentState {
  Clear key, salt;
  std::int64_t share_bp = 0, control_ppm = 0, treatment_ppm = 0;
  std::vector<Clear> types;
  std::int64_t window_s = 0, alpha_ppm = 0;
  std::vector<Guardrail> guardrails;
  std::int64_t least = 0;
  Timestamp started_at;
  ArmState control, treatment;
  std::vector<ArmCohort> unsettled;  ///< Oldest first; at most 50 stretches of both arms.
  bool uneven = false;               ///< A mismatch of the split was recorded.
  std::optional<Timestamp> ended_at;
  std::optional<ExperimentVerdict> verdict;  ///< Once it has ended.
  std::optional<Clear> ended_by;             ///< As in experiment.concluded.
  bool operator==(const ExperimentState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ExperimentState, (),
                      (key, salt, share_bp, control_ppm, treatment_ppm, types, window_s, alpha_ppm,
                       guardrails, least, started_at, control, treatment, unsettled, uneven,
                       ended_at, verdict, ended_by))

/// A ticket in an experiment.
struct ParticipantState {
  ExperimentArm arm = ExperimentArm::control;
  std::int64_t bucket = 0;
  Timestamp assigned_at;
  ActionId action;                      ///< The first one.
  std::optional<Timestamp> ran_at;      ///< First, without a person.
  std::optional<Timestamp> settles_at;  ///< Of its cohort.
  bool bad = false;
  bool operator==(const ParticipantState&) const = default;
};
BOOST_DESCRIBE_STRUCT(ParticipantState, (),
                      (arm, bucket, assigned_at, action, ran_at, settles_at, bad))

}  // namespace recourse
