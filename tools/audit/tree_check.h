#pragma once

#include <functional>
#include <vector>

#include "tools/audit/leaf_check.h"
#include "tools/audit/tree_fold.h"
#include "tools/audit/verify_report.h"

namespace recourse {

struct TreeCheckOptions {
  bool strict = false;
  unsigned threads = 0;  ///< That hash beside the one that reads; 0: one for each processor.
  /// Told of every so many bytes that were read, by the thread that reads; false: stop. Absent: go
  /// on.
  std::function<bool(std::uint64_t bytes)> pace;
};

/// Reads every leaf of a ledger up to the head in `report`, hashes it, checks it by itself and in
/// its order, and grows the tree again. One thread reads and hands chunks on; the others hash and
/// check, and fold in order. A leaf that cannot be read is named and bridged by its stored hash,
/// so that everything behind it is verified all the same. Memory: a few MiB.
/// Fills leaves, leaf_bytes, root, heads_compared, checkpoints and tree_seconds of `report`.
/// Errors: io and what else keeps it from reading; unavailable when `pace` said to stop.
Status check_tree(const Ledger& ledger, std::span<const StatedHead> stated,
                  const std::string& meta_origin, const TreeCheckOptions& options,
                  LedgerReport& report, Findings& findings, std::vector<QuotedHead>& quoted);

}  // namespace recourse
