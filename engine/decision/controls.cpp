#include "engine/decision/controls.h"

#include <algorithm>

#include "engine/decision/breaker.h"
#include "engine/decision/experiments.h"
#include "engine/decision/fold.h"
#include "engine/decision/outcomes.h"
#include "engine/decision/overlay_state.h"
#include "engine/decision/rollouts.h"

namespace recourse {
namespace {

constexpr const char* kBreakerStream = "ctl_breaker";
constexpr const char* kRolloutStream = "ctl_rollout";

/// Events of one decision as they would be folded, with what follows from them.
class Consequences {
 public:
  Consequences(State& state, const DecisionContext& context, Events& events)
      : overlay_(state), context_(context), events_(events) {}

  void add() {
    const std::size_t count = events_.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (const auto* proposed = get_if<ActionProposed>(&events_[i].data)) introduce(*proposed);
      const auto outcome = outcome_in(overlay_.state(), events_[i].data);
      fold_control(overlay_.state(), events_[i].data, context_.now);
      if (outcome) follow(*outcome);
      if (const auto* stuck = get_if<IncidentOpened>(&events_[i].data); stuck && stuck->action)
        check_type(ActionId(*stuck->action));
    }
  }

 private:
  void introduce(const ActionProposed& proposed) {
    ActionState& action = overlay_.state().actions.change(proposed.action);
    action.action = proposed.action;
    action.ticket = proposed.ticket;
    action.type = proposed.type;
    action.proposer = context_.principal.id;
    action.agent_version = version_of(overlay_.state(), proposed);
    action.proposer_type = context_.principal.kind;
    action.permitted_at = context_.now;
    action.confidence_ppm = proposed.confidence_ppm;
  }

  void follow(const ActionOutcome& outcome) {
    const ActionState* const found = overlay_.state().actions.find(outcome.action);
    if (found == nullptr || found->imported) return;
    const ActionState action = *found;
    check_breaker(action, outcome);
    check_rollouts(action);
    check_experiments(action);
  }

  void check_breaker(const ActionState& action, const ActionOutcome& outcome) {
    const PolicyInForce in_force = policy_in_force(overlay_.state());
    const auto& rule = in_force.policy->breaker;
    const BreakerState* const row = overlay_.state().breakers.find(breaker_key(action));
    if (!rule || row == nullptr) return;
    auto transition = demanded_transition(*row, *rule, context_.now);
    if (!transition) return;
    if (transition->cause.text.empty() && outcome.mishap) transition->cause = word(*outcome.mishap);
    transition->action = action.action;
    transition->ticket = action.ticket;
    record(kBreakerStream, action, std::move(*transition));
  }

  void check_type(const ActionId& stuck) {
    const ActionState* const found = overlay_.state().actions.find(stuck);
    if (found == nullptr) return;
    const ActionState action = *found;
    const auto in_force = policy_in_force(overlay_.state());
    const BreakerState* const row = overlay_.state().breakers.find(
        breaker_key(PrincipalId(std::string(kEveryAgent)), std::nullopt, action.type.text));
    if (!in_force.policy->breaker || row == nullptr) return;
    auto transition = demanded_by_stuck(*row, *in_force.policy->breaker, context_.now);
    if (!transition) return;
    transition->action = action.action;
    transition->ticket = action.ticket;
    record(kBreakerStream, action, std::move(*transition));
  }

  void check_experiments(const ActionState& action) {
    const TenantState* const tenant = overlay_.state().tenant.find(TenantId());
    if (tenant == nullptr || tenant->experiments.empty()) return;
    for (const Clear& name : std::vector(tenant->experiments)) {
      const ExperimentState* const row = overlay_.state().experiments.find(name.text);
      auto breached = row != nullptr ? demanded_end(*row) : std::nullopt;
      if (!breached) continue;
      breached->action = action.action;
      breached->ticket = action.ticket;
      ExperimentConcluded concluded = conclusion(*row, "guardrail", context_.now);
      const std::string stream = experiment_stream(name.text);
      record(stream.c_str(), action, std::move(*breached));
      record(stream.c_str(), action, std::move(concluded));
    }
  }

  void check_rollouts(const ActionState& action) {
    const TenantState* const tenant = overlay_.state().tenant.find(TenantId());
    if (tenant == nullptr || tenant->rollouts.empty()) return;
    for (const Clear& name : std::vector(tenant->rollouts)) {
      const RolloutState* const row = overlay_.state().rollouts.find(name.text);
      auto stop = row != nullptr ? demanded_stop(*row) : std::nullopt;
      if (!stop) continue;
      stop->action = action.action;
      stop->ticket = action.ticket;
      record(kRolloutStream, action, std::move(*stop));
    }
  }

  template <class Event>
  void record(const char* stream, const ActionState& action, Event event) {
    EventData data(std::move(event));
    fold_control(overlay_.state(), data, context_.now);
    const Actor actor{context_.principal.kind, context_.principal.id};
    events_.push_back({stream, action.ticket.value(), actor, "",
                       action.run ? action.run->value() : std::string(), std::move(data)});
  }

  OverlayState overlay_;
  const DecisionContext& context_;
  Events& events_;
};

bool is_outcome(State& state, const NewEvent& event) {
  return holds_alternative<IncidentOpened>(event.data) || outcome_in(state, event.data).has_value();
}

}  // namespace

void note_breaker_time(Draft& draft, const ActionState& action, const Policy& policy) {
  if (!breaker_use(draft.state, action, policy, draft.context.now).applies) return;
  const BreakerState* const row = draft.state.breakers.find(breaker_key(action));
  if (row == nullptr) return;
  if (auto due = overdue_transition(*row, *policy.breaker, draft.context.now))
    draft.add(kBreakerStream, std::move(*due));
}

void note_assignments(Draft& draft, const ActionState& action, const Facts& facts) {
  for (const RolloutUse& use : facts.rollouts) {
    if (use.known) continue;
    RolloutAssigned assigned;
    assigned.key = use.key;
    assigned.unit = use.unit;
    assigned.unit_id = use.unit_id;
    assigned.bucket = use.bucket;
    assigned.percent_bp = use.percent_bp;
    assigned.in = use.in;
    assigned.reason = use.included ? "included" : "bucket";
    assigned.action = action.action;
    assigned.ticket = action.ticket;
    draft.add(kRolloutStream, std::move(assigned));
  }
}

void note_arm(Draft& draft, const ActionState& action, const Facts& facts) {
  if (!facts.experiment || facts.experiment->known) return;
  const ExperimentUse& use = *facts.experiment;
  const std::string stream = experiment_stream(use.key);
  draft.add(stream, ExperimentAssigned{use.key, action.ticket, use.bucket, use.arm,
                                       use.at_least_ppm, action.action});
  const ExperimentState* const row = draft.state.experiments.find(use.key);
  if (row == nullptr) return;
  if (auto warning = demanded_warning(*row, use.arm)) draft.add(stream, std::move(*warning));
}

void note_outcomes(State& state, const DecisionContext& context, Events& events) {
  const auto relevant = [&](const NewEvent& event) { return is_outcome(state, event); };
  if (std::any_of(events.begin(), events.end(), relevant))
    Consequences(state, context, events).add();
}

}  // namespace recourse
