#pragma once

#include <functional>
#include <vector>

#include "engine/event/operation_events.h"
#include "tools/audit/verify.h"

namespace recourse {

struct ScrubOptions {
  std::uint64_t bytes_per_s = 0;         ///< 0: as fast as it goes.
  std::function<bool()> go_on;           ///< Asked now and then; absent: always.
  std::function<void(double)> progress;  ///< Told the share that is done, from 0 to 1.
};

struct Scrubbed {
  VerifyReport report;
  std::vector<FsckCompleted> completed;  ///< What the meta ledger is to say, one for each ledger.
};

/// Reads all leaves of all ledgers again and compares them with their hashes, trees, commits and
/// signed heads, and sealed values with their commitments where the key is there; by one thread, at
/// the pace that is given, while the ledger is in use. Finds what lies on the disk; a page that the
/// system still has in memory hides it until it is gone from there. Threads: any but the writer's.
/// Errors: unavailable when `go_on` said no.
Result<Scrubbed> scrub(const Ledger& ledger, const Signer& signer, const ScrubOptions& options);

}  // namespace recourse
