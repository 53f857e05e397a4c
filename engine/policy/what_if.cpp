#include "engine/policy/what_if.h"

#include <algorithm>
#include <set>

namespace recourse {
namespace {

std::string number_or_absent(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : "absent";
}

class Trials {
 public:
  Trials(const Policy& policy, const Facts& facts)
      : policy_(policy), facts_(facts), verdict_(judge(policy, facts)), cleared_(facts) {}

  std::vector<WhatIf> run() {
    try_controls();
    try_confidence();
    try_amounts();
    try_windows();
    try_rules();
    try_approvals();
    const bool allow = std::any_of(found_.begin(), found_.end(), [](const WhatIf& one) {
      return one.outcome == PolicyOutcome::allow;
    });
    if (verdict_.outcome != PolicyOutcome::allow && !allow) try_all();
    return std::move(found_);
  }

 private:
  static constexpr std::string_view kAll = "all obstacles in the facts";

  void note(std::string_view change, std::string_view from, std::string_view to,
            const Verdict& verdict) {
    if (verdict.outcome != verdict_.outcome) found_.push_back({change, from, to, verdict.outcome});
  }

  template <class Change>
  void try_fact(std::string_view name, std::string_view from, std::string_view to, bool remedy,
                Change change) {
    Facts other = facts_;
    change(other);
    if (remedy) change(cleared_);
    note(name, from, to, judge(policy_, other));
  }

  void try_controls() {
    const ActionType* type = facts_.type;
    const Clear* killed = killing_scope(
        facts_.killed_scopes, type != nullptr ? type->name : std::string_view(), facts_.proposer);
    if (killed != nullptr)
      try_fact("kill_switch", killed->text, "released", true,
               [](Facts& other) { other.killed_scopes.clear(); });
    if (facts_.automation != Automation::active)
      try_fact("automation", word(facts_.automation), "active", true,
               [](Facts& other) { other.automation = Automation::active; });
    if (facts_.ticket_status != TicketStatus::open)
      try_fact("ticket_status", word(facts_.ticket_status), "open", true,
               [](Facts& other) { other.ticket_status = TicketStatus::open; });
    if (!facts_.schema_faults.empty())
      try_fact("args", "not as the manifest wants them", "right", true,
               [](Facts& other) { other.schema_faults.clear(); });
    if (facts_.breaker.applies && facts_.breaker.blocks)
      try_fact("breaker", word(facts_.breaker.status), "closed", true, [](Facts& other) {
        other.breaker.blocks = false;
        other.breaker.status = BreakerStatus::closed;
      });
    for (std::size_t i = 0; i < facts_.rollouts.size(); ++i) {
      const RolloutUse& use = facts_.rollouts[i];
      // Past the bucket at the least, or down to it.
      try_fact(std::string(kRolloutPrefix) + use.key + ".percent_bp",
               std::to_string(use.percent_bp), std::to_string(use.bucket + (use.in ? 0 : 1)),
               !use.in, [i](Facts& other) { other.rollouts[i].in = !other.rollouts[i].in; });
    }
    if (facts_.experiment)
      try_fact("experiment." + facts_.experiment->key, word(facts_.experiment->arm), "none", false,
               [](Facts& other) { other.experiment.reset(); });
    if (facts_.customer_wrote_since)
      try_fact("new_message", "after the proposal", "none", true,
               [](Facts& other) { other.customer_wrote_since = false; });
    if (facts_.same_as_rejected)
      try_fact("duplicate_of_rejected", "true", "false", true,
               [](Facts& other) { other.same_as_rejected = false; });
  }

  const RuleResult* rule(std::string_view name) const {
    for (const RuleResult& result : verdict_.rules)
      if (result.rule.text == name) return &result;
    return nullptr;
  }

  void try_confidence() {
    const RuleResult* threshold = rule("confidence_threshold");
    if (threshold == nullptr) return;
    for (const RuleInput& input : threshold->inputs) {
      if (input.name.text != "at_least_ppm" || input.value.text == "absent") continue;
      const std::int64_t least = std::stoll(input.value.text);
      const bool below = threshold->result.text == "matched";
      const std::int64_t turn = below ? least : least - 1;
      if (turn < 0 || turn > 1'000'000) continue;
      try_fact("confidence_ppm", number_or_absent(facts_.confidence_ppm), std::to_string(turn),
               below, [turn](Facts& other) { other.confidence_ppm = turn; });
    }
  }

