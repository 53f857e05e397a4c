#pragma once

#include <string>

#include "engine/decision/privacy_state.h"
#include "tools/cli/deployment.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

/// The request of one person at a terminal, from its receipt to its assessment: each step that is
/// missing is taken, and said once it is durable.
class PersonRequest {
 public:
  /// All arguments outlive it. `quiet`: nothing is said.
  PersonRequest(Deployment& deployment, const PersonFlags& flags, LedgerInfo info, bool quiet)
      : deployment_(deployment), flags_(flags), info_(std::move(info)), quiet_(quiet) {}

  /// The request as it stands once it is granted. Errors: not_found; conflict, also when a hold
  /// deferred it, after that was recorded; those of the writer.
  Result<DsrState> granted(DsrKind kind);

  /// Gives `request` in the operator's name.
  Result<Committed> give(WriteRequest request);
  void say(const std::string& line) const;

  const LedgerInfo& info() const { return info_; }

 private:
  Result<SubjectId> person();
  Result<EntryId> receive(DsrKind kind);
  Status verify(const DsrState& row);
  Status assess(const EntryId& dsr);

  Deployment& deployment_;
  const PersonFlags& flags_;
  const LedgerInfo info_;
  const bool quiet_;
};

/// What to do about a deferred erasure.
Error deferred_by_holds(const ErasureDeferred& deferred);

}  // namespace recourse::cli
