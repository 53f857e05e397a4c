#pragma once

#include "engine/event/leaf.h"
#include "engine/policy/judge.h"

namespace recourse {

/// The facts that a recorded verdict depended on, from the records alone: what the proposal says in
/// clear and the inputs that each rule was recorded with. Windows of history are left out: they
/// depend on the policy, see add_recorded_windows().
Facts recorded_facts(const ActionProposed& proposed, const Actor& proposer,
                     const PolicyDecided& decided);

/// Adds what the windows of `policy` held, as `decided` recorded it. `policy` is the one that
/// decided. judge(policy, facts) then gives the recorded verdict again.
void add_recorded_windows(const Policy& policy, const PolicyDecided& decided, Facts& facts);

/// Whether two verdicts say the same, rule by rule.
bool same_verdict(const Verdict& verdict, const PolicyDecided& decided);

}  // namespace recourse
