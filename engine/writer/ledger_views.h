#pragma once

#include <memory>
#include <vector>

#include "engine/ledger/ledger.h"
#include "engine/writer/decision_state.h"
#include "projections/view_store.h"

namespace recourse {

/// All projections of one ledger over the views database, kept at the same position.
/// Threads: the decision state is the first stage's of the write path, the read models are the
/// second's; each writes its own rows only.
class LedgerViews {
 public:
  /// Loads where each projection stands and folds what the ledger has beyond it. Errors: `corrupt`
  /// or `unsupported` from the ledger's leaves; `conflict` when a view was made by other handlers
  /// and needs a rebuild first.
  static Result<std::unique_ptr<LedgerViews>> open(const Ledger& ledger, ViewStore& store,
                                                   LedgerId id);

  State& state() { return decision_->state(); }

  /// Puts the changed rows of the decision state and its new position into `batch`.
  void put_decisions(ViewStore::Batch& batch, LogSize applied);
  /// The read models fold an event that is about to be committed; the decision state did when it
  /// was decided. Where the commit fails, this object is no use any more.
  void apply_to_read_models(const RecordedEvent& event);
  /// The same as put_decisions() for the read models.
  void put_read_models(ViewStore::Batch& batch, LogSize applied);

 private:
  struct View {
    ProjectionKind kind;
    ViewState state;
    std::unique_ptr<RowSource> source;
    std::unique_ptr<Digest> digest;
    std::unique_ptr<Projection> projection;
  };
  LedgerViews(LedgerId id, std::vector<View> views);
  void put(View& view, ViewStore::Batch& batch, LogSize applied);
  Status catch_up(const Ledger& ledger, ViewStore& store);

  LedgerId id_;
  std::vector<View> views_;  // decision_state first
  DecisionState* decision_ = nullptr;
};

}  // namespace recourse
