#include "engine/decision/backtest.h"

#include <algorithm>
#include <array>
#include <map>

#include "engine/base/sha256.h"
#include "engine/decision/facts.h"
#include "engine/decision/fold.h"
#include "engine/decision/memory_state.h"
#include "engine/decision/recorded_facts.h"
#include "engine/decision/windows.h"
#include "engine/event/describe.h"

namespace recourse {
namespace {

constexpr std::uint8_t kFailed = 1, kRolledBack = 2, kReopened = 4, kMarkedWrong = 8;

void count_wrong(WrongCounts& counts, std::uint8_t wrong) {
  counts.any += wrong != 0 ? 1 : 0;
  counts.failed += (wrong & kFailed) != 0 ? 1 : 0;
  counts.rolled_back += (wrong & kRolledBack) != 0 ? 1 : 0;
  counts.reopened += (wrong & kReopened) != 0 ? 1 : 0;
  counts.marked_wrong += (wrong & kMarkedWrong) != 0 ? 1 : 0;
}

std::vector<Clear> words_of(std::uint8_t wrong) {
  std::vector<Clear> words;
  if ((wrong & kFailed) != 0) words.emplace_back("failed");
  if ((wrong & kRolledBack) != 0) words.emplace_back("rolled_back");
  if ((wrong & kReopened) != 0) words.emplace_back("reopened");
  if ((wrong & kMarkedWrong) != 0) words.emplace_back("marked_wrong");
  return words;
}

bool asks_history(const Policy& policy) {
  return !policy.all_limits().empty() ||
         std::any_of(policy.matrix.begin(), policy.matrix.end(),
                     [](const MatrixRule& row) { return row.history.has_value(); });
}

bool stops(const RuleResult& rule) {
  return rule.result.text != "not_matched" && rule.effect.text != "permit";
}

/// The part of a verdict that a report needs.
struct Judged {
  PolicyOutcome outcome = PolicyOutcome::deny;
  std::int64_t quorum = 0;
  std::vector<std::uint32_t> rules;  ///< Of the candidate: what denied, asked or shadowed.
};

}  // namespace

/// One policy, and the history as it would have been under it.
class Backtest::Candidate {
 public:
  explicit Candidate(std::shared_ptr<const Policy> policy)
      : policy_(std::move(policy)), windows_(asks_history(*policy_)) {
    if (windows_) memory_.state.tenant.change(TenantId()).policy_text = policy_json(*policy_);
  }

  void opened(const TicketOpened& opened) {
    if (windows_) memory_.state.tickets.change(opened.ticket).requester = opened.requester;
  }

  void proposed(const RecordedEvent& event) {
    if (windows_) fold_action(memory_.state, event);
  }

  Judged judged(Facts facts, const RecordedEvent& event, const PolicyDecided& recorded) {
    if (windows_) {
      State& state = memory_.state;
      ActionState action = *state.actions.find(recorded.action);
      // At its proposal it is none of those that asked before.
      if (recorded.at.text == "propose") action.proposed_at = -1;
      add_window_facts(state, action, *policy_, event.time, facts);
    }
    Verdict verdict = judge(*policy_, facts);
    Judged judged{verdict.outcome, verdict.quorum, {}};
    for (const RuleResult& rule : verdict.rules)
      if (stops(rule)) judged.rules.push_back(number(rule.rule.text));
    if (verdict.problem == "no_permit") judged.rules.push_back(number("no_permit"));
    if (windows_) count(std::move(verdict), event, recorded);
    return judged;
  }

  const std::string& rule(std::uint32_t number) const { return names_[number]; }

  std::vector<Judged> verdicts;  ///< By case.

 private:
  /// Counts in the windows what this policy would have recorded.
  void count(Verdict verdict, const RecordedEvent& event, const PolicyDecided& recorded) {
    RecordedEvent own;
    own.position = event.position;
    own.time = event.time;
    own.actor = event.actor;
    PolicyDecided decided;
    decided.action = recorded.action;
    decided.ticket = recorded.ticket;
    decided.at = recorded.at;
    decided.shadow = recorded.shadow;
    decided.outcome = verdict.outcome;
    if (verdict.problem) decided.problem = *verdict.problem;
    decided.required_approvals = verdict.quorum;
    decided.rules = std::move(verdict.rules);
    own.data = std::move(decided);
    fold_windows(memory_.state, own);
    fold_action(memory_.state, own);
  }

  std::uint32_t number(const std::string& rule) {
    const auto [found, fresh] =
        numbers_.try_emplace(rule, static_cast<std::uint32_t>(names_.size()));
    if (fresh) names_.push_back(rule);
    return found->second;
  }

