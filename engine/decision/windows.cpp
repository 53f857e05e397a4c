#include "engine/decision/windows.h"

#include <algorithm>
#include <set>

#include "engine/decision/draft.h"
#include "engine/decision/fold.h"

namespace recourse {
namespace {

/// More than a limit on customers may allow, so that a full list is past every limit.
constexpr std::size_t kCustomers = 1'024;

SlidingWindow window_of(const HistoryWindow& window) {
  return SlidingWindow(std::chrono::seconds(window.window_s));
}

SubjectId customer_of(State& state, const ActionState& action) {
  const TicketState* ticket = state.tickets.find(action.ticket);
  return ticket != nullptr ? ticket->requester : SubjectId();
}

std::string scope_of(State& state, const HistoryWindow& window, const ActionState& action) {
  switch (window.per) {
    case LimitPer::tenant:
      return "tenant";
    case LimitPer::agent:
      return "agent:" + action.proposer.value();
    case LimitPer::type:
      return "type:" + action.type.text;
    case LimitPer::customer:
      return "customer:" + customer_of(state, action).value();
    case LimitPer::ticket:
      return "ticket:" + action.ticket.value();
  }
  return "tenant";
}

/// What the action weighs; nothing when that should be known and is not.
std::optional<std::int64_t> weight(const HistoryWindow& window, const ActionState& action) {
  if (window.what != LimitWhat::money) return 1;
  if (!action.amount_minor || !action.currency) {
    const ActionType* type = find_action_type(action.type.text);
    const bool expected = type != nullptr && !type->money_path.empty();
    return expected ? std::nullopt : std::optional<std::int64_t>(0);
  }
  return *action.currency == *window.currency ? *action.amount_minor : 0;
}

bool is_about(const HistoryWindow& window, const ActionState& action) {
  return !action.imported && window.selects(action.type.text, action.proposer.value());
}

/// Whether the policy in force counted the action when it was permitted before. What an earlier
/// policy counted stays counted, so that a change of policy makes limits stricter and never wider.
bool counted_before(State& state, const ActionState& action) {
  if (!action.permitted_at) return false;
  const TenantState* tenant = state.tenant.find(TenantId());
  return tenant == nullptr || !tenant->policy_since ||
         *action.permitted_at >= *tenant->policy_since;
}

std::int64_t newest_of(const WindowState& row) {
  const std::int64_t bucket = row.buckets.empty() ? INT64_MIN : row.buckets.back().bucket;
  return row.customers.empty() ? bucket : std::max(bucket, row.customers.back().bucket);
}

std::int64_t seconds_until(Timestamp then, Timestamp now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(then - now).count();
  return std::max<std::int64_t>(left, 1);
}

/// Looks into one window for one action.
class Look {
 public:
  Look(State& state, const HistoryWindow& window, const ActionState& action, Timestamp now)
      : state_(state), window_(window), action_(action), now_(now), sliding_(window_of(window)) {}

  WindowUse use(std::int64_t max) {
    WindowUse use;
    if (!is_about(window_, action_)) return use;
    const auto weighs = weight(window_, action_);
    use.counts = true;
    use.unknown_amount = !weighs;
    if (weighs == 0) return {};
    const WindowState* found =
        state_.windows.find(window_key(window_, scope_of(state_, window_, action_)));
    static const WindowState kNothing;
    const WindowState& row = found != nullptr ? *found : kNothing;
    if (window_.what == LimitWhat::customers) {
      look_at_customers(row, max, use);
    } else {
      look_at_buckets(row, weighs.value_or(0), max, use);
    }
    return use;
  }

 private:
  void look_at_buckets(const WindowState& row, std::int64_t weighs, std::int64_t max,
                       WindowUse& use) {
    std::vector<WindowBucket> others = row.buckets;
    const bool asked = window_.counted() == Counted::asked;
    const bool recorded = action_.proposed_at >= 0;
    if (!asked && counted_before(state_, action_))
      sliding_.take_back(others, *action_.permitted_at, weighs);
    // That it was asked for counted when it was asked for.
    use.adds = asked && recorded ? 0 : weighs;
    use.used = sliding_.used(others, now_);
    if (use.used + use.adds <= max) return;
    if (const auto free = sliding_.free_at(others, now_, max - use.adds))
      use.retry_after_s = seconds_until(*free, now_);
  }

  void look_at_customers(const WindowState& row, std::int64_t max, WindowUse& use) {
    const std::int64_t from = sliding_.oldest(sliding_.bucket_at(now_, newest_of(row)));
    const SubjectId customer = customer_of(state_, action_);
    use.adds = 1;
    std::vector<std::int64_t> counted;
    for (const WindowCustomer& one : row.customers) {
      if (one.bucket < from) continue;
      counted.push_back(one.bucket);
      if (one.customer == customer) use.adds = 0;
    }
    use.used = static_cast<std::int64_t>(counted.size());
    const std::int64_t over = use.used + use.adds - max;
    if (over <= 0 || over > use.used) return;
    use.retry_after_s =
        seconds_until(sliding_.end_of(counted[static_cast<std::size_t>(over - 1)]), now_);
  }

  State& state_;
  const HistoryWindow& window_;
  const ActionState& action_;
  const Timestamp now_;
  const SlidingWindow sliding_;
};

bool was_reached(State& state, const LimitRule& limit, const std::string& scope, Timestamp now) {
  const WindowState* row = state.windows.find(window_key(limit, scope));
  if (row == nullptr) return false;
  return std::any_of(row->reached.begin(), row->reached.end(), [&](const LimitMark& mark) {
    return mark.name == limit.rule && mark.at + std::chrono::seconds(limit.window_s) > now;
  });
}

/// Folds one decision into the windows that it is about.
class Counting {
 public:
  Counting(State& state, const PolicyDecided& decided, Timestamp now)
      : state_(state), decided_(decided), now_(now), proposing_(decided.at.text == "propose") {}

