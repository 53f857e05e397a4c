#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/signer.h"
#include "tools/audit/bundle.h"
#include "tools/soc2/examine.h"

namespace recourse::soc2 {

struct PackageOptions {
  /// Tenant, directory, anchor and what others say of the heads; the rest is set here.
  BundleOptions bundle;
  std::optional<Timestamp> from, to;  ///< The period, [from, to); default: all that is recorded.
  bool with_deployment = false;       ///< Put the deployment's own events in as well.
  std::string nonce;                  ///< The auditor's; empty: no sample is drawn.
  std::uint64_t sample_size = 25;
  std::vector<std::string> criteria;  ///< None: all.
  Thresholds thresholds;
  std::string version;  ///< Of this program.
};

struct PackageSummary {
  BundleSummary bundle;
  Hash parameters{};                                      ///< SHA-256 of report/parameters.json
  LogSize start, end;                                     ///< The period's leaves: [start, end).
  std::size_t passed = 0, failed = 0, no_population = 0;  ///< Controls.
  struct ControlResult {
    std::string control, result;
    std::uint64_t population = 0, exceptions = 0;
  };
  std::vector<ControlResult> controls;
};

/// Writes an evidence package: a bundle of all leaves up to the period's end, with the report over
/// the period, its machine-readable forms, and what is needed to make all of that again
/// (docs/format/soc2.md). The same ledger, options and signed heads give the same bytes.
/// Errors: invalid for a period that is empty, reversed or not over at `now`; those of
/// export_bundle, examine and write_report.
recourse::Result<PackageSummary> export_package(const Ledger& ledger, const Signer& signer,
                                                const PackageOptions& options, Timestamp now);

}  // namespace recourse::soc2
