#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/id.h"
#include "engine/event/leaf.h"

namespace recourse {

/// A ledger's tree at a size. Every receipt and checkpoint quotes one.
struct TreeHead {
  LogSize size;
  Hash root{};
  bool operator==(const TreeHead&) const = default;
};

/// A log that was closed when a loss was declared (log.continued): nothing is signed under its name
/// any more. Its leaves up to `kept` are the beginning of the log that goes on.
struct ClosedLog {
  std::string origin;
  TreeHead kept;
  LogSize lost_to;  ///< Size of the newest signed head of it that was known; 0: none was known.
  bool operator==(const ClosedLog&) const = default;
};

/// Where a tenant's events are and under which name its heads are signed.
struct LedgerInfo {
  LedgerId ledger;
  TenantId tenant;     ///< `meta` for the meta ledger
  std::string origin;  ///< <deployment>/t/<16 hex>, <deployment>/meta; after a loss with /2, /3, …
  std::vector<ClosedLog> closed = {};  ///< The logs before it, the first one first.

  /// The name of its first log. It never changes: what has to stay the same for ever goes by it.
  const std::string& first_origin() const { return closed.empty() ? origin : closed[0].origin; }
  /// The `source` of the leaf at `position`.
  const std::string& origin_at(Position position) const;
  /// The name under which a head of `size` leaves is signed.
  const std::string& origin_of_head(LogSize size) const;
  /// All its names, the newest first.
  std::vector<std::string> origins() const;
  bool has_origin(std::string_view name) const;
  /// What it was when it had a head of `size` leaves.
  LedgerInfo as_of(LogSize size) const;
};

/// The deployment's name, from that of its meta ledger.
std::string deployment_of(const LedgerInfo& meta);

/// What the name of a log says: <first>, and after declared losses <first>/2, <first>/3, … Only
/// what ends like a log's name has a number: <deployment>/meta/2, <deployment>/t/<hex>/2.
struct OriginName {
  std::string_view first;
  std::uint64_t generation = 1;
};
OriginName parse_origin_name(std::string_view origin);
std::string origin_name(std::string_view first, std::uint64_t generation);
/// Whether a log of the name `later` can go on where `origin` was closed.
bool may_follow(std::string_view origin, std::string_view later);

}  // namespace recourse
