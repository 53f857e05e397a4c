#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/ledger.h"
#include "projections/projection.h"
#include "projections/view_store.h"

namespace recourse {

/// How one projection of one ledger came out.
struct RebuiltView {
  std::string projection;
  LedgerId ledger;
  LogSize size;  ///< Events folded, the same number as the live view has.
  Hash live{}, rebuilt{};
  bool equal = false;
  bool had_live = true;  ///< False when there was no live view to compare with.
  std::size_t rows = 0;
  std::vector<ParkedEvent> parked;  ///< What it leaves out.
  /// Where it stopped, at `size`, and why; it is not switched to then.
  std::optional<std::string> stopped;
};

struct RebuildOptions {
  bool switch_over = true;               ///< False: fold and compare only, nothing is written.
  std::vector<std::string> projections;  ///< Names; empty for all.
  /// Without switch_over: up to this many events, wherever the live rows stand.
  std::optional<LogSize> at = {};
  std::string scratch_dir;            ///< For sorted files; default <views>/../rebuild.
  std::string park_file;              ///< See ParkList.
  std::vector<ProjectionKind> kinds;  ///< Empty: those of this program.
  std::function<void(LedgerId, std::uint64_t done, std::uint64_t total)> progress;
};

/// Builds every projection of `id` anew from the ledger, beside the live rows and on two threads:
/// events are parsed in chunks and each projection folds them in order. The digests are compared;
/// with `switch_over` the new rows are taken in as sorted files and served from then on, also where
/// the digests differ (the live rows were wrong, and the report says so). A projection that cannot
/// fold an event stops there or leaves it out, by the same list as live rows. Not beside a running
/// writer unless switch_over is false. Errors: io; invalid for a bad list.
Result<std::vector<RebuiltView>> rebuild(const Ledger& ledger, ViewStore& views, LedgerId id,
                                         const RebuildOptions& options);

}  // namespace recourse
