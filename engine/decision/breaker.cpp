#include "engine/decision/breaker.h"

#include <algorithm>

#include "engine/policy/action_types.h"
#include "engine/policy/policy.h"

namespace recourse {
namespace {

using std::chrono::seconds;

constexpr seconds kStuckWindow = std::chrono::days(7);

BreakerTransitioned transition(const BreakerState& row, BreakerStatus to, std::string_view cause) {
  BreakerTransitioned made;
  made.agent = row.agent;
  made.agent_version = row.agent_version;
  made.action_type = row.type;
  made.from = row.status;
  made.to = to;
  made.cause = cause;
  return made;
}

bool contains(const std::vector<ActionId>& list, const ActionId& action) {
  return std::find(list.begin(), list.end(), action) != list.end();
}

}  // namespace

std::string breaker_key(const PrincipalId& agent, const std::optional<Clear>& agent_version,
                        std::string_view type) {
  std::string key = agent.value();
  if (agent_version) key.append("@").append(agent_version->text);
  return key.append("/").append(type);
}

std::string breaker_key(const ActionState& action) {
  return breaker_key(action.proposer, action.agent_version, action.type.text);
}

std::optional<BreakerTransitioned> overdue_transition(const BreakerState& row,
                                                      const BreakerRule& rule, Timestamp now) {
  if (!row.until || now < *row.until) return std::nullopt;
  if (row.status == BreakerStatus::open) {
    // Without an end: while nobody asks nothing has to happen, and who asks is let through.
    return transition(row, BreakerStatus::half_open, "time");
  }
  if (row.status == BreakerStatus::half_open) {
    // Probes that nobody heard of again say nothing good.
    BreakerTransitioned made = transition(row, BreakerStatus::open, "no_outcome");
    made.until = now + seconds(rule.open_s);
    return made;
  }
  return std::nullopt;
}

std::optional<BreakerTransitioned> demanded_transition(const BreakerState& row,
                                                       const BreakerRule& rule, Timestamp now) {
  if (row.status == BreakerStatus::half_open) {
    if (row.probe_failed) {
      BreakerTransitioned made = transition(row, BreakerStatus::open, "probe_failed");
      made.until = now + seconds(rule.open_s);
      return made;
    }
    if (row.passed >= rule.probes) return transition(row, BreakerStatus::closed, "probes_passed");
    return std::nullopt;
  }
  if (row.status != BreakerStatus::closed || row.window_s < 1) return std::nullopt;
  const SlidingWindow window{seconds(row.window_s)};
  const std::int64_t bad = window.used(row.bad, now);
  // What went wrong late may have been executed before the window.
  const std::int64_t executed = std::max(window.used(row.executed, now), bad);
  if (bad == 0 || executed < rule.least || bad * 1'000'000 < rule.bad_ppm * executed)
    return std::nullopt;
  BreakerTransitioned made = transition(row, BreakerStatus::open, "");
  made.executed = executed;
  made.bad = bad;
  made.window_s = row.window_s;
  made.until = now + seconds(rule.open_s);
  return made;
}

BreakerUse breaker_use(State& state, const ActionState& action, const Policy& policy,
                       Timestamp now) {
  BreakerUse use;
  const ActionType* const type = find_action_type(action.type.text);
  if (!policy.breaker || action.imported || type == nullptr || type->effect != ActionEffect::write)
    return use;
  use.applies = true;
  const BreakerState* const whole_type = state.breakers.find(
      breaker_key(PrincipalId(std::string(kEveryAgent)), std::nullopt, action.type.text));
  if (whole_type != nullptr && whole_type->status == BreakerStatus::open) {
    use.status = BreakerStatus::open;
    use.blocks = true;
    return use;
  }
  const BreakerState* const found = state.breakers.find(breaker_key(action));
  if (found == nullptr) return use;
  BreakerState row = *found;
  if (const auto due = overdue_transition(row, *policy.breaker, now))
    apply_transition(row, *due, now);
  use.status = row.status;
  const bool room = static_cast<std::int64_t>(row.probes.size()) < policy.breaker->probes;
  use.blocks = row.status == BreakerStatus::open || (row.status == BreakerStatus::half_open &&
                                                     !room && !contains(row.probes, action.action));
  if (use.blocks && row.until)
    use.retry_after_s =
        std::max<std::int64_t>(std::chrono::ceil<seconds>(*row.until - now).count(), 1);
  return use;
}

std::optional<BreakerTransitioned> demanded_by_stuck(const BreakerState& row,
                                                     const BreakerRule& rule, Timestamp now) {
  if (row.status != BreakerStatus::closed || row.window_s < 1) return std::nullopt;
  const std::int64_t stuck = SlidingWindow{seconds(row.window_s)}.used(row.bad, now);
  if (stuck < rule.stuck_rollbacks.value_or(kUsualStuckRollbacks)) return std::nullopt;
  BreakerTransitioned made = transition(row, BreakerStatus::open, "stuck_rollbacks");
  made.bad = stuck;
  made.window_s = row.window_s;
  return made;
}

void count_stuck(BreakerState& row, const Clear& type, Timestamp now) {
  row.agent = PrincipalId(std::string(kEveryAgent));
  row.type = type;
  row.window_s = kStuckWindow.count();
  if (row.status == BreakerStatus::closed) SlidingWindow{kStuckWindow}.add(row.bad, now, 1);
}

void count_probe(BreakerState& row, const ActionId& action, const BreakerRule& rule,
                 Timestamp now) {
  const bool room = static_cast<std::int64_t>(row.probes.size()) < rule.probes;
  if (row.status != BreakerStatus::half_open || !room || contains(row.probes, action)) return;
  if (row.probes.empty()) row.until = now + seconds(rule.half_open_s);
  row.probes.push_back(action);
}

void count_outcome(BreakerState& row, const BreakerRule& rule, const ActionId& action,
                   bool executed, bool wrong, Timestamp now) {
  if (row.status == BreakerStatus::half_open) {
    // What older actions come to now is what the breaker opened for.
    if (!contains(row.probes, action)) return;
    row.probe_failed = row.probe_failed || wrong;
    if (executed && !wrong) ++row.passed;
    return;
  }
  if (row.status != BreakerStatus::closed) return;
  if (row.window_s != rule.window_s) {
    row.executed.clear();
    row.bad.clear();
    row.window_s = rule.window_s;
  }
  const SlidingWindow window{seconds(rule.window_s)};
  if (executed) window.add(row.executed, now, 1);
  if (wrong) window.add(row.bad, now, 1);
}

void apply_transition(BreakerState& row, const BreakerTransitioned& transition, Timestamp now) {
  row.agent = transition.agent;
  row.agent_version = transition.agent_version;
  row.type = transition.action_type;
  row.status = transition.to;
  row.since = now;
  row.until = transition.until;
  row.executed.clear();
  row.bad.clear();
  row.probes.clear();
  row.passed = 0;
  row.probe_failed = false;
}

}  // namespace recourse
