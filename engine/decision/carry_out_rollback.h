#pragma once

#include <map>

#include "engine/decision/draft.h"

namespace recourse {

/// What one decision carries out itself; the rest follows by continue_rollback().
inline constexpr std::int64_t kStepsAtOnce = 25;

/// The events of one rollback while they are made: its own, those of its steps, and what they
/// change in tickets. Knows what it has done so far, so that no step is carried out twice and the
/// end is noticed.
class RollbackRun {
 public:
  RollbackRun(State& state, const DecisionContext& context, RollbackState rollback);

  /// As the requester gave it: a ticket is told why. Default: the context's.
  std::optional<std::string> reason;

  const RollbackState& rollback() const { return rollback_; }
  /// As stored and as changed by this run. REQUIRES: 0 <= number < rollback().steps.
  StepState& step(std::int64_t number);
  bool is_ended(std::int64_t number);
  /// The rollback's own events stand under its ticket, those of a step under the step's.
  Draft& about_rollback();
  Draft& about_step(std::int64_t number);

  template <class Event>
  void add(Event event) {
    draft_.add(rollback_.rollback.value(), std::move(event));
  }

  /// A plan that was made by this very decision and is not in the state yet.
  void take(const std::vector<RollbackStep>& steps);

  /// Taints what was built on it (detach) and carries out what the engine can, at most `max_steps`.
  void start(std::int64_t max_steps);
  /// Goes on where the last one stopped, unless it is paused, and ends the rollback when every step
  /// has ended.
  void walk(std::int64_t max_steps);

  /// The step's action is undone in the world: what hung on it ends, and the ticket is told.
  void undone(std::int64_t number);
  /// Counts the ended step, closes its incident and makes the next one of its ticket ready.
  void end_step(std::int64_t number, StepStatus status, std::string_view resolution);
  /// The step waits for a person; automation of its ticket stops until somebody decided.
  void get_stuck(std::int64_t number, std::string_view code);
  /// Nobody has to decide about the step any more: its incident and a waiver asked for end.
  void settle(std::int64_t number, std::string_view resolution);
  Events events() && { return std::move(draft_.events); }

 private:
  void on(const TicketId& ticket);
  std::optional<std::int64_t> next_step();
  void carry_out(std::int64_t number);
  bool may_restore(const StepState& state, const ActionState& action) const;
  void restore_fields(const StepState& state);
  void skip(std::int64_t number, std::string_view code);
  void withdraw(const StepState& state);
  void taint();
  void finish();

  Draft draft_;
  RollbackState rollback_;
  std::map<std::int64_t, StepState> steps_;
  std::map<TicketId, TicketState> tickets_;
};

}  // namespace recourse
