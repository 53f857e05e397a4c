#pragma once

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"

namespace recourse {

/// Somebody wrote a policy down. It decides nothing before policy.activated.
struct PolicyDrafted {
  static constexpr std::string_view kType = "recourse.policy.drafted.v1";
  Clear policy;   ///< pol_<name>@<version>
  Hash digest{};  ///< SHA-256 of `text`
  Clear text;     ///< The policy as canonical JSON.
};
BOOST_DESCRIBE_STRUCT(PolicyDrafted, (), (policy, digest, text))

/// Recorded proposals that went one way under their policies and go another under the candidate.
struct OutcomeChange {
  PolicyOutcome before = PolicyOutcome::deny, after = PolicyOutcome::deny;
  std::int64_t actions = 0;
  bool operator==(const OutcomeChange&) const = default;
};
BOOST_DESCRIBE_STRUCT(OutcomeChange, (), (before, after, actions))

/// How many actions went wrong, by how: one that did in several ways counts in each.
struct WrongCounts {
  std::int64_t any = 0;
  std::int64_t failed = 0;        ///< Rejected, or nobody knows what became of it.
  std::int64_t rolled_back = 0;   ///< Undone later.
  std::int64_t reopened = 0;      ///< A change, and its ticket was reopened afterwards.
  std::int64_t marked_wrong = 0;  ///< Somebody asked for its rollback.
  bool operator==(const WrongCounts&) const = default;
};
BOOST_DESCRIBE_STRUCT(WrongCounts, (), (any, failed, rolled_back, reopened, marked_wrong))

/// What one rule of the candidate stops, whatever other rules say about the same actions.
struct RuleStops {
  Clear rule;
  std::int64_t actions = 0, wrong = 0;
  bool operator==(const RuleStops&) const = default;
};
BOOST_DESCRIBE_STRUCT(RuleStops, (), (rule, actions, wrong))

/// A candidate judged every recorded proposal of [from, to) anew. A function of the ledger up to
/// its end and of the two digests, so anybody can do it again.
struct PolicyBacktested {
  static constexpr std::string_view kType = "recourse.policy.backtested.v1";
  Clear backtest;  ///< bkt_ id
  Clear policy;    ///< The candidate: pol_<name>@<version>
  Hash digest{};   ///< SHA-256 of its text.
  Hash manifest_digest{};
  std::int64_t from = 0, to = 0;  ///< Positions of the proposals: [from, to)
  std::int64_t end = 0;           ///< What became of them was looked at before this position.
  std::int64_t proposals = 0;
  std::int64_t ran = 0;      ///< Took effect, or were tried.
  std::int64_t stopped = 0;  ///< Of these, the candidate denies or only records.
  std::int64_t held = 0;     ///< Of these, the candidate asks people first, and nobody had agreed.
  WrongCounts ran_wrong, stopped_wrong, held_wrong;
  std::int64_t changed = 0;
  std::vector<OutcomeChange> outcomes;
  std::vector<RuleStops> rules;
  Hash changes_root{};      ///< SHA-256 of the canonical JSON of all changes as one array.
  std::int64_t listed = 0;  ///< So many of them, the first, follow in policy.backtest_listed.
};
BOOST_DESCRIBE_STRUCT(PolicyBacktested, (),
                      (backtest, policy, digest, manifest_digest, from, to, end, proposals, ran,
                       stopped, held, ran_wrong, stopped_wrong, held_wrong, changed, outcomes,
                       rules, changes_root, listed))

/// One proposal that goes another way under the candidate.
struct BacktestChange {
  ActionId action;
  TicketId ticket;
  std::int64_t position = 0;  ///< Of action.proposed.
  PolicyOutcome before = PolicyOutcome::deny, after = PolicyOutcome::deny;
  std::optional<Clear> rule;  ///< Of the candidate: the first that denied or asked.
  bool ran = false;
  std::vector<Clear> wrong;  ///< failed, rolled_back, reopened, marked_wrong
  bool operator==(const BacktestChange&) const = default;
};
BOOST_DESCRIBE_STRUCT(BacktestChange, (),
                      (action, ticket, position, before, after, rule, ran, wrong))

/// At most 64 of a backtest's changes, in the order of their proposals.
struct PolicyBacktestListed {
  static constexpr std::string_view kType = "recourse.policy.backtest_listed.v1";
  Clear backtest;
  std::int64_t first = 0;  ///< Number of the first one, from 0.
  std::vector<BacktestChange> changes;
};
BOOST_DESCRIBE_STRUCT(PolicyBacktestListed, (), (backtest, first, changes))

/// A draft that nobody shall activate any more, or the end of a policy's time in shadow.
struct PolicyRetired {
  static constexpr std::string_view kType = "recourse.policy.retired.v1";
  Clear policy;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(PolicyRetired, (), (policy, reason))

/// The policy that was in force before is in force again, without a backtest and by one person.
struct PolicyReverted {
  static constexpr std::string_view kType = "recourse.policy.reverted.v1";
  Clear from, to;  ///< pol_<name>@<version>
  Hash digest{};   ///< SHA-256 of the text of `to`, which is the one it was activated with.
  Hash manifest_digest{};
  Sealed reason;
};
BOOST_DESCRIBE_STRUCT(PolicyReverted, (), (from, to, digest, manifest_digest, reason))

}  // namespace recourse