  void try_amounts() {
    if (!facts_.amount_minor || !facts_.currency) return;
    std::set<std::int64_t> turns;
    for (const MatrixRule& row : policy_.matrix) {
      if (!row.currency || row.currency->text != *facts_.currency) continue;
      for (const auto& bound : {row.above_minor, row.up_to_minor})
        if (bound) turns.insert({*bound, *bound + 1});
    }
    for (const std::int64_t turn : turns) {
      // Of the two sides of a bound the nearer one is on the way to the farther one.
      const bool nearer = (turn > *facts_.amount_minor) == turns.contains(turn - 1);
      if (turn == *facts_.amount_minor || !nearer) continue;
      try_fact("amount_minor", std::to_string(*facts_.amount_minor), std::to_string(turn), false,
               [turn](Facts& other) { other.amount_minor = turn; });
    }
  }

  void try_window(const std::string& name, const WindowUse& use, std::int64_t max,
                  std::vector<WindowUse> Facts::*list, std::size_t index) {
    if (!use.counts) return;
    const bool past = use.used + use.adds > max;
    const std::int64_t turn = past ? max - use.adds : max + 1 - use.adds;
    if (turn < 0) return;
    try_fact(name, std::to_string(use.used), std::to_string(turn), past,
             [&](Facts& other) { (other.*list)[index].used = turn; });
  }

  void try_windows() {
    const auto& limits = policy_.all_limits();
    for (std::size_t i = 0; i < limits.size() && i < facts_.limits.size(); ++i)
      try_window(std::string(kLimitPrefix) + limits[i].rule.text + ".used", facts_.limits[i],
                 limits[i].max, &Facts::limits, i);
    for (std::size_t i = 0; i < policy_.matrix.size() && i < facts_.history.size(); ++i)
      if (const auto& history = policy_.matrix[i].history)
        try_window("matrix." + policy_.matrix[i].rule.text + ".used", facts_.history[i],
                   history->above, &Facts::history, i);
  }

  /// Rules of the policy that fitted: what if they were not there.
  void try_rules() {
    for (std::size_t i = 0; i < policy_.matrix.size(); ++i) {
      const std::string name = "matrix." + policy_.matrix[i].rule.text;
      const RuleResult* said = rule(name);
      if (said == nullptr || said->result.text == "not_matched") continue;
      Policy other = policy_;
      other.matrix.erase(other.matrix.begin() + static_cast<std::ptrdiff_t>(i));
      Facts facts = facts_;
      if (i < facts.history.size())
        facts.history.erase(facts.history.begin() + static_cast<std::ptrdiff_t>(i));
      note(name, "in the policy", "not in the policy", judge(other, facts));
    }
    if (policy_.autonomy) {
      Policy other = policy_;
      other.autonomy.reset();
      note("autonomy_level", "as the policy sets it", "auto", judge(other, facts_));
    }
    if (!policy_.autonomy_enabled) {
      Policy other = policy_;
      other.autonomy_enabled = true;
      note("autonomy_enabled", "false", "true", judge(other, facts_));
    }
  }

  void try_approvals() {
    if (verdict_.outcome != PolicyOutcome::require_approval) return;
    const std::int64_t quorum = verdict_.quorum;
    try_fact("approvals", std::to_string(facts_.approvals), std::to_string(quorum), false,
             [quorum](Facts& other) { other.approvals = quorum; });
  }

  void try_all() { note(kAll, "there", "gone", judge(policy_, cleared_)); }

  const Policy& policy_;
  const Facts& facts_;
  const Verdict verdict_;
  Facts cleared_;  ///< With every obstacle among the facts out of the way.
  std::vector<WhatIf> found_;
};

}  // namespace

std::vector<WhatIf> what_if(const Policy& policy, const Facts& facts) {
  return Trials(policy, facts).run();
}

}  // namespace recourse
