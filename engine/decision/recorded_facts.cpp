#include "engine/decision/recorded_facts.h"

#include <algorithm>
#include <charconv>

namespace recourse {
namespace {

const Clear* input_of(const RuleResult& rule, std::string_view name) {
  for (const RuleInput& input : rule.inputs)
    if (input.name.text == name) return &input.value;
  return nullptr;
}

std::optional<std::int64_t> number_of(const RuleResult& rule, std::string_view name) {
  const Clear* const text = input_of(rule, name);
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = text->text.data() + text->text.size();
  const auto [stop, fault] = std::from_chars(text->text.data(), end, number);
  return fault == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

bool matched(const RuleResult& rule) { return rule.result.text == "matched"; }

void take_breaker(const RuleResult& rule, BreakerUse& use) {
  const Clear* const state = input_of(rule, "state");
  use.applies = state != nullptr;
  if (state != nullptr)
    use.status = from_word<BreakerStatus>(state->text).value_or(BreakerStatus::closed);
  use.blocks = matched(rule);
  use.retry_after_s = number_of(rule, "retry_after_s").value_or(0);
}

RolloutUse rollout_of(const RuleResult& rule) {
  RolloutUse use;
  use.key = rule.rule.text.substr(kRolloutPrefix.size());
  if (const Clear* unit = input_of(rule, "unit")) use.unit_id = unit->text;
  use.bucket = number_of(rule, "bucket").value_or(0);
  use.percent_bp = number_of(rule, "percent_bp").value_or(0);
  use.in = !matched(rule);
  use.known = true;
  return use;
}

std::optional<ExperimentUse> experiment_of(const RuleResult& rule) {
  const Clear* const key = input_of(rule, "experiment");
  const Clear* const arm = input_of(rule, "arm");
  const auto at_least = number_of(rule, "at_least_ppm");
  if (key == nullptr || arm == nullptr || !at_least) return std::nullopt;
  ExperimentUse use;
  use.key = key->text;
  use.arm = from_word<ExperimentArm>(arm->text).value_or(ExperimentArm::control);
  use.bucket = number_of(rule, "bucket").value_or(0);
  use.at_least_ppm = *at_least;
  use.known = true;
  return use;
}

/// One rule's share of the facts.
void take(const RuleResult& rule, Facts& facts) {
  const std::string& name = rule.rule.text;
  if (name == "kill_switch") {
    if (const Clear* scope = input_of(rule, "scope")) facts.killed_scopes.push_back(*scope);
  } else if (name == "autonomy") {
    if (const Clear* ticket = input_of(rule, "ticket"))
      facts.automation = from_word<Automation>(ticket->text).value_or(Automation::active);
  } else if (name == "schema") {
    for (const RuleInput& fault : rule.inputs)
      facts.schema_faults.push_back({fault.name.text, fault.value.text});
  } else if (name == "ticket_state") {
    if (const Clear* status = input_of(rule, "status"))
      facts.ticket_status = from_word<TicketStatus>(status->text).value_or(TicketStatus::open);
  } else if (name == "new_message") {
    facts.customer_wrote_since = matched(rule);
  } else if (name == "duplicate_of_rejected") {
    facts.same_as_rejected = matched(rule);
  } else if (name == "confidence_threshold") {
    facts.experiment = experiment_of(rule);
  } else if (name == kBreakerRule) {
    take_breaker(rule, facts.breaker);
  } else if (name.starts_with(kRolloutPrefix)) {
    facts.rollouts.push_back(rollout_of(rule));
  } else if (name == "approval") {
    facts.approvals = number_of(rule, "votes").value_or(0);
  }
}

const RuleResult* find_rule(const PolicyDecided& decided, std::string_view prefix,
                            std::string_view name) {
  for (const RuleResult& rule : decided.rules) {
    const std::string_view text = rule.rule.text;
    if (text.size() == prefix.size() + name.size() && text.starts_with(prefix) &&
        text.ends_with(name))
      return &rule;
  }
  return nullptr;
}

WindowUse use_of(const RuleResult* rule) {
  WindowUse use;
  if (rule == nullptr) return use;
  const auto used = number_of(*rule, "used");
  if (!used) return use;
  use.counts = true;
  use.used = *used;
  use.adds = number_of(*rule, "adds").value_or(1);
  use.retry_after_s = number_of(*rule, "retry_after_s").value_or(0);
  use.unknown_amount = rule->result.text == "error";
  return use;
}

}  // namespace

Facts recorded_facts(const ActionProposed& proposed, const Actor& proposer,
                     const PolicyDecided& decided) {
  Facts facts;
  facts.type = find_action_type(proposed.type.text);
  facts.confidence_ppm = proposed.confidence_ppm;
  facts.amount_minor = proposed.amount_minor;
  if (proposed.currency) facts.currency = proposed.currency->text;
  facts.proposer = proposer.id.value();
  facts.machine = proposer.type == ActorType::agent;
  facts.imported = proposed.provenance.imported;
  for (const RuleResult& rule : decided.rules) take(rule, facts);
  return facts;
}

void add_recorded_windows(const Policy& policy, const PolicyDecided& decided, Facts& facts) {
  facts.limits.clear();
  facts.history.clear();
  for (const LimitRule& limit : policy.all_limits())
    facts.limits.push_back(use_of(find_rule(decided, kLimitPrefix, limit.rule.text)));
  for (const MatrixRule& row : policy.matrix)
    facts.history.push_back(row.history ? use_of(find_rule(decided, "matrix.", row.rule.text))
                                        : WindowUse{});
}

bool same_verdict(const Verdict& verdict, const PolicyDecided& decided) {
  const bool same_problem = verdict.problem.has_value() == decided.problem.has_value() &&
                            (!verdict.problem || *verdict.problem == decided.problem->text);
  const auto& roles = decided.approver_roles;
  return same_problem && verdict.outcome == decided.outcome &&
         verdict.quorum == decided.required_approvals && verdict.rules == decided.rules &&
         std::equal(verdict.roles.begin(), verdict.roles.end(), roles.begin(), roles.end(),
                    [](Role role, const Clear& text) { return word(role) == text.text; });
}

}  // namespace recourse
