#pragma once

#include "engine/base/random.h"
#include "engine/command/commands.h"
#include "engine/decision/state.h"

namespace recourse {

/// What a decision is told beside history and command. Nothing here reads a clock or a disk.
struct DecisionContext {
  Timestamp now;
  Random& random;
  Principal principal;
  /// How many admins the tenant has: with one, self-approval is allowed and recorded.
  std::int64_t admins = 1;
  /// The opened arguments (canonical JSON) of the action that a vote, a lease or a report is about;
  /// absent when they were erased.
  std::optional<std::string> action_args;
  /// For a proposal: the opened arguments of those of the ticket's `rejected_actions` that are of
  /// the proposed type. Erased ones are left out, and then nothing is known to be the same.
  std::vector<std::string> rejected_args;
  /// The kill switch of the whole deployment is engaged.
  bool deployment_stopped = false;
  /// Of a rollback that is started or gets on: why it was asked for. Absent when none was given, or
  /// it was erased.
  std::optional<std::string> rollback_reason = {};
  /// Rollouts over tenants, and the tenant that they look at.
  std::vector<RolloutState> deployment_rollouts = {};
  std::string tenant = {};
};

/// The events that follow, or the error that says why there are none. A refusal by a rule is an
/// event; what is stale, malformed or unknown is an error. One file per aggregate:
/// decide_ticket.cpp, decide_action.cpp, decide_approval.cpp, decide_feedback.cpp, roll_back.cpp.
Result<std::vector<NewEvent>> decide(State& state, const Command& command,
                                     const DecisionContext& context);

}  // namespace recourse