  std::shared_ptr<const Policy> policy_;
  const bool windows_;
  MemoryState memory_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> names_;
};

/// One recorded proposal and what became of it.
struct Backtest::Case {
  ActionProposed proposed;  ///< Without texts.
  Actor proposer;
  std::int64_t position = 0;
  PolicyOutcome before = PolicyOutcome::deny;
  std::int64_t votes = 0;
  bool chosen = false;  ///< One of those that the report is about.
  bool judged = false, changes = false, ran = false, succeeded = false;
  std::uint8_t wrong = 0;
};

struct Backtest::Fold {
  Backtest& test;
  const RecordedEvent& event;

  template <class Other>
  void operator()(const Other&) const {}

  void operator()(const TicketOpened& opened) const {
    for (const auto& candidate : test.candidates_) candidate->opened(opened);
  }

  void operator()(const ActionProposed& proposed) const {
    const auto position = static_cast<std::int64_t>(event.position.value());
    Case one;
    one.proposed = proposed;
    one.proposer = event.actor;
    one.position = position;
    const Backtest::Options& options = test.options_;
    one.chosen = event.position >= options.from && event.position < options.to &&
                 (options.type.empty() || options.type == proposed.type.text);
    const ActionType* type = find_action_type(proposed.type.text);
    one.changes = type == nullptr || type->effect == ActionEffect::write;
    test.by_action_[proposed.action] = test.cases_.size();
    if (one.changes) test.by_ticket_[proposed.ticket].push_back(test.cases_.size());
    test.cases_.push_back(std::move(one));
    for (const auto& candidate : test.candidates_) candidate->proposed(event);
  }

  void operator()(const PolicyDecided& decided) const {
    // What a policy in shadow said of a live action is not what was decided.
    if (decided.shadow && !decided.provenance.imported) return;
    Case* const one = find(decided.action);
    if (one == nullptr) return;
    const bool proposing = decided.at.text == "propose";
    if (proposing && one->judged) return;
    Facts facts = recorded_facts(one->proposed, one->proposer, decided);
    if (test.options_.own_thresholds) facts.experiment.reset();
    for (const auto& candidate : test.candidates_) {
      Judged judged = candidate->judged(facts, event, decided);
      if (!proposing) continue;
      candidate->verdicts.resize(test.cases_.size());
      candidate->verdicts[test.by_action_.at(decided.action)] = std::move(judged);
    }
    if (!proposing) return;
    one->judged = true;
    one->before = decided.outcome;
  }

  void operator()(const ApprovalVoted& voted) const {
    Case* const one = find(voted.action);
    if (one != nullptr && voted.vote == Vote::approve) ++one->votes;
  }

  void operator()(const EffectDispatched& dispatched) const {
    if (Case* const one = find(dispatched.action)) one->ran = true;
  }
  void operator()(const EffectConfirmed& confirmed) const { ended(confirmed.action, true, true); }
  void operator()(const EffectRejected& rejected) const {
    if (rejected.retry_at) return;  // It is not over yet.
    // Of a live action: it may have been found out before anything was sent.
    ended(rejected.action, false, rejected.provenance.imported);
  }
  void operator()(const EffectOutcomeUnknown& unknown) const {
    ended(unknown.action, false, unknown.provenance.imported);
  }
  void operator()(const EffectReconciled& reconciled) const {
    if (reconciled.verdict != EffectOutcome::unknown)
      ended(reconciled.action, reconciled.verdict == EffectOutcome::succeeded, false);
  }

  void operator()(const CompensationSucceeded& done) const { mark(done.action, kRolledBack); }
  void operator()(const CompensationRecordedManually& done) const {
    mark(done.action, kRolledBack);
  }
  void operator()(const RollbackRequested& requested) const {
    mark(requested.action, kMarkedWrong);
  }

  void operator()(const TicketReopened& reopened) const {
    const auto found = test.by_ticket_.find(reopened.ticket);
    if (found == test.by_ticket_.end()) return;
    for (const std::size_t i : found->second)
      if (test.cases_[i].succeeded) test.cases_[i].wrong |= kReopened;
  }

 private:
  Case* find(const ActionId& action) const {
    const auto found = test.by_action_.find(action);
    return found != test.by_action_.end() ? &test.cases_[found->second] : nullptr;
  }
  Case* find(const std::optional<ActionId>& action) const {
    return action ? find(*action) : nullptr;
  }

  template <class ActionOrNone>
  void mark(const ActionOrNone& action, std::uint8_t how) const {
    if (Case* const one = find(action)) one->wrong |= how;
  }

  void ended(const ActionId& action, bool well, bool ran) const {
    Case* const one = find(action);
    if (one == nullptr) return;
    one->ran = one->ran || ran;
    one->succeeded = well;
    if (well) {
      one->wrong = static_cast<std::uint8_t>(one->wrong & ~kFailed);
    } else {
      one->wrong |= kFailed;
    }
  }
};

Backtest::Backtest(std::vector<std::shared_ptr<const Policy>> candidates, Options options)
    : options_(std::move(options)) {
  for (auto& policy : candidates)
    candidates_.push_back(std::make_unique<Candidate>(std::move(policy)));
}

Backtest::~Backtest() = default;

bool Backtest::looks_at(std::string_view type) {
  static const std::array kTypes{
      TicketOpened::kType,     TicketReopened::kType,        ActionProposed::kType,
      PolicyDecided::kType,    ApprovalVoted::kType,         EffectDispatched::kType,
      EffectConfirmed::kType,  EffectRejected::kType,        EffectOutcomeUnknown::kType,
      EffectReconciled::kType, CompensationSucceeded::kType, CompensationRecordedManually::kType,
      RollbackRequested::kType};
  // A leaf may be of an older version of its type.
  const auto unversioned = [](std::string_view name) { return name.substr(0, name.rfind('.')); };
  return std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view known) {
    return unversioned(known) == unversioned(type);
  });
}

