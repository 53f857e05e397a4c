#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "engine/writer/ledger_views.h"
#include "engine/writer/writer.h"

namespace recourse {

/// The requests of one commit: each decided against the state that the ones before it left.
/// Threads: the first stage of the write path decides, then commits while the second one asks for
/// events; after the commit it asks for outcomes.
class WriteGroup {
 public:
  using ViewsOf = std::function<LedgerViews*(LedgerId)>;

  WriteGroup(Ledger& ledger, const Directory& directory, const Clock& clock, Random& random,
             std::chrono::seconds quiet, ViewsOf views_of)
      : ledger_(ledger),
        directory_(directory),
        clock_(clock),
        random_(random),
        quiet_(quiet),
        views_of_(std::move(views_of)) {}

  /// Decides the next request and stages its events, or keeps its error for its answer.
  void decide(const WriteRequest& request);

  /// Commits what was staged; nothing staged is a success.
  Status commit();
  const std::set<LedgerId>& touched() const { return touched_; }
  /// The staged events of one ledger, in the order of their positions.
  std::vector<const RecordedEvent*> events_of(LedgerId ledger) const;
  /// The ledger's size after commit(). REQUIRES: `ledger` was touched.
  LogSize size_of(LedgerId ledger) const;

  /// The staged events of the `i`th decided request; none when it was refused or is a repeat.
  std::span<const RecordedEvent> events_of_request(std::size_t i) const;

  /// One answer for each decided request, in order.
  std::vector<Outcome> outcomes(const Status& committed);

 private:
  struct Decided {
    LedgerId ledger;
    std::vector<RecordedEvent> events;
    std::optional<Error> error;
    bool repeated = false;
    bool nothing_to_do = false;
    std::optional<std::size_t> same_as;  ///< A repeat of an earlier request of this very group.
    Hash request_key{};
    std::string fingerprint;
  };

  Outcome outcome_of(Decided& decided, const Status& committed);
  Result<Decided> decide_one(const WriteRequest& request);
  /// What the meta ledger says to all tenants, with what this group already decided, so that the
  /// very next decision knows.
  void add_deployment(DecisionContext& context);
  Result<std::optional<Decided>> find_repeat(const WriteRequest& request, LedgerId ledger,
                                             const Hash& key);
  Result<std::vector<RecordedEvent>> stage(LedgerId ledger, State& state,
                                           std::vector<NewEvent> events, Timestamp now);
  Status stage_heartbeat(const LedgerInfo& info, State& state, Timestamp now);
  Status stage_beside(LedgerId ledger, State& state, std::vector<NewEvent> events, Timestamp now);

  Ledger& ledger_;
  const Directory& directory_;
  const Clock& clock_;
  Random& random_;
  const std::chrono::seconds quiet_;
  ViewsOf views_of_;
  std::deque<Decided> decided_;  // Addresses stay while it grows.
  /// Events that no request is answered with.
  std::deque<std::pair<LedgerId, RecordedEvent>> beside_;
  std::set<LedgerId> touched_;
  std::map<LedgerId, TreeHead> heads_;
  std::map<std::pair<LedgerId, Hash>, std::size_t> keys_;
};

}  // namespace recourse
