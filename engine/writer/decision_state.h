#pragma once

#include <memory>

#include "engine/decision/state.h"
#include "projections/projection.h"

namespace recourse {

/// The number of decision_state among the projections.
inline constexpr std::uint8_t kDecisionState = 0;

/// What the writer decides from, kept as a projection like any other: rebuilt, digested, compared.
/// It is never parked: without it nothing can be decided.
class DecisionState final : public Projection {
 public:
  DecisionState(const RowSource& source, Digest& digest);
  ~DecisionState() override;

  void apply(const RecordedEvent& event) override { evolve(state(), event); }
  std::vector<FlushedTable*> tables() override;

  State& state();

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

/// All projections of a ledger: decision_state under number 0, then the read models.
std::vector<ProjectionKind> all_projections();

}  // namespace recourse
