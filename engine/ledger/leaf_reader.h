#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/ledger.h"
#include "engine/ledger/store.h"

namespace recourse {

/// Reads the leaves of one ledger and believes none of them unseen: each must match its checksum
/// and say itself which position of which log it is, so a record at a wrong key is found.
/// Threads: any. Borrows the store.
class LeafReader {
 public:
  /// `closed`: the logs before that of `origin`, whose leaves name them.
  LeafReader(const Store& store, LedgerId ledger, std::string_view origin,
             std::span<const ClosedLog> closed = {});

  /// Errors: corrupt, also when it is missing; io.
  Result<std::string> read(Position position) const;

  /// [from, to) in order until `visit` returns false. Errors: corrupt, also for a hole; io.
  Status scan(Position from, Position to,
              const std::function<bool(Position, std::string_view)>& visit) const;

  /// Whether there is a leaf at or after `size`. Errors: io, corrupt.
  Result<bool> any_from(Position size) const;

 private:
  Status check_place(Position position, std::string_view leaf) const;
  Error damaged(Position position, std::string_view how) const;

  const Store& store_;
  LedgerId ledger_;
  std::string origin_;
  /// What canonically follows the sequence, the source, of the leaves before `end`.
  struct Source {
    std::uint64_t end;
    std::string after_sequence;
  };
  std::vector<Source> closed_;
  std::string after_sequence_;
};

}  // namespace recourse
