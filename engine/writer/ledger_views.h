#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/ledger/ledger.h"
#include "engine/writer/decision_state.h"
#include "engine/writer/folded_view.h"
#include "engine/writer/park_list.h"
#include "engine/writer/view_behind.h"
#include "projections/view_store.h"

namespace recourse {

/// All projections of one ledger over the views database. Those that follow the log stand at the
/// same position; one that cannot fold an event stops there alone, and rows of another version of
/// the handlers stay as they are until there are new ones.
/// Threads: the decision state is the first stage's of the write path, the read models are the
/// second's; each writes its own rows only.
class LedgerViews {
 public:
  struct Options {
    std::span<const ProjectionKind> kinds;  ///< decision_state first.
    const ParkList& parks;
    /// A read model further behind the decision state than this is not brought to the head here.
    std::uint64_t most_behind = 200'000;
  };

  /// Loads where each projection stands and folds what the ledger has beyond it. `options` outlive
  /// this. Errors: `corrupt` when a view is ahead of its ledger; io.
  static Result<std::unique_ptr<LedgerViews>> open(const Ledger& ledger, ViewStore& store,
                                                   LedgerId id, const Options& options);

  /// Whether there is a state to decide from. Errors: unavailable, with what keeps it.
  Status can_decide() const;
  /// REQUIRES: can_decide().
  State& state();

  /// Puts the changed rows of the decision state and its new position into `batch`.
  void put_decisions(ViewStore::Batch& batch, LogSize applied);
  /// The read models fold events that are about to be committed, in the order of their positions
  /// and up to `applied`; the decision state did when they were decided. Where the commit fails,
  /// this object is no use any more.
  void fold_read_models(std::span<const RecordedEvent* const> events, LogSize applied,
                        ViewStore::Batch& batch);

  /// Read models and the decision state, in the order of their numbers.
  std::vector<ViewBehind> behind() const;
  /// What the projections leave out, as far as this was not asked before; all of it after open().
  std::vector<std::pair<std::string, ParkedEvent>> take_parked();
  /// Whether behind() or take_parked() have something new since this was last asked.
  bool take_news() { return std::exchange(news_, false); }

 private:
  /// Exactly one of both: what is folded, and why it is not.
  struct View {
    std::unique_ptr<FoldedView> folded;
    ViewBehind left;
  };

  LedgerViews(LedgerId id, const Options& options) : id_(id), options_(options) {}
  Status load(const Ledger& ledger, const ViewStore& store);
  Result<bool> are_readable(const ProjectionKind& kind, const ViewStore& store) const;
  Status leave_long_stopped(const Ledger& ledger, ViewStore& store);
  Status catch_up(const Ledger& ledger, ViewStore& store);
  Status catch_up_together(const Ledger& ledger, ViewStore& store, LogSize from, LogSize to);

  LedgerId id_;
  const Options options_;
  std::vector<View> views_;  // decision_state first
  std::vector<std::pair<std::string, ParkedEvent>> parked_;
  bool news_ = true;
};

}  // namespace recourse
