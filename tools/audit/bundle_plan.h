#pragma once

#include <map>
#include <optional>
#include <string>

#include "tools/audit/bundle.h"

namespace recourse {

/// What a bundle will prove, and the signed heads that it takes for that.
struct BundlePlan {
  LedgerInfo info;  ///< As of the head: under the name of its log.
  Position requested_from, requested_to;
  Position start, end;
  std::optional<std::string> start_note;  ///< Absent when the range starts at 0.
  std::string note;                       ///< The head, of at least `end` leaves.
  TreeHead head;                          ///< What it says.
  std::optional<std::string> meta_proof;  ///< tlog-proof of the head's anchor.
  std::optional<std::string> meta_note;   ///< The meta head in it.
  bool witnessed = false;                 ///< The quorum cosigned the meta head in it.

  /// Of logs that were closed by a declared loss: file by file how the one of the head, and that of
  /// the meta heads, follows from them.
  std::map<std::string, std::string> continued;

  /// The same anchor in a meta head that was time-stamped.
  struct Stamped {
    LogSize size;  ///< Of the meta head.
    std::string proof, response;
  };
  std::optional<Stamped> stamped;
};

/// Errors: as export_bundle.
Result<BundlePlan> plan_bundle(const Ledger& ledger, const Signer& signer,
                               const BundleOptions& options);

}  // namespace recourse
