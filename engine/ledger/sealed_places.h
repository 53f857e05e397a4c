#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

#include "engine/ledger/ledger.h"

namespace recourse {

/// Where a ledger holds values of a person or of a retention class, read from the leaves alone.

/// A sealed value that a walk meets. Borrowed until the next one.
struct MetSealed {
  const RecordedEvent& event;
  SealedOrdinal ordinal = 0;
  const std::string& pointer;
  const Sealed& sealed;
};

/// Calls `visit` for every sealed value of the durable events in [from, to), in order. Leaves
/// without `mark` in their text are passed over unread; empty: none is. Errors: those of scan() and
/// read_leaf().
Status each_sealed(const Ledger& ledger, LedgerId id, Position from, Position to,
                   std::string_view mark, const std::function<void(const MetSealed&)>& visit);

/// The values in [from, to) that name one of `people`.
Status each_sealed_of(const Ledger& ledger, LedgerId id, Position from, Position to,
                      const std::unordered_set<std::string>& people,
                      const std::function<void(const MetSealed&)>& visit);

/// The values that a bucket key sealed: `month` as in KeyName::bucket().
Status each_sealed_in_bucket(const Ledger& ledger, LedgerId id, std::string_view retention,
                             std::string_view month,
                             const std::function<void(const MetSealed&)>& visit);

/// First and last moment of a month such as 2026-01; the second is the first of the next month.
/// Errors: invalid.
Result<std::pair<Timestamp, Timestamp>> bounds_of_month(std::string_view month);

}  // namespace recourse
