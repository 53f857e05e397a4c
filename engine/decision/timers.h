#pragma once

#include <string>
#include <string_view>

#include "engine/command/commands.h"
#include "engine/decision/state.h"

namespace recourse {

/// Timers are rows that events set and clear, so nobody has to remember them: whoever looks for
/// what is due after a restart finds what the one before it would have found. A timer fires by a
/// command, and the events of that command clear it or set it anew.

/// The row by what it is about: <kind>/<id>.
std::string timer_key(TimerKind kind, std::string_view id);
/// The row by when it is due: <RFC 3339>/<kind>/<id>, in the order of time. Those of the outbox
/// stand behind all others, each connector's by themselves, under outbox_prefix(): what one
/// provider is slow about is in nobody's way.
std::string due_key(const TimerState& timer);
std::string outbox_prefix(std::string_view connector);
inline bool is_outbox(const TimerState& timer) { return timer.connector.has_value(); }

/// Folds: in place of the one that its kind and id had, if any.
void set_timer(State& state, const TimerState& timer);
void clear_timer(State& state, TimerKind kind, std::string_view id);

/// What is asked for when it is due. REQUIRES: a timer as set_timer() made it, not of the outbox.
Command command_of(const TimerState& timer);

}  // namespace recourse
