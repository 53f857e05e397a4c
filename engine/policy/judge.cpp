#include "engine/policy/judge.h"

#include <algorithm>

namespace recourse {
namespace {

enum class Answer { matched, not_matched, error };

constexpr std::string_view text_of(Answer answer) {
  switch (answer) {
    case Answer::matched:
      return "matched";
    case Answer::not_matched:
      return "not_matched";
    case Answer::error:
      return "error";
  }
  return "error";
}

Answer answer(bool matched) { return matched ? Answer::matched : Answer::not_matched; }

using Inputs = std::vector<RuleInput>;

constexpr std::string_view kAutonomyLevel = "autonomy_level";

RuleInput input(std::string_view name, std::string_view value) { return {name, value}; }
RuleInput input(std::string_view name, std::optional<std::int64_t> value) {
  return {name, value ? std::to_string(*value) : std::string("absent")};
}

template <class Rule>
int rank(const Rule& rule) {
  const bool about_undoing = rule.reversibility || rule.has_inverse;
  return (rule.type ? 4 : 0) + (rule.category ? 2 : 0) + (about_undoing ? 1 : 0);
}

/// The rule of the highest rank, the first of equals; null when all have a negative one.
template <class Rule, class RankOf>
const Rule* most_specific(const std::vector<Rule>& rules, RankOf rank_of) {
  const Rule* best = nullptr;
  int best_rank = -1;
  for (const Rule& rule : rules)
    if (const int rank = rank_of(rule); rank > best_rank) {
      best = &rule;
      best_rank = rank;
    }
  return best;
}

bool changes_something(const ActionType* type) {
  return type == nullptr || type->effect == ActionEffect::write;
}

/// Whether the rule is about actions of `type`; null: the manifest does not have it.
template <class Rule>
bool selects(const Rule& rule, const ActionType* type) {
  // What the manifest does not know is as bad as it gets.
  const Reversibility reversibility = type != nullptr ? type->reversibility : Reversibility::R4;
  if (rule.type && (type == nullptr || type->name != rule.type->text)) return false;
  if (rule.category && (type == nullptr || type->category != rule.category->text)) return false;
  if (rule.has_inverse) {
    const bool has_inverse = type != nullptr && type->inverse != "none";
    if (!changes_something(type) || *rule.has_inverse != has_inverse) return false;
  }
  return !rule.reversibility || *rule.reversibility == reversibility;
}

/// Asks all rules in order and keeps what they said.
class Judgement {
 public:
  Judgement(const Policy& policy, const Facts& facts) : policy_(policy), facts_(facts) {}

  Verdict verdict() {
    ask_controls();
    ask_matrix(MatrixEffect::forbid);
    ask_limits();
    ask_breaker();
    ask_rollouts();
    ask_threshold();
    ask_matrix(MatrixEffect::require_approval);
    ask_matrix(MatrixEffect::permit);
    ask_floors();
    ask_about_autonomy();
    conclude();
    return std::move(verdict_);
  }

 private:
  void record(std::string_view rule, std::string_view effect, Answer said, Inputs inputs) {
    verdict_.rules.push_back({rule, effect, text_of(said), std::move(inputs)});
  }

  void forbid(std::string_view rule, Answer said, Inputs inputs) {
    record(rule, "forbid", said, std::move(inputs));
  }

  void demand(std::string_view rule, Answer said, Inputs inputs, std::int64_t quorum,
              const std::vector<Role>& roles) {
    if (said != Answer::not_matched) require_voters(quorum, roles);
    record(rule, "require_approval", said, std::move(inputs));
  }

  void require_voters(std::int64_t quorum, const std::vector<Role>& roles) {
    // The strictest demand decides who votes; equal ones narrow it to those whom all accept.
    if (quorum > verdict_.quorum) {
      verdict_.roles = roles;
    } else if (quorum == verdict_.quorum) {
      std::vector<Role> both;
      for (const Role role : verdict_.roles)
        if (std::find(roles.begin(), roles.end(), role) != roles.end()) both.push_back(role);
      if (!both.empty()) verdict_.roles = std::move(both);
    }
    verdict_.quorum = std::max(verdict_.quorum, quorum);
  }

