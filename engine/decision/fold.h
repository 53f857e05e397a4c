#pragma once

#include "engine/decision/state.h"

namespace recourse {

/// The parts of evolve(), one per kind of row. Each ignores the events that are not its own.
void fold_ticket(State& state, const RecordedEvent& event);
void fold_action(State& state, const RecordedEvent& event);
/// The version of the agent that an action is by: as proposed, else that of its run.
std::optional<Clear> version_of(State& state, const ActionProposed& proposed);
void fold_approval(State& state, const RecordedEvent& event);
void fold_resolution(State& state, const RecordedEvent& event);
void fold_rollback(State& state, const RecordedEvent& event);
void fold_tenant(State& state, const RecordedEvent& event);
void fold_policies(State& state, const RecordedEvent& event);
/// Before fold_action(), since it looks at the action's permission before this one.
void fold_windows(State& state, const RecordedEvent& event);
void fold_connector(State& state, const RecordedEvent& event);
void fold_privacy(State& state, const RecordedEvent& event);
void fold_register(State& state, const RecordedEvent& event);
void fold_clocks(State& state, const RecordedEvent& event);
void fold_timers(State& state, const RecordedEvent& event);
/// Breakers and rollouts. Decisions fold what they are about to record, too.
void fold_control(State& state, const EventData& data, Timestamp now);

}  // namespace recourse