  void count() {
    const ActionState* found = state_.actions.find(decided_.action);
    if (decided_.shadow || found == nullptr) return;
    action_ = found;
    const PolicyInForce in_force = policy_in_force(state_);
    for (const LimitRule& limit : in_force.policy->all_limits())
      if (refused_by(limit)) done_.insert(key_of(limit));
    count_for(*in_force.policy);
    // What a policy in shadow asks about has to be known before it is in force.
    if (const auto shadow = policy_in_shadow(state_)) count_for(*shadow->policy);
  }

 private:
  void count_for(const Policy& policy) {
    for (const LimitRule& limit : policy.all_limits()) count_in(limit);
    for (const MatrixRule& row : policy.matrix)
      if (row.history) count_in(*row.history);
  }

  std::string key_of(const HistoryWindow& window) {
    return window_key(window, scope_of(state_, window, *action_));
  }

  /// An agent that goes on asking past a limit must not keep itself shut out by it.
  bool refused_by(const LimitRule& limit) const {
    if (limit.counted() != Counted::asked || !decided_.exhausted_limits) return false;
    const std::vector<Clear>& names = *decided_.exhausted_limits;
    return std::find(names.begin(), names.end(), limit.rule) != names.end();
  }

  bool counts_now(const HistoryWindow& window) const {
    if (window.counted() == Counted::asked) return proposing_;
    if (decided_.outcome != PolicyOutcome::allow) return false;
    if (window.counted() == Counted::allowed) return true;
    const ActionType* type = find_action_type(action_->type.text);
    return decided_.required_approvals == 0 && type != nullptr &&
           type->effect == ActionEffect::write;
  }

  void count_in(const HistoryWindow& window) {
    if (!is_about(window, *action_)) return;
    const bool now = counts_now(window);
    const bool before = window.counted() != Counted::asked &&
                        decided_.outcome == PolicyOutcome::allow &&
                        counted_before(state_, *action_);
    const std::int64_t weighs = weight(window, *action_).value_or(0);
    if ((!now && !before) || weighs == 0) return;
    const std::string key = key_of(window);
    // Two rules over the same window have one row.
    if (!done_.insert(key).second) return;
    const SlidingWindow sliding = window_of(window);
    WindowState& row = state_.windows.change(key);
    if (window.what == LimitWhat::customers) {
      if (now) count_customer(row, sliding);
      return;
    }
    if (before) sliding.take_back(row.buckets, *action_->permitted_at, weighs);
    if (now) sliding.add(row.buckets, now_, weighs);
  }

  void count_customer(WindowState& row, const SlidingWindow& sliding) {
    const std::int64_t bucket = sliding.bucket_at(now_, newest_of(row));
    const SubjectId customer = customer_of(state_, *action_);
    std::erase_if(row.customers, [&](const WindowCustomer& one) {
      return one.customer == customer || one.bucket < sliding.oldest(bucket);
    });
    row.customers.push_back({customer, bucket});
    if (row.customers.size() > kCustomers) row.customers.erase(row.customers.begin());
  }

  State& state_;
  const PolicyDecided& decided_;
  const Timestamp now_;
  const bool proposing_;
  const ActionState* action_ = nullptr;
  std::set<std::string> done_;
};

void mark_reached(State& state, const LimitReached& reached, Timestamp now) {
  const PolicyInForce in_force = policy_in_force(state);
  for (const LimitRule& limit : in_force.policy->all_limits()) {
    if (limit.rule != reached.name) continue;
    auto& marks = state.windows.change(window_key(limit, reached.scope.text)).reached;
    std::erase_if(marks, [&](const LimitMark& mark) { return mark.name == limit.rule; });
    marks.push_back({limit.rule, now});
  }
}

}  // namespace

void add_window_facts(State& state, const ActionState& action, const Policy& policy, Timestamp now,
                      Facts& facts) {
  for (const LimitRule& limit : policy.all_limits()) {
    WindowUse use = Look(state, limit, action, now).use(limit.max);
    if (use.counts) use.first = !was_reached(state, limit, scope_of(state, limit, action), now);
    facts.limits.push_back(use);
  }
  const bool conditions =
      std::any_of(policy.matrix.begin(), policy.matrix.end(),
                  [](const MatrixRule& row) { return row.history.has_value(); });
  if (!conditions) return;
  for (const MatrixRule& row : policy.matrix)
    facts.history.push_back(
        row.history ? Look(state, *row.history, action, now).use(row.history->above) : WindowUse{});
}

void note_reached_limits(Draft& draft, const ActionState& action, const Policy& policy,
                         const Facts& facts, const Verdict& verdict) {
  for (const std::size_t i : verdict.reached) {
    if (!facts.limits[i].first) continue;
    const LimitRule& limit = policy.all_limits()[i];
    LimitReached reached;
    reached.name = limit.rule;
    reached.scope = scope_of(draft.state, limit, action);
    reached.used = facts.limits[i].used;
    reached.max = limit.max;
    reached.window_s = limit.window_s;
    reached.action = action.action;
    reached.ticket = action.ticket;
    draft.add("ctl_limits", std::move(reached));
  }
}

bool is_limit(const std::optional<std::string>& problem) {
  return problem && problem->starts_with(kLimitPrefix);
}

void fold_windows(State& state, const RecordedEvent& event) {
  if (const auto* decided = get_if<PolicyDecided>(&event.data))
    Counting(state, *decided, event.time).count();
  if (const auto* reached = get_if<LimitReached>(&event.data))
    mark_reached(state, *reached, event.time);
}

}  // namespace recourse