  void ask_controls() {
    const ActionType* type = facts_.type;
    const Clear* killed = killing_scope(
        facts_.killed_scopes, type != nullptr ? type->name : std::string_view(), facts_.proposer);
    forbid("kill_switch", answer(killed != nullptr),
           killed == nullptr ? Inputs{} : Inputs{input("scope", killed->text)});
    const Automation on_ticket = facts_.automation;
    // A person switches it off for agents, not for other people.
    const bool off = on_ticket == Automation::paused || on_ticket == Automation::suspended ||
                     (on_ticket == Automation::off && facts_.machine);
    forbid("autonomy", answer(!policy_.autonomy_enabled || off),
           {input("enabled", policy_.autonomy_enabled ? "true" : "false"),
            input("ticket", word(facts_.automation))});
    ask_autonomy_level();
    forbid("unknown_type", answer(type == nullptr), {});
    Inputs faults;
    for (const ArgFault& fault : facts_.schema_faults)
      faults.push_back(input(fault.arg.empty() ? "args" : fault.arg, fault.what));
    const Answer faulty = answer(!faults.empty());
    forbid("schema", faulty, std::move(faults));
    forbid("ticket_state", answer(ticket_state_forbids()),
           {input("status", word(facts_.ticket_status))});
    const Executor executor = type != nullptr ? type->executor : Executor::none;
    // Imported actions ran elsewhere; that nobody here could run them says nothing about them.
    forbid("no_executor", answer(executor == Executor::none && !facts_.imported),
           {input("executor", word(executor))});
    const bool overtaken = type != nullptr && facts_.customer_wrote_since &&
                           type->on_new_message() == OnNewMessage::invalidate;
    forbid("new_message", answer(overtaken), {});
    forbid("duplicate_of_rejected", answer(facts_.same_as_rejected), {});
  }

  bool changes_something() const { return recourse::changes_something(facts_.type); }

  /// Reading and handing over stay open to an agent that may only suggest or ask.
  void ask_autonomy_level() {
    if (!policy_.autonomy) return;
    const AutonomyRule* rule = nullptr;
    if (facts_.machine)
      rule = most_specific(*policy_.autonomy, [&](const AutonomyRule& candidate) {
        const bool about = !candidate.agent || candidate.agent->text == facts_.proposer;
        return about && selects(candidate) ? (candidate.agent ? 16 : 0) + rank(candidate) : -1;
      });
    const AgentAutonomy level = rule != nullptr ? rule->level : AgentAutonomy::auto_;
    Inputs inputs{input("level", word(level)),
                  input("rule", rule != nullptr ? rule->rule.text : "none")};
    const bool changes = changes_something();
    switch (level) {
      case AgentAutonomy::off:
        return forbid(kAutonomyLevel, Answer::matched, std::move(inputs));
      case AgentAutonomy::shadow:
      case AgentAutonomy::suggest:
        shadowed_ = changes || level == AgentAutonomy::shadow;
        return record(kAutonomyLevel, "shadow", answer(shadowed_), std::move(inputs));
      case AgentAutonomy::approve:
      case AgentAutonomy::auto_:
        return demand(kAutonomyLevel, answer(changes && level == AgentAutonomy::approve),
                      std::move(inputs), policy_.low_confidence_quorum,
                      policy_.low_confidence_roles);
    }
  }

  bool ticket_state_forbids() const {
    if (facts_.imported) return false;
    const TicketStatus status = facts_.ticket_status;
    if (status == TicketStatus::closed || status == TicketStatus::merged) return true;
    return status == TicketStatus::resolved && facts_.type != nullptr &&
           facts_.type->needs_unresolved;
  }

  WindowUse limit_use(std::size_t limit) const {
    return limit < facts_.limits.size() ? facts_.limits[limit] : WindowUse{};
  }

  static Answer past(const WindowUse& use, std::int64_t max) {
    if (use.unknown_amount) return Answer::error;
    return answer(use.counts && use.used + use.adds > max);
  }

  /// What autonomous actions may do is settled when it is known whether a person is asked.
  void ask_limits() {
    const auto& limits = policy_.all_limits();
    for (std::size_t i = 0; i < limits.size(); ++i) {
      const LimitRule& limit = limits[i];
      const WindowUse use = limit_use(i);
      const bool settled = limit.counted() != Counted::autonomous;
      const Answer said = settled ? past(use, limit.max) : Answer::not_matched;
      const bool denies = limit.effect == LimitEffect::deny;
      Inputs inputs;
      if (use.counts) {
        inputs = {input("used", use.used), input("max", limit.max),
                  input("window_s", limit.window_s)};
        if (use.adds != 1) inputs.push_back(input("adds", use.adds));
        if (use.retry_after_s > 0) inputs.push_back(input("retry_after_s", use.retry_after_s));
      }
      if (!settled) autonomous_.push_back({i, verdict_.rules.size()});
      record(std::string(kLimitPrefix) + limit.rule.text, denies ? "forbid" : "require_approval",
             said, std::move(inputs));
      if (said != Answer::not_matched) reach(i);
    }
  }

  void reach(std::size_t limit) {
    verdict_.reached.push_back(limit);
    if (policy_.all_limits()[limit].effect == LimitEffect::require_approval)
      require_voters(policy_.low_confidence_quorum, policy_.low_confidence_roles);
  }

