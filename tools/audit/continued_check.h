#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ledger/checkpoint.h"
#include "tools/audit/continuation.h"

namespace recourse {

/// The logs that a ledger's events are in one after the other, as its log.continued leaves prove.
struct ProvenLine {
  LedgerInfo info;  ///< Names and sizes only.
  std::vector<ToldContinuation> told;
};

/// Reads what a bundle proves of continuations: `continued/<which>-<N>.proof` with its leaves in
/// `.ndjson`, for each N. `verified` gives the head in a note if the log of that name signed it.
/// `newest`: the name of the newest log, or none: that of the head which the last proof is of.
/// A log whose name says that it follows another one and that proves no continuation is refused:
/// leaves would have been dropped without a word. Errors: invalid; those of `read` and `verified`.
Result<ProvenLine> check_continued(
    const std::set<std::string>& listed, const std::string& which, const std::string& first,
    std::optional<std::string> newest,
    const std::function<Result<std::string>(const std::string& path)>& read,
    const std::function<Result<Checkpoint>(const std::string& note, const std::string& origin)>&
        verified);

}  // namespace recourse
