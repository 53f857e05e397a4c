#pragma once

#include <functional>

#include "engine/ledger/ledger_info.h"
#include "tools/soc2/package.h"
#include "tools/soc2/thresholds.h"

namespace recourse::soc2 {

/// Where leaves come from, so that the same tests run over a ledger and over a bundle's
/// leaves.ndjson.
struct Source {
  /// Shows leaves from position 0 on, in order and without a hole, until the visitor returns false.
  using Leaves =
      std::function<Status(const std::function<bool(Position, std::string_view)>& visit)>;

  std::string system;  ///< The deployment's name.
  TenantId tenant;
  std::string origin;
  std::vector<ClosedLog> closed = {};  ///< The logs before it, where a loss was declared.
  Leaves leaves;
  std::string meta_origin;  ///< Empty: the package has no deployment events.
  std::vector<ClosedLog> meta_closed = {};
  Leaves meta_leaves;  ///< Absent: the same.

  /// Names only.
  LedgerInfo log() const { return {LedgerId(1), tenant, origin, closed}; }
  LedgerInfo meta_log() const { return {LedgerId(0), TenantId("meta"), meta_origin, meta_closed}; }
};

/// A signed head that was kept.
struct KeptHead {
  std::string note;  ///< The checkpoint.
  /// Names and times of the witnesses whose signatures were verified, on it or on the meta head
  /// that anchors it.
  std::vector<std::string> cosignatures;
  std::vector<std::string> time_tokens;  ///< Files within the package.
};

struct Parameters {
  /// The period: what happened at [start, end). Both are sizes of signed heads. Leaves before
  /// `start` are read as well, since much of what is tested was prepared there.
  LogSize start, end;
  std::optional<Timestamp> from, to;  ///< Rows outside of [from, to) are left out and counted.
  LogSize meta_end;                   ///< Of the deployment's ledger; 0: not in the package.
  std::vector<KeptHead> heads;        ///< All that were kept of the tenant's ledger, in any order.
  std::optional<KeptHead> meta_head;  ///< Of `meta_end` leaves.
  std::string nonce;                  ///< The auditor's. Empty: no sample is drawn.
  std::uint64_t sample_size = 25;
  std::vector<std::string> criteria;  ///< Such as CC6.1, or CC6 for all below it; none: all.
  Thresholds thresholds;
  std::string version;  ///< Of this program.
};

/// Tests every control on all of its population and tells the rest that a package consists of. A
/// function of its arguments alone. Reads the leaves once, those of the deployment before.
/// Memory: about 1 KiB for each row of a population (an action that was run is one in four of
/// them), 0.5 KiB for each action and ticket of the ledger, 2 KiB for each deployment event that is
/// not an anchor; so some 8 GiB for a million actions in one period: make packages of shorter ones.
/// Errors: invalid for a range that is none; corrupt when leaves are missing or are not those of
/// `origin`; unsupported for an event that this program does not know; those of the source.
recourse::Result<Package> examine(const Source& source, const Parameters& parameters);

}  // namespace recourse::soc2
