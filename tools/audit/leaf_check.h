#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/audit/verify_report.h"

namespace recourse {

/// What one ledger says about the head of another: an anchor in the meta ledger, a heartbeat that
/// quotes it.
struct QuotedHead {
  Hash origin_hash{};  ///< SHA-256 of the origin.
  std::uint64_t size = 0;
  Hash root{};
  Position quoted_at;
};

/// The checks of a leaf that need no other leaf. Pure: any thread may make its own.
class LeafCheck {
 public:
  /// `meta_origin`: whose head a heartbeat quotes.
  LeafCheck(const LedgerInfo& info, const std::string& meta_origin, bool strict);

  /// Adds what is wrong to `findings` and what it quotes to `quoted`. Returned: its time as it
  /// stands in the leaf, which is comparable as text; empty when it has none.
  std::string_view check(Position position, std::string_view leaf, Findings& findings,
                         std::vector<QuotedHead>& quoted) const;

 private:
  void check_continuation(Position position, std::string_view type, std::string_view leaf,
                          Findings& findings) const;

  LedgerInfo info_;
  Hash meta_hash_;
  bool strict_;
};

}  // namespace recourse
