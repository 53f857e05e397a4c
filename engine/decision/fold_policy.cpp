#include <algorithm>

#include "engine/decision/fold.h"

namespace recourse {
namespace {

constexpr std::size_t kEarlierPolicies = 16;

class PolicyFold {
 public:
  PolicyFold(State& state, const RecordedEvent& event) : state_(state), event_(event) {}

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const PolicyDrafted& drafted) {
    PolicyState& policy = row(drafted.policy);
    policy.digest = drafted.digest;
    policy.text = drafted.text;
    policy.drafted_by = event_.actor.id;
    policy.drafted_at = event_.time;
  }

  void operator()(const PolicyBacktested& backtested) {
    row(backtested.policy).backtest = backtested.backtest;
  }

  void operator()(const PolicyActivated& activated) {
    PolicyState& policy = row(activated.policy);
    policy.digest = activated.digest;
    policy.text = activated.text;
    policy.activated_by = event_.actor.id;
    policy.activated_at = event_.time;
    policy.mode = activated.mode;
    policy.retired = false;
    if (activated.drafted_by) policy.drafted_by = activated.drafted_by;
    TenantState& tenant = state_.tenant.change(TenantId());
    if (activated.mode == PolicyMode::shadow) {
      tenant.shadow_policy = activated.policy;
      tenant.shadow_text = activated.text;
      return;
    }
    if (!tenant.policy.text.empty() && tenant.policy != activated.policy) {
      tenant.earlier_policies.push_back(tenant.policy);
      if (tenant.earlier_policies.size() > kEarlierPolicies)
        tenant.earlier_policies.erase(tenant.earlier_policies.begin());
    }
    tenant.policy = activated.policy;
    tenant.policy_since = event_.time;
    tenant.policy_text = activated.text;
    end_trial(activated.policy);
  }

  void operator()(const PolicyReverted& reverted) {
    PolicyState& policy = row(reverted.to);
    policy.activated_by = event_.actor.id;
    policy.activated_at = event_.time;
    policy.mode = PolicyMode::enforce;
    policy.retired = false;
    const Clear text = policy.text;
    TenantState& tenant = state_.tenant.change(TenantId());
    auto& earlier = tenant.earlier_policies;
    earlier.erase(std::find(earlier.begin(), earlier.end(), reverted.to), earlier.end());
    tenant.policy = reverted.to;
    tenant.policy_since = event_.time;
    tenant.policy_text = text;
    end_trial(reverted.to);
  }

  void operator()(const PolicyRetired& retired) {
    row(retired.policy).retired = true;
    end_trial(retired.policy);
  }

 private:
  PolicyState& row(const Clear& name) {
    PolicyState& policy = state_.policies.change(name.text);
    policy.policy = name;
    return policy;
  }

  void end_trial(const Clear& policy) {
    const TenantState* tenant = state_.tenant.find(TenantId());
    if (tenant == nullptr || tenant->shadow_policy != policy) return;
    TenantState& changed = state_.tenant.change(TenantId());
    changed.shadow_policy.reset();
    changed.shadow_text.reset();
  }

  State& state_;
  const RecordedEvent& event_;
};

}  // namespace

void fold_policies(State& state, const RecordedEvent& event) {
  visit(PolicyFold(state, event), event.data);
}

}  // namespace recourse
