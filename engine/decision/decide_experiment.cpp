#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/decision/decisions.h"
#include "engine/decision/experiments.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

constexpr std::size_t kMostRunning = 8;
constexpr std::int64_t kMonth = 30 * 86'400;
constexpr std::int64_t kUsualLeastRan = 20;

bool is_share(std::int64_t ppm) { return ppm >= 0 && ppm <= 1'000'000; }

Status check_guardrails(const std::vector<GuardrailOrder>& guardrails) {
  std::vector<Mishap> seen;
  for (const GuardrailOrder& one : guardrails) {
    if (!is_share(one.max_ppm)) return invalid("max_ppm is from 0 to 1000000");
    if (std::find(seen.begin(), seen.end(), one.metric) != seen.end())
      return invalid("a metric has one guardrail");
    seen.push_back(one.metric);
  }
  return {};
}

Status check(const StartExperiment& command) {
  // It is a part of paths.
  if (!is_code(command.key) || command.key.size() > 64 ||
      command.key.find('/') != std::string::npos)
    return invalid("key: 1 to 64 of A-Za-z0-9_.:-");
  if (command.share_bp < 1 || command.share_bp > kWholeRollout)
    return invalid("share_bp is from 1 to 10000: hundredths of a percent, so 100 % is 10000");
  if (!is_share(command.control_ppm) || !is_share(command.treatment_ppm))
    return invalid("control_ppm and treatment_ppm are from 0 to 1000000");
  if (command.control_ppm == command.treatment_ppm)
    return invalid("both arms ask for the same confidence: there is nothing to compare");
  if (command.window_s < 1 || command.window_s > kMonth)
    return invalid("window_s is from 1 to 2592000");
  if (command.alpha_ppm < 1'000 || command.alpha_ppm > 500'000)
    return invalid("alpha_ppm is from 1000 to 500000");
  if (command.least && (*command.least < 1 || *command.least > 1'000'000))
    return invalid("least is from 1 to 1000000");
  for (const std::string& name : command.types) {
    const ActionType* const type = find_action_type(name);
    if (type == nullptr) return invalid("there is no action type " + name);
    if (type->effect != ActionEffect::write)
      return invalid("experiments are about actions that write; " + name + " does not");
  }
  return check_guardrails(command.guardrails);
}

bool overlaps(const std::vector<Clear>& types, const StartExperiment& command) {
  if (types.empty() || command.types.empty()) return true;
  return std::any_of(types.begin(), types.end(), [&](const Clear& type) {
    const auto& own = command.types;
    return std::find(own.begin(), own.end(), type.text) != own.end();
  });
}

/// With two thresholds for one action nobody could say which one it was.
Status check_others(State& state, const StartExperiment& command) {
  if (state.experiments.find(command.key) != nullptr)
    return conflict("there was an experiment of this key: give the new one another");
  const TenantState* const tenant = state.tenant.find(TenantId());
  if (tenant == nullptr) return {};
  if (tenant->experiments.size() >= kMostRunning)
    return conflict("there are 8 experiments already: stop one of them");
  for (const Clear& name : std::vector(tenant->experiments)) {
    const ExperimentState* const other = state.experiments.find(name.text);
    if (other != nullptr && overlaps(other->types, command))
      return conflict("the experiment " + name.text + " is about these actions already");
  }
  return {};
}

}  // namespace

Decision start_experiment(State& state, const StartExperiment& command,
                          const DecisionContext& context) {
  RECOURSE_TRY(check(command));
  RECOURSE_TRY(check_others(state, command));
  Draft draft{state, context, {}};
  ExperimentStarted started;
  started.key = command.key;
  started.salt = make_ulid("", context.now, context.random);
  started.share_bp = command.share_bp;
  started.control_ppm = command.control_ppm;
  started.treatment_ppm = command.treatment_ppm;
  started.types.assign(command.types.begin(), command.types.end());
  started.window_s = command.window_s;
  started.alpha_ppm = command.alpha_ppm;
  for (const GuardrailOrder& one : command.guardrails)
    started.guardrails.push_back({one.metric, one.max_ppm});
  started.least = command.least.value_or(kUsualLeastRan);
  started.reason = draft.seal_given(command.reason);
  draft.add(experiment_stream(command.key), std::move(started));
  return std::move(draft.events);
}

Decision stop_experiment(State& state, const StopExperiment& command,
                         const DecisionContext& context) {
  const ExperimentState* const found = state.experiments.find(command.key);
  if (found == nullptr) return not_found("experiment", command.key);
  if (found->ended_at) return conflict("the experiment has ended already");
  Draft draft{state, context, {}};
  ExperimentConcluded concluded = conclusion(*found, "person", context.now);
  concluded.reason = draft.seal_given(command.reason);
  draft.add(experiment_stream(command.key), std::move(concluded));
  return std::move(draft.events);
}

}  // namespace recourse
