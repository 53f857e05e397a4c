#include "api/routes/count_events.h"

namespace recourse::routes {
namespace {

/// The type that the action of a decision has: both stand in one commit.
std::string type_of_action(const Committed& committed, const ActionId& action) {
  for (const RecordedEvent& event : committed.events)
    if (const auto* proposed = get_if<ActionProposed>(&event.data);
        proposed != nullptr && proposed->action == action)
      return proposed->type.text;
  return "";
}

struct Count {
  AppMetrics& metrics;
  const Committed& committed;

  void operator()(const ActionProposed& data) const {
    if (data.confidence_ppm)
      metrics.confidence.only().observe(static_cast<double>(*data.confidence_ppm) / 1e6);
  }
  void operator()(const PolicyDecided& data) const {
    if (data.shadow) return;
    const std::string outcome(word(data.outcome));
    metrics.decisions.with({outcome, data.problem ? data.problem->text : ""}).add();
    if (const std::string type = type_of_action(committed, data.action); !type.empty())
      metrics.actions.with({type, outcome}).add();
  }
  void operator()(const ApprovalVoted& data) const {
    metrics.approval_seconds.only().observe(static_cast<double>(data.decision_ms) / 1e3);
  }
  void operator()(const RollbackCompleted&) const { metrics.rollbacks.with({"completed"}).add(); }
  void operator()(const RollbackPartial&) const { metrics.rollbacks.with({"partial"}).add(); }
  void operator()(const RollbackStuck&) const { metrics.rollbacks.with({"stuck"}).add(); }
  void operator()(const RollbackRefused& data) const {
    metrics.rollbacks.with({data.code.text}).add();
  }
  void operator()(const ResolutionAsserted&) const { metrics.resolutions.with({"asserted"}).add(); }
  void operator()(const ResolutionConfirmed&) const {
    metrics.resolutions.with({"confirmed"}).add();
  }
  void operator()(const ResolutionContradicted&) const {
    metrics.resolutions.with({"contradicted"}).add();
  }
  void operator()(const ResolutionVoided&) const { metrics.resolutions.with({"voided"}).add(); }
  void operator()(const LimitReached& data) const {
    metrics.limits_reached.with({data.name.text}).add();
  }
  void operator()(const BreakerTransitioned& data) const {
    metrics.breakers.with({std::string(word(data.to))}).add();
  }
  void operator()(const GuardrailBreached& data) const {
    metrics.rollout_stops.with({std::string(word(data.metric))}).add();
  }
  void operator()(const ExperimentConcluded& data) const {
    metrics.experiments.with({std::string(word(data.verdict))}).add();
  }
  template <class E>
  void operator()(const E&) const {}
};

}  // namespace

void count_events(AppMetrics& metrics, const Committed& committed) {
  for (const RecordedEvent& event : committed.events) visit(Count{metrics, committed}, event.data);
}

}  // namespace recourse::routes
