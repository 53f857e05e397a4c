#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/event/json.h"
#include "engine/ledger/ledger.h"

namespace recourse {

/// What a ledger says of one of its logs that was closed: log.continued and, where it follows, why
/// (head.accepted).
struct ToldContinuation {
  ClosedLog closed;
  std::string next;        ///< The log that goes on.
  std::string reason, by;  ///< Empty where it does not say.
};

/// Of all logs of a ledger that were closed, the first one first. Errors: corrupt, io.
Result<std::vector<ToldContinuation>> continuations_of(const Ledger& ledger,
                                                       const LedgerInfo& info);

/// One line for people, without a line feed: from where it goes on, what is lost, why.
std::string to_text(const ToldContinuation& told);
/// All of them, and the logs' names, as a program reads them.
Json to_json(const std::vector<ToldContinuation>& told);

/// How many leaves of a log, beginning with that at `kept`, tell of its continuation: log.continued
/// and, where it follows at once, head.accepted.
inline constexpr std::uint64_t kMostTellingLeaves = 2;

}  // namespace recourse