void Backtest::apply(const RecordedEvent& event) { visit(Fold{*this, event}, event.data); }

/// Adds up one candidate's verdicts.
class Backtest::Tally {
 public:
  explicit Tally(const Candidate& candidate) : candidate_(candidate) {}

  void add(const Case& one, const Judged& judged) {
    PolicyBacktested& figures = report_.figures;
    const bool allowed = judged.outcome == PolicyOutcome::allow;
    const bool asks = judged.outcome == PolicyOutcome::require_approval;
    const bool held = asks && one.votes < judged.quorum;
    const bool stopped = !allowed && !asks;
    ++figures.proposals;
    ++outcomes_[{one.before, judged.outcome}];
    if (one.ran) {
      ++figures.ran;
      count_wrong(figures.ran_wrong, one.wrong);
      if (stopped) count(figures.stopped, figures.stopped_wrong, one);
      if (held) count(figures.held, figures.held_wrong, one);
      if (stopped || held) blame(one, judged);
    }
    if (allowed && one.changes) {
      ++report_.would_run.actions;
      if (one.ran) count(report_.would_run.ran, report_.would_run.wrong, one);
    }
    // An imported action ran whatever was said about it here, so this is another way as well.
    const bool contrary = one.ran && one.proposed.provenance.imported && (stopped || held);
    if (judged.outcome != one.before || contrary) list(one, judged);
  }

  BacktestReport finish() && {
    PolicyBacktested& figures = report_.figures;
    figures.manifest_digest = manifest_digest();
    for (const auto& [way, actions] : outcomes_)
      figures.outcomes.push_back({way.first, way.second, actions});
    for (auto& [name, stops] : rules_) figures.rules.push_back(std::move(stops));
    figures.changed = static_cast<std::int64_t>(report_.changes.size());
    std::string json;
    append_json(json, report_.changes);
    figures.changes_root = sha256(json);
    return std::move(report_);
  }

 private:
  static void count(std::int64_t& actions, WrongCounts& wrong, const Case& one) {
    ++actions;
    count_wrong(wrong, one.wrong);
  }

  void blame(const Case& one, const Judged& judged) {
    for (const std::uint32_t number : judged.rules) {
      RuleStops& stops = rules_[candidate_.rule(number)];
      stops.rule = candidate_.rule(number);
      ++stops.actions;
      stops.wrong += one.wrong != 0 ? 1 : 0;
    }
  }

  void list(const Case& one, const Judged& judged) {
    BacktestChange change;
    change.action = one.proposed.action;
    change.ticket = one.proposed.ticket;
    change.position = one.position;
    change.before = one.before;
    change.after = judged.outcome;
    if (!judged.rules.empty()) change.rule = candidate_.rule(judged.rules.front());
    change.ran = one.ran;
    change.wrong = words_of(one.wrong);
    report_.changes.push_back(std::move(change));
  }

  const Candidate& candidate_;
  BacktestReport report_;
  std::map<std::pair<PolicyOutcome, PolicyOutcome>, std::int64_t> outcomes_;
  std::map<std::string, RuleStops> rules_;
};

std::vector<BacktestReport> Backtest::finish(LogSize end) const {
  std::vector<BacktestReport> reports;
  for (const auto& candidate : candidates_) {
    Tally tally(*candidate);
    for (std::size_t i = 0; i < cases_.size(); ++i)
      if (cases_[i].chosen && cases_[i].judged) tally.add(cases_[i], candidate->verdicts[i]);
    BacktestReport report = std::move(tally).finish();
    report.figures.from = static_cast<std::int64_t>(options_.from.value());
    report.figures.to = static_cast<std::int64_t>(std::min(options_.to.value(), end.value()));
    report.figures.end = static_cast<std::int64_t>(end.value());
    reports.push_back(std::move(report));
  }
  return reports;
}

Result<Policy> with_threshold(Policy base, const std::string& rule, std::int64_t ppm) {
  bool found = rule.empty();
  for (ThresholdRule& threshold : base.thresholds) {
    if (rule.empty() ? !threshold.at_least_ppm : threshold.rule.text != rule) continue;
    threshold.at_least_ppm = ppm;
    found = true;
  }
  if (!found) return Error{ErrorCode::not_found, "the policy has no threshold " + rule};
  return base;
}

}  // namespace recourse
