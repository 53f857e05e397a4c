#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/ledger/ledger.h"
#include "engine/writer/park_list.h"
#include "projections/projection.h"
#include "projections/view_store.h"

namespace recourse {

/// One build of one projection and where it stands. An event that cannot be folded leaves nothing
/// behind: the build stops right before it, or goes on without it where the list says so. Threads:
/// one at a time.
class FoldedView {
 public:
  /// The event that the build stopped at.
  struct Fault {
    Position position;
    std::string type;  ///< Empty where the leaf cannot be read at all.
    std::string cause;
  };

  /// Borrows `views`. REQUIRES: `at` was made by this version of the handlers.
  FoldedView(const ProjectionKind& kind, LedgerId ledger, ViewSlot slot, const ViewState& at,
             const ViewStore& views);

  const ProjectionKind& kind() const { return kind_; }
  LedgerId ledger() const { return ledger_; }
  const ViewState& state() const { return state_; }
  const std::optional<Fault>& fault() const { return fault_; }
  Projection& projection() { return *projection_; }

  /// The next event is tried once more.
  void try_again() { fault_.reset(); }

  /// Forgets what was folded since the last put().
  void begin_anew();

  /// The changed rows and the new position. Nothing for a build that is further on or stopped.
  void put(ViewStore::Batch& batch, LogSize applied);
  /// Folds events that follow on what was put before, up to `size`, and puts what came of it.
  /// REQUIRES: what was put before is written.
  void fold(std::span<const RecordedEvent* const> events, LogSize size, ViewStore::Batch& batch,
            const ParkList& parks);
  /// Folds what `from` has before `until` and stores it: all of it, or the part before the first
  /// event that cannot be folded, with that event left out or the build stopped at it. Errors: io.
  Status advance(const Ledger& from, ViewStore& views, LogSize until, const ParkList& parks);

  /// What was left out since this was last asked.
  std::vector<ParkedEvent> take_parked() { return std::exchange(parked_, {}); }

 private:
  Result<std::optional<Fault>> fold_range(const Ledger& from, LogSize begin, LogSize end);
  void leave_out(const Fault& fault, ViewStore::Batch& batch);

  ProjectionKind kind_;
  LedgerId ledger_;
  ViewSlot slot_;
  ViewState state_;
  std::unique_ptr<RowSource> source_;
  std::unique_ptr<Digest> digest_;
  std::unique_ptr<Projection> projection_;
  std::optional<Fault> fault_;
  std::vector<ParkedEvent> parked_;
};

/// The type of a leaf whose data cannot be read; empty when not even that can be read.
std::string type_in(std::string_view leaf);

}  // namespace recourse
