#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/event/leaf.h"
#include "engine/policy/policy.h"

namespace recourse {

/// What a candidate would have let run of its own, among actions that change something.
struct WouldRun {
  std::int64_t actions = 0;  ///< Allowed without a person.
  std::int64_t ran = 0;      ///< Of these, the ones whose outcome the history knows.
  WrongCounts wrong;         ///< Of the ones that ran.
};

struct BacktestReport {
  PolicyBacktested figures;  ///< Without ids: `backtest`, `policy` and the digests are empty.
  std::vector<BacktestChange> changes;
  WouldRun would_run;
};

/// Judges every recorded proposal anew under each of some candidates, in one pass over a ledger.
///
/// Taken as recorded: the ticket, the arguments' faults, kill switches and approvals of the moment.
/// Made anew: windows of history, which count what the candidate would have let pass. Imported
/// actions are judged like others, except that windows do not count them. A function of the events
/// and the candidates. Threads: one.
class Backtest {
 public:
  struct Options {
    Position from{0}, to{UINT64_MAX};  ///< Which proposals: [from, to)
    std::string type;                  ///< Only proposals of this type; empty: all.
    /// The candidates' thresholds are asked also where an experiment had another one.
    bool own_thresholds = false;
  };

  Backtest(std::vector<std::shared_ptr<const Policy>> candidates, Options options);
  ~Backtest();

  /// Whether apply() looks at events of this type at all: the others need not be read.
  static bool looks_at(std::string_view type);

  /// In the order of the ledger, from its beginning.
  void apply(const RecordedEvent& event);

  /// One for each candidate, in order. `end`: where the events ended that were applied.
  std::vector<BacktestReport> finish(LogSize end) const;

 private:
  class Candidate;
  struct Case;
  struct Fold;
  class Tally;

  std::vector<std::unique_ptr<Candidate>> candidates_;
  Options options_;
  std::vector<Case> cases_;
  std::unordered_map<ActionId, std::size_t> by_action_;
  std::unordered_map<TicketId, std::vector<std::size_t>> by_ticket_;
};

/// `base` with the threshold `rule` at `ppm`; an empty name means all that ask for a confidence.
/// Errors: not_found when there is no such rule.
Result<Policy> with_threshold(Policy base, const std::string& rule, std::int64_t ppm);

}  // namespace recourse