  /// An action that a person has to agree to anyway is none of the autonomous ones.
  void ask_about_autonomy() {
    if (verdict_.quorum > 0 || shadowed_ || !changes_something()) return;
    for (const auto& [limit, rule] : autonomous_) {
      const Answer said = past(limit_use(limit), policy_.all_limits()[limit].max);
      verdict_.rules[rule].result = text_of(said);
      if (said != Answer::not_matched) reach(limit);
    }
  }

  void ask_breaker() {
    const BreakerUse& use = facts_.breaker;
    Inputs inputs;
    if (use.applies) inputs.push_back(input("state", word(use.status)));
    if (use.retry_after_s > 0) inputs.push_back(input("retry_after_s", use.retry_after_s));
    forbid(kBreakerRule, answer(use.applies && use.blocks), std::move(inputs));
  }

  /// Whoever is outside still gets help, with a person's consent.
  void ask_rollouts() {
    for (const RolloutUse& use : facts_.rollouts)
      demand(std::string(kRolloutPrefix) + use.key, answer(!use.in),
             {input("unit", use.unit_id), input("bucket", use.bucket),
              input("percent_bp", use.percent_bp)},
             policy_.low_confidence_quorum, policy_.low_confidence_roles);
  }

  void ask_threshold() {
    const ThresholdRule* rule = threshold_for(policy_, facts_.type);
    std::optional<std::int64_t> at_least = rule != nullptr ? rule->at_least_ppm : std::nullopt;
    const bool needed = rule == nullptr || at_least;
    const ExperimentUse* const tried =
        at_least && facts_.experiment ? &*facts_.experiment : nullptr;
    if (tried != nullptr) at_least = tried->at_least_ppm;
    const bool below =
        needed && (rule == nullptr || !facts_.confidence_ppm || *facts_.confidence_ppm < *at_least);
    Inputs inputs{input("confidence_ppm", facts_.confidence_ppm), input("at_least_ppm", at_least),
                  input("threshold", rule != nullptr ? rule->rule.text : "none")};
    if (tried != nullptr) {
      inputs.push_back(input("experiment", tried->key));
      inputs.push_back(input("arm", word(tried->arm)));
      inputs.push_back(input("bucket", tried->bucket));
    }
    if (rule != nullptr && rule->below == PolicyOutcome::deny) {
      forbid("confidence_threshold", answer(below), std::move(inputs));
    } else {
      demand("confidence_threshold", answer(below), std::move(inputs),
             policy_.low_confidence_quorum, policy_.low_confidence_roles);
    }
  }

  template <class Rule>
  bool selects(const Rule& rule) const {
    return recourse::selects(rule, facts_.type);
  }

  Answer fits(std::size_t row) const {
    const Answer now = fits(policy_.matrix[row]);
    const auto& history = policy_.matrix[row].history;
    if (now == Answer::not_matched || !history) return now;
    const WindowUse use = row < facts_.history.size() ? facts_.history[row] : WindowUse{};
    const Answer before = past(use, history->above);
    return before == Answer::matched ? now : before;
  }

  Answer fits(const MatrixRule& rule) const {
    if (!selects(rule)) return Answer::not_matched;
    for (const Clear& except : rule.except_types)
      if (facts_.type != nullptr && facts_.type->name == except.text) return Answer::not_matched;
    const bool about_money = rule.currency || !rule.except_currencies.empty();
    if (!about_money) return Answer::matched;
    if (!facts_.amount_minor || !facts_.currency) {
      // Tools that move money without naming an amount are no error: rules on amounts pass them by.
      const bool expected = facts_.type != nullptr && !facts_.type->money_path.empty();
      return expected ? Answer::error : Answer::not_matched;
    }
    if (rule.currency && rule.currency->text != *facts_.currency) return Answer::not_matched;
    for (const Clear& except : rule.except_currencies)
      if (except.text == *facts_.currency) return Answer::not_matched;
    if (rule.above_minor && *facts_.amount_minor <= *rule.above_minor) return Answer::not_matched;
    if (rule.up_to_minor && *facts_.amount_minor > *rule.up_to_minor) return Answer::not_matched;
    return Answer::matched;
  }

  void ask_matrix(MatrixEffect effect) {
    for (std::size_t row = 0; row < policy_.matrix.size(); ++row) {
      const MatrixRule& rule = policy_.matrix[row];
      if (rule.effect != effect) continue;
      const Answer said = fits(row);
      Inputs inputs;
      if (said != Answer::not_matched && rule.currency)
        inputs = {input("amount_minor", facts_.amount_minor),
                  input("currency", facts_.currency.value_or("absent"))};
      if (said != Answer::not_matched && rule.history && row < facts_.history.size()) {
        inputs.push_back(input("used", facts_.history[row].used));
        inputs.push_back(input("above", rule.history->above));
        inputs.push_back(input("window_s", rule.history->window_s));
        if (facts_.history[row].adds != 1)
          inputs.push_back(input("adds", facts_.history[row].adds));
      }
      const std::string name = "matrix." + rule.rule.text;
      if (effect == MatrixEffect::forbid) {
        forbid(name, said, std::move(inputs));
      } else if (effect == MatrixEffect::require_approval) {
        demand(name, said, std::move(inputs), rule.quorum, rule.roles);
      } else {
        const bool matched = said == Answer::matched;
        permitted_ = permitted_ || matched;
        bounded_permit_ = bounded_permit_ || (matched && rule.up_to_minor);
        record(name, "permit", said, std::move(inputs));
      }
    }
  }

