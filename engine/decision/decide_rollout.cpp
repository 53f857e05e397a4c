#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/decision/decisions.h"
#include "engine/decision/rollouts.h"
#include "engine/event/clear_names.h"
#include "engine/policy/rollout.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxRollouts = 16;
constexpr std::size_t kMaxUnits = 1'000;
constexpr std::int64_t kUsualLeast = 20;
/// To ask the customer is what those do who are not let to act.
constexpr const char* kQuestion = "REQUEST_CLARIFICATION";

using Names = std::vector<std::string>;

std::vector<Clear> clear_of(const Names& names) { return {names.begin(), names.end()}; }

Status check_types(const std::optional<Names>& types) {
  if (!types) return {};
  for (const std::string& type : *types)
    if (find_action_type(type) == nullptr) return invalid("there is no action type " + type);
  return {};
}

Status check_ramp(const RampRollout& command) {
  if (!is_code(command.key) || command.key.size() > 64) return invalid("key: 1 to 64 of a code");
  if (command.percent_bp < 0 || command.percent_bp > kWholeRollout)
    return invalid("percent_bp is from 0 to 10000: hundredths of a percent, so 100 % is 10000");
  RECOURSE_TRY(check_types(command.types));
  RECOURSE_TRY(check_types(command.except_types));
  if (command.include) {
    if (command.include->size() > kMaxUnits) return invalid("include names at most 1000 units");
    for (const std::string& unit : *command.include)
      if (!is_code(unit)) return invalid("include: ids of tickets, or names of tenants");
  }
  if (command.guardrails) {
    std::vector<Mishap> seen;
    for (const GuardrailOrder& one : *command.guardrails) {
      if (one.max_ppm < 0 || one.max_ppm > 1'000'000)
        return invalid("max_ppm is from 0 to 1000000");
      if (std::find(seen.begin(), seen.end(), one.metric) != seen.end())
        return invalid("a metric has one guardrail");
      seen.push_back(one.metric);
    }
  }
  if (command.least && (*command.least < 1 || *command.least > 1'000'000))
    return invalid("least is from 1 to 1000000");
  return {};
}

RolloutRamped first_ramp(const RampRollout& command, const DecisionContext& context) {
  RolloutRamped ramped;
  ramped.key = command.key;
  ramped.unit = command.unit;
  ramped.salt = make_ulid("", context.now, context.random);
  ramped.except_types = {kQuestion};
  ramped.least = kUsualLeast;
  return ramped;
}

RolloutRamped next_ramp(const RolloutState& row) {
  RolloutRamped ramped;
  ramped.key = row.key;
  ramped.unit = row.unit;
  ramped.salt = row.salt;  // Another one would move units from side to side.
  ramped.prev_percent_bp = row.percent_bp;
  ramped.include = row.include;
  ramped.types = row.types;
  ramped.except_types = row.except_types;
  ramped.guardrails = row.guardrails;
  ramped.least = row.least;
  return ramped;
}

}  // namespace

Decision ramp_rollout(State& state, const RampRollout& command, const DecisionContext& context) {
  RECOURSE_TRY(check_ramp(command));
  const RolloutState* const found = state.rollouts.find(command.key);
  const TenantState* const tenant = state.tenant.find(TenantId());
  if (found == nullptr && tenant != nullptr && tenant->rollouts.size() >= kMaxRollouts)
    return conflict("there are 16 rollouts already: ramp one of them to 100 % and change it");
  if (found != nullptr && found->unit != command.unit)
    return conflict("this rollout is over " + std::string(word(found->unit)) + "s");
  RolloutRamped ramped = found != nullptr ? next_ramp(*found) : first_ramp(command, context);
  ramped.percent_bp = command.percent_bp;
  if (command.include) ramped.include = clear_of(*command.include);
  if (command.types) ramped.types = clear_of(*command.types);
  if (command.except_types) ramped.except_types = clear_of(*command.except_types);
  if (command.guardrails) {
    ramped.guardrails.clear();
    for (const GuardrailOrder& one : *command.guardrails)
      ramped.guardrails.push_back({one.metric, one.max_ppm});
  }
  if (command.least) ramped.least = *command.least;
  Draft draft{state, context, {}};
  ramped.reason = draft.seal_given(command.reason);
  draft.add("ctl_rollout", std::move(ramped));
  return std::move(draft.events);
}

Decision stop_rollout(State& state, const StopRollout& command, const DecisionContext& context) {
  const RolloutState* const found = state.rollouts.find(command.key);
  if (found == nullptr) return not_found("rollout", command.key);
  if (found->stages.empty()) return conflict("the rollout lets nothing run");
  // As if all had happened in one ledger.
  RolloutState row = *found;
  row.stages.back().executed = command.executed;
  *mishaps_in(row.stages.back(), command.metric) = command.count;
  auto stop = demanded_stop(row);
  if (!stop) return conflict("no guardrail of the rollout is breached");
  Draft draft{state, context, {}};
  draft.add("ctl_rollout", std::move(*stop));
  return std::move(draft.events);
}

}  // namespace recourse
