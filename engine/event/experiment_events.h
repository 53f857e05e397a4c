#pragma once

#include "engine/event/control_events.h"

namespace recourse {

/// Two confidence thresholds are tried side by side on a share of the tickets. Nothing else of the
/// policy changes. An experiment starts once; its key is never used again.
struct ExperimentStarted {
  static constexpr std::string_view kType = "recourse.experiment.started.v1";
  Clear key;
  Clear salt;
  std::int64_t share_bp = 0;  ///< 1 to 10000: of the tickets, half of them in each arm.
  std::int64_t control_ppm = 0, treatment_ppm = 0;  ///< The confidence that each arm asks for.
  std::vector<Clear> types;                         ///< Of actions; none: all that write.
  std::int64_t window_s = 0;   ///< What ran succeeded when nothing spoke against it for so long.
  std::int64_t alpha_ppm = 0;  ///< Intervals miss the truth at most so often, whenever looked at.
  std::vector<Guardrail> guardrails;  ///< Of each arm.
  std::int64_t least = 0;             ///< Executed actions before a guardrail says anything.
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ExperimentStarted, (),
                      (key, salt, share_bp, control_ppm, treatment_ppm, types, window_s, alpha_ppm,
                       guardrails, least, reason))

/// The arm of a ticket, recorded before its first decision under the experiment. It never changes.
struct ExperimentAssigned {
  static constexpr std::string_view kType = "recourse.experiment.assigned.v1";
  Clear key;
  TicketId ticket;
  std::int64_t bucket = 0;  ///< 0 to 9999; in the experiment when below the share.
  ExperimentArm arm = ExperimentArm::control;
  std::int64_t at_least_ppm = 0;  ///< The arm's threshold.
  ActionId action;                ///< Whose decision it was made for.
};
BOOST_DESCRIBE_STRUCT(ExperimentAssigned, (), (key, ticket, bucket, arm, at_least_ppm, action))

/// So many tickets in each arm do not come from an even split: nothing can be learnt from the
/// experiment any more.
struct ExperimentSrmDetected {
  static constexpr std::string_view kType = "recourse.experiment.srm_detected.v1";
  Clear key;
  std::int64_t control = 0, treatment = 0;  ///< Tickets.
  std::int64_t p_ppm = 0;  ///< Of a split at least as uneven at any time, if it were even.
};
BOOST_DESCRIBE_STRUCT(ExperimentSrmDetected, (), (key, control, treatment, p_ppm))

/// One arm did more harm than was accepted; the experiment ends with it.
struct ExperimentGuardrailBreached {
  static constexpr std::string_view kType = "recourse.experiment.guardrail_breached.v1";
  Clear key;
  ExperimentArm arm = ExperimentArm::control;
  Mishap metric = Mishap::error;
  std::int64_t count = 0, executed = 0;
  std::int64_t max_ppm = 0;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
};
BOOST_DESCRIBE_STRUCT(ExperimentGuardrailBreached, (),
                      (key, arm, metric, count, executed, max_ppm, action, ticket))

/// What an arm came to. A ticket counts once, however many actions run on it.
struct ArmFigures {
  ExperimentArm arm = ExperimentArm::control;
  std::int64_t tickets = 0;    ///< Assigned.
  std::int64_t alone = 0;      ///< Of these, the first action needed no person.
  std::int64_t settled = 0;    ///< Something ran without a person, and its window is over.
  std::int64_t succeeded = 0;  ///< Of these, nothing spoke against it within the window.
  bool operator==(const ArmFigures&) const = default;
};
BOOST_DESCRIBE_STRUCT(ArmFigures, (), (arm, tickets, alone, settled, succeeded))

/// Treatment less control, with an interval that holds whenever it is looked at.
struct ArmDifference {
  ExperimentMetric metric = ExperimentMetric::success;
  std::optional<std::int64_t> difference_ppm;  ///< Absent while one arm has nothing.
  std::int64_t low_ppm = 0, high_ppm = 0;
  bool operator==(const ArmDifference&) const = default;
};
BOOST_DESCRIBE_STRUCT(ArmDifference, (), (metric, difference_ppm, low_ppm, high_ppm))

/// The policy's own threshold holds again everywhere. The verdict is what the figures say, whoever
/// ended it.
struct ExperimentConcluded {
  static constexpr std::string_view kType = "recourse.experiment.concluded.v1";
  Clear key;
  ExperimentVerdict verdict = ExperimentVerdict::undecided;
  Clear cause;  ///< person, guardrail
  std::vector<ArmFigures> arms;
  std::vector<ArmDifference> differences;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ExperimentConcluded, (), (key, verdict, cause, arms, differences, reason))

}  // namespace recourse
