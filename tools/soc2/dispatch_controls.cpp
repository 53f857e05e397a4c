#include <algorithm>

#include "engine/policy/judge.h"
#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// What a row about an action says besides its leaf.
void describe_action(Row& row, const PastAction* action) {
  if (action == nullptr) return;
  if (!action->ticket.value().empty()) row.subject = action->ticket.value();
  if (action->verdict) {
    row.decision = action->verdict->event;
    row.policy = action->verdict->policy;
  }
  row.approval = action->used_approval;
}

bool is_imported(const PastAction* action, const Provenance& provenance) {
  return provenance.imported || (action != nullptr && action->imported);
}

/// RC-01
class DecisionBeforeDispatch final : public OneControlTest {
 public:
  explicit DecisionBeforeDispatch(const TestContext& context) : OneControlTest(context, "RC-01") {}

  void see(const Seen& seen) override {
    if (seen.meta) return;
    if (const auto* dispatched = seen.as<EffectDispatched>()) on_dispatch(seen, *dispatched);
    if (const auto* confirmed = seen.as<EffectConfirmed>()) on_effect(seen, *confirmed);
    if (const auto* decided = seen.as<PolicyDecided>()) on_decision(seen, *decided);
  }

 private:
  void on_dispatch(const Seen& seen, const EffectDispatched& dispatched) {
    const std::string& id = dispatched.action.value();
    const PastAction* const action = context_.history.action(id);
    if (!writer_.takes(seen)) return;
    if (is_imported(action, dispatched.provenance)) return writer_.exclude("imported");
    const std::size_t row = writer_.add(seen);
    describe_action(writer_.row(row), action);
    if (action == nullptr || !action->verdict) {
      undecided_[id] = row;
      return;
    }
    const PastVerdict& verdict = *action->verdict;
    if (verdict.outcome != PolicyOutcome::allow)
      writer_.fail(row, "not_allowed",
                   "Action " + id + " was dispatched and the latest verdict " + verdict.event +
                       " is " + std::string(word(verdict.outcome)) + ".");
    if (verdict.policy != context_.history.policy_in_force())
      writer_.fail(
          row, "policy_not_active",
          "Action " + id + " was dispatched by a verdict of " + verdict.policy +
              " while the policy in force was " +
              (context_.history.policy_in_force().empty() ? std::string("none")
                                                          : context_.history.policy_in_force()) +
              ".");
    if (dispatched.args_commitment != action->args)
      writer_.fail(row, "other_payload",
                   "Action " + id + " was dispatched with other arguments than proposed.");
  }

  void on_effect(const Seen& seen, const EffectConfirmed& confirmed) {
    const std::string& id = confirmed.action.value();
    const PastAction* const action = context_.history.action(id);
    if (action != nullptr && action->dispatched) return;
    if (is_imported(action, confirmed.provenance)) {
      if (seen.within()) writer_.exclude("imported");
      return;
    }
    if (!writer_.takes(seen)) return;
    const std::size_t row = writer_.add(seen);
    describe_action(writer_.row(row), action);
    writer_.fail(row, "effect_without_dispatch",
                 "The effect of action " + id + " was reported and it was never dispatched.");
  }

  void on_decision(const Seen& seen, const PolicyDecided& decided) {
    const auto found = undecided_.find(decided.action.value());
    if (found == undecided_.end() || decided.shadow) return;
    if (decided.outcome != PolicyOutcome::allow) return;
    writer_.fail(found->second, "decision_later",
                 "Action " + found->first + " was dispatched before the verdict " +
                     seen.event.id.value() + " allowed it.");
    undecided_.erase(found);
  }

  void finish() override {
    for (const auto& [id, row] : undecided_)
      writer_.fail(row, "no_decision",
                   "Action " + id + " was dispatched and no verdict allows it.");
  }

  std::map<std::string, std::size_t> undecided_;
};

/// RC-04
class DeniedStaysDenied final : public OneControlTest {
 public:
  explicit DeniedStaysDenied(const TestContext& context) : OneControlTest(context, "RC-04") {}

  void see(const Seen& seen) override {
    if (seen.meta) return;
    if (const auto* decided = seen.as<PolicyDecided>()) on_decision(seen, *decided);
    if (const auto* dispatched = seen.as<EffectDispatched>()) on_dispatch(seen, *dispatched);
  }

 private:
  struct Denial {
    Member member;
    bool ends = false;
  };

