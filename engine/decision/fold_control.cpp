#include <algorithm>

#include "engine/decision/breaker.h"
#include "engine/decision/experiments.h"
#include "engine/decision/facts.h"
#include "engine/decision/fold.h"
#include "engine/decision/outcomes.h"
#include "engine/decision/rollouts.h"

namespace recourse {
namespace {

constexpr std::size_t kStages = 32;

class ControlFold {
 public:
  ControlFold(State& state, Timestamp now) : state_(state), now_(now) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const PolicyDecided& decided) {
    if (decided.shadow || decided.outcome != PolicyOutcome::allow) return;
    const ActionState* const action = state_.actions.find(decided.action);
    if (action == nullptr) return;
    const std::string key = breaker_key(*action);
    note_tenant_rollouts(decided);
    const BreakerState* const row = state_.breakers.find(key);
    if (row == nullptr || row->status != BreakerStatus::half_open) return;
    if (const auto& rule = policy_in_force(state_).policy->breaker)
      count_probe(state_.breakers.change(key), decided.action, *rule, now_);
  }
  void operator()(const IncidentOpened& incident) {
    // A step that gets stuck again after a retry is the same case.
    if (incident.kind != IncidentKind::rollback_stuck || !incident.action) return;
    const ActionState* const action = state_.actions.find(*incident.action);
    if (action == nullptr) return;
    const Clear type = action->type;
    count_stuck(state_.breakers.change(
                    breaker_key(PrincipalId(std::string(kEveryAgent)), std::nullopt, type.text)),
                type, now_);
  }
  void operator()(const BreakerTransitioned& transition) {
    const std::string key =
        breaker_key(transition.agent, transition.agent_version, transition.action_type.text);
    apply_transition(state_.breakers.change(key), transition, now_);
  }
  void operator()(const RolloutRamped& ramped) {
    std::vector<Clear>& names = state_.tenant.change(TenantId()).rollouts;
    if (std::find(names.begin(), names.end(), ramped.key) == names.end())
      names.push_back(ramped.key);
    RolloutState& row = state_.rollouts.change(ramped.key.text);
    row.key = ramped.key;
    row.unit = ramped.unit;
    row.salt = ramped.salt;
    row.include = ramped.include;
    row.types = ramped.types;
    row.except_types = ramped.except_types;
    row.guardrails = ramped.guardrails;
    row.least = ramped.least;
    row.breached.reset();
    begin_stage(row, ramped.percent_bp);
  }
  void operator()(const RolloutAssigned& assigned) {
    AssignmentState& row =
        state_.assignments.change(assignment_key(assigned.key.text, assigned.unit_id.text));
    row.bucket = assigned.bucket;
    row.in = assigned.in;
    row.at = now_;
    if (assigned.unit != RolloutUnit::tenant) return;
    RolloutState& own = state_.rollouts.change(tenant_rollout_key(assigned.key.text));
    own.key = assigned.key;
    own.unit = RolloutUnit::tenant;
    begin_stage(own, assigned.percent_bp);
  }
  void operator()(const GuardrailBreached& breached) {
    RolloutState& row = state_.rollouts.change(breached.key.text);
    row.key = breached.key;
    row.breached = word(breached.metric);
    row.include.clear();
    begin_stage(row, 0);
  }

  void count(const ActionOutcome& outcome) {
    const ActionState* const found = state_.actions.find(outcome.action);
    if (found == nullptr || found->imported) return;
    const ActionState action = *found;
    count_in_breaker(action, outcome);
    count_in_rollouts(action, outcome);
    count_in_experiments(state_, action, outcome, now_);
    if (outcome.mishap && !has(action, *outcome.mishap))
      state_.actions.change(outcome.action).mishaps.push_back(*outcome.mishap);
  }

 private:
  static bool has(const ActionState& action, Mishap mishap) {
    return std::find(action.mishaps.begin(), action.mishaps.end(), mishap) != action.mishaps.end();
  }

  void note_tenant_rollouts(const PolicyDecided& decided) {
    std::vector<Clear> keys;
    for (const RuleResult& rule : decided.rules) {
      if (!rule.rule.text.starts_with(kRolloutPrefix) || rule.result.text != "not_matched")
        continue;
      const std::string key = rule.rule.text.substr(kRolloutPrefix.size());
      const bool over_tenants =
          std::any_of(rule.inputs.begin(), rule.inputs.end(), [&](const RuleInput& input) {
            return input.name.text == "unit" && input.value.text != decided.ticket.value();
          });
      if (over_tenants) keys.emplace_back(key);
    }
    if (keys.empty()) return;
    state_.actions.change(decided.action).tenant_rollouts = std::move(keys);
  }

  void begin_stage(RolloutState& row, std::int64_t percent_bp) {
    row.percent_bp = percent_bp;
    RolloutStage stage;
    stage.percent_bp = percent_bp;
    stage.since = now_;
    row.stages.push_back(stage);
    if (row.stages.size() > kStages) row.stages.erase(row.stages.begin());
  }

  void count_in_breaker(const ActionState& action, const ActionOutcome& outcome) {
    const auto in_force = policy_in_force(state_);
    const auto& rule = in_force.policy->breaker;
    if (!rule || !is_watched(action)) return;
    // One action is one count, however often it is complained about.
    const bool wrong = outcome.mishap && action.mishaps.empty();
    if (!outcome.executed && !wrong) return;
    BreakerState& row = state_.breakers.change(breaker_key(action));
    row.agent = action.proposer;
    row.agent_version = action.agent_version;
    row.type = action.type;
    count_outcome(row, *rule, action.action, outcome.executed, wrong, now_);
  }

  void count_in_rollouts(const ActionState& action, const ActionOutcome& outcome) {
    for (const Clear& key : action.tenant_rollouts) {
      const std::string row = tenant_rollout_key(key.text);
      if (state_.rollouts.find(row) == nullptr || action.approval) continue;
      count_in(state_.rollouts.change(row).stages.back(), action, outcome);
    }
    const TenantState* const tenant = state_.tenant.find(TenantId());
    if (tenant == nullptr || tenant->rollouts.empty()) return;
    for (const Clear& name : std::vector(tenant->rollouts)) {
      const RolloutState* const row = state_.rollouts.find(name.text);
      if (row == nullptr || row->stages.empty() || !let_run(*row, action)) continue;
      count_in(state_.rollouts.change(name.text).stages.back(), action, outcome);
    }
  }

  static void count_in(RolloutStage& stage, const ActionState& action,
                       const ActionOutcome& outcome) {
    if (outcome.executed) {
      ++stage.executed;
      if (action.confidence_ppm) {
        ++stage.confidences;
        stage.confidence_sum_ppm += *action.confidence_ppm;
      }
    }
    if (outcome.score) {
      ++stage.ratings;
      stage.rating_sum += *outcome.score;
    }
    if (!outcome.mishap || has(action, *outcome.mishap)) return;
    ++*mishaps_in(stage, *outcome.mishap);
  }

  State& state_;
  const Timestamp now_;
};

}  // namespace

void fold_control(State& state, const EventData& data, Timestamp now) {
  ControlFold fold(state, now);
  if (const auto outcome = outcome_in(state, data)) {
    fold.count(*outcome);
  } else {
    visit(fold, data);
    fold_experiments(state, data, now);
  }
}

}  // namespace recourse
