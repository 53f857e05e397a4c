#pragma once

#include <memory>
#include <vector>

#include "engine/ledger/ledger.h"
#include "engine/writer/decision_state.h"
#include "projections/view_store.h"

namespace recourse {

/// All projections of one ledger over the views database, kept at the same position.
/// Threads: the writer's.
class LedgerViews {
 public:
  /// Loads where each projection stands and folds what the ledger has beyond it. Errors: `corrupt`
  /// or `unsupported` from the ledger's leaves; `conflict` when a view was made by other handlers
  /// and needs a rebuild first.
  static Result<std::unique_ptr<LedgerViews>> open(const Ledger& ledger, ViewStore& store,
                                                   LedgerId id);

  State& state() { return decision_->state(); }

  /// The read models fold a committed event; decision_state already did when it was decided.
  void apply_to_read_models(const RecordedEvent& event);
  /// Puts all changed rows and the new position into `batch`.
  void flush_to(ViewStore::Batch& batch, LogSize applied);

 private:
  struct View {
    ProjectionKind kind;
    ViewState state;
    std::unique_ptr<RowSource> source;
    std::unique_ptr<Digest> digest;
    std::unique_ptr<Projection> projection;
  };
  LedgerViews(LedgerId id, std::vector<View> views);
  Status catch_up(const Ledger& ledger, ViewStore& store);

  LedgerId id_;
  std::vector<View> views_;  // decision_state first
  DecisionState* decision_ = nullptr;
};

}  // namespace recourse