  void ask_floors() {
    const std::vector<Role> managers{Role::manager, Role::admin};
    const Reversibility reversibility =
        facts_.type != nullptr ? facts_.type->reversibility : Reversibility::R4;
    floor("irreversible_floor", reversibility == Reversibility::R4, managers,
          {input("reversibility", word(reversibility))});
    const bool money = facts_.type != nullptr && facts_.type->category == "financial" &&
                       reversibility == Reversibility::R3;
    floor("money_floor", money && !bounded_permit_, managers, {});
  }

  /// A floor asks for one person where the policy asks for nobody, and adds nothing else.
  void floor(std::string_view rule, bool matched, const std::vector<Role>& roles, Inputs inputs) {
    if (matched && verdict_.quorum == 0) {
      verdict_.quorum = 1;
      verdict_.roles = roles;
    }
    record(rule, "require_approval", answer(matched), std::move(inputs));
  }

  void conclude() {
    const bool demanded = verdict_.quorum > 0;
    const bool approved = demanded && facts_.approvals >= verdict_.quorum;
    record("approval", "permit", answer(approved),
           {input("votes", facts_.approvals), input("quorum", verdict_.quorum)});
    for (const RuleResult& rule : verdict_.rules) {
      if (rule.effect.text != "forbid" || rule.result.text == text_of(Answer::not_matched))
        continue;
      verdict_.problem = rule.rule.text;
      break;
    }
    if (!verdict_.problem && !demanded && !permitted_) verdict_.problem = "no_permit";
    if (verdict_.problem) {
      verdict_.outcome = PolicyOutcome::deny;
      verdict_.quorum = 0;
      verdict_.roles.clear();
    } else if (shadowed_) {
      verdict_.outcome = PolicyOutcome::shadow;
      verdict_.quorum = 0;
      verdict_.roles.clear();
    } else if (demanded && !approved) {
      verdict_.outcome = PolicyOutcome::require_approval;
    } else {
      verdict_.outcome = PolicyOutcome::allow;
    }
  }

  const Policy& policy_;
  const Facts& facts_;
  Verdict verdict_;
  struct Unsettled {
    std::size_t limit, rule;
  };
  std::vector<Unsettled> autonomous_;
  bool permitted_ = false;
  bool shadowed_ = false;
  bool bounded_permit_ = false;
};

}  // namespace

const Clear* killing_scope(const std::vector<Clear>& scopes, std::string_view type,
                           std::string_view proposer) {
  const auto about = [&](const Clear& scope) {
    return scope.text == "deployment" || scope.text == "tenant" ||
           (!type.empty() && scope.text == type) || (!proposer.empty() && scope.text == proposer);
  };
  const auto found = std::find_if(scopes.begin(), scopes.end(), about);
  return found != scopes.end() ? &*found : nullptr;
}

bool holds_back(std::string_view rule) {
  return rule == "kill_switch" || rule == kBreakerRule || rule.starts_with(kLimitPrefix);
}

Verdict judge(const Policy& policy, const Facts& facts) {
  return Judgement(policy, facts).verdict();
}

const ThresholdRule* threshold_for(const Policy& policy, const ActionType* type) {
  return most_specific(policy.thresholds, [&](const ThresholdRule& rule) {
    return selects(rule, type) ? rank(rule) : -1;
  });
}

std::vector<Role> escalation_roles(const Policy& policy, const ActionType* type) {
  const EscalationRule* rule = nullptr;
  if (policy.escalations)
    rule = most_specific(*policy.escalations, [&](const EscalationRule& candidate) {
      return selects(candidate, type) ? rank(candidate) : -1;
    });
  return rule != nullptr ? rule->escalate_to : std::vector<Role>{Role::admin};
}

std::int64_t hold_seconds(const Policy& policy, const ActionType& type) {
  const HoldRule* rule = nullptr;
  if (policy.holds)
    rule = most_specific(*policy.holds, [&](const HoldRule& candidate) {
      return selects(candidate, &type) ? rank(candidate) : -1;
    });
  return rule != nullptr ? rule->hold_s : type.void_window_s;
}

}  // namespace recourse