  void on_decision(const Seen& seen, const PolicyDecided& decided) {
    const std::string& id = decided.action.value();
    const bool imported = is_imported(context_.history.action(id), decided.provenance);
    if (imported || decided.shadow) {
      if (decided.outcome == PolicyOutcome::deny && seen.within())
        writer_.exclude(imported ? "imported" : "shadow");
      return;
    }
    if (decided.outcome == PolicyOutcome::allow) {
      // What only held it back does no more.
      const auto found = denied_.find(id);
      if (found != denied_.end() && !found->second.ends) denied_.erase(found);
      return;
    }
    if (decided.outcome != PolicyOutcome::deny) return;
    Denial denial{writer_.member(seen), !holds_back(decided.problem ? decided.problem->text : "")};
    Row& row = writer_.row_of(denial.member);
    row.decision = seen.event.id.value();
    row.policy = decided.policy.text;
    const auto found = denied_.find(id);
    if (found != denied_.end() && found->second.ends) return;
    denied_[id] = std::move(denial);
  }

  void on_dispatch(const Seen& seen, const EffectDispatched& dispatched) {
    const auto found = denied_.find(dispatched.action.value());
    if (found == denied_.end() || !seen.within()) return;
    Denial& denial = found->second;
    writer_.fail(denial.member, "dispatched_after_denial",
                 "Action " + found->first + " was denied and dispatched at " +
                     sequence_text(seen.event.position) + " (" + seen.event.id.value() + ").");
  }

  std::unordered_map<std::string, Denial> denied_;
};

/// RC-14
class StopWorks final : public OneControlTest {
 public:
  explicit StopWorks(const TestContext& context) : OneControlTest(context, "RC-14") {
    if (!context.with_deployment)
      writer_.note("Halts of the whole deployment are not in this package.");
  }

  void see(const Seen& seen) override {
    if (const auto* engaged = seen.as<KillswitchEngaged>()) {
      halts_.push_back({writer_.member(seen), engaged->scope, seen.event.time, seen.meta});
    } else if (const auto* released = seen.as<KillswitchReleased>()) {
      std::erase_if(halts_, [&](Halt& halt) { return ends(halt, *released, seen); });
    } else if (const auto* dispatched = seen.as<EffectDispatched>()) {
      on_dispatch(seen, *dispatched);
    }
  }

  void finish() override {
    for (Halt& halt : halts_) writer_.enter(halt.member);
    if (slowest_.count() > 0)
      writer_.indicate("latest_dispatch_after_deployment_halt_ms",
                       std::to_string(slowest_.count() / 1000),
                       "From a halt of the deployment to the last dispatch within the target.");
  }

 private:
  struct Halt {
    Member member;
    Clear scope;
    Timestamp since;
    bool meta = false;
  };

  bool ends(Halt& halt, const KillswitchReleased& released, const Seen& seen) {
    if (halt.meta != seen.meta || halt.scope != released.scope) return false;
    // It was in force when the period began.
    if (seen.place != Place::before) writer_.enter(halt.member);
    return true;
  }

  void on_dispatch(const Seen& seen, const EffectDispatched& dispatched) {
    if (dispatched.provenance.imported || !seen.within()) return;
    const std::string& id = dispatched.action.value();
    const PastAction* const action = context_.history.action(id);
    for (Halt& halt : halts_) {
      const std::string proposer = action != nullptr ? action->proposer.id.value() : "";
      if (killing_scope({halt.scope}, action != nullptr ? action->type : "", proposer) == nullptr)
        continue;
      const auto since = seen.event.time - halt.since;
      if (halt.meta && since <= std::chrono::milliseconds(thresholds_.halt_ms)) {
        slowest_ = std::max(slowest_, since);
        continue;
      }
      const std::string what = "Action " + id + " was dispatched at " +
                               sequence_text(seen.event.position) + " (" + seen.event.id.value() +
                               ") after the halt of " + halt.scope.text + ".";
      writer_.fail(halt.member, "dispatch_after_halt", what);
    }
  }

  std::vector<Halt> halts_;
  std::chrono::microseconds slowest_{0};
};

}  // namespace

void add_dispatch_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<DecisionBeforeDispatch>(context));
  tests.push_back(std::make_unique<DeniedStaysDenied>(context));
  tests.push_back(std::make_unique<StopWorks>(context));
}

}  // namespace recourse::soc2
