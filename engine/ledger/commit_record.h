#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/ledger.h"

namespace recourse {

struct LedgerHead {
  LedgerId ledger;
  TreeHead head;
  bool operator==(const LedgerHead&) const = default;
};

/// What one batch did, stored with it: the chain of these records is the history of the node, and
/// HEAD names its end. Bytes: docs/format/ledger.md.
struct CommitRecord {
  std::uint64_t number = 0;  ///< From 1, without gaps.
  Hash previous{};           ///< Hash of the record before; zero in the first one.
  /// Of the changed ledgers, ascending; of all ledgers when lists_all(number).
  std::vector<LedgerHead> heads;

  std::string bytes() const;
  Hash hash() const;
  /// Errors: corrupt, unsupported.
  static Result<CommitRecord> parse(std::string_view bytes);
  bool operator==(const CommitRecord&) const = default;
};

/// Every so many commits a record lists all ledgers: the heads at any commit are then found in at
/// most so many records, however long a ledger was quiet.
inline constexpr std::uint64_t kCommitsPerFullRecord = 256;
constexpr bool lists_all(std::uint64_t number) { return number % kCommitsPerFullRecord == 0; }

}  // namespace recourse
