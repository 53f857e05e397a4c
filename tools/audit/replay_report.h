#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "engine/ledger/signer.h"
#include "tools/audit/replay.h"

namespace recourse {

/// What a report says about itself.
struct ReportTitle {
  std::string target;                 ///< As asked for: all, a ticket's number, ...
  std::string tenant, origin;         ///< Of the log.
  std::vector<std::string> filters;   ///< As a person reads them; empty: none.
  std::optional<std::string> policy;  ///< The other policy, where there is one.
  bool opened = false;                ///< Sealed texts are shown.
};

/// A page (HTML, one file, nothing from a network) with what replay() gives: a summary, the steps,
/// and of each step the leaf with its proof that it is in the signed log, which the page checks by
/// itself in the reader's browser. A function of the ledger, the signed head and what is asked for.
/// Every text is escaped; the page's policy (CSP) lets nothing run but its own script.
class ReplayReport {
 public:
  /// At most so many steps: a page that nobody can open helps nobody.
  static constexpr std::size_t kMostSteps = 20'000;

  /// The head is the newest that was signed; steps beyond it are shown as not signed yet.
  /// Errors: unavailable when nothing was signed yet; io.
  static Result<ReplayReport> begin(const Ledger& ledger, const Signer& signer,
                                    const LedgerInfo& info, ReportTitle title);

  /// Errors: invalid when there are too many; those of the ledger.
  Status add(const ReplayStep& step);

  /// The page.
  Result<std::string> finish() &&;

 private:
  ReplayReport(const Ledger& ledger, const LedgerInfo& info, ReportTitle title)
      : ledger_(&ledger), info_(info), title_(std::move(title)) {}

  std::string summary() const;

  const Ledger* ledger_;
  LedgerInfo info_;
  ReportTitle title_;
  std::string note_, key_;
  LogSize signed_size_{0};
  std::string steps_, evidence_;
  std::map<std::string, std::uint64_t> types_, actors_;
  std::vector<BacktestChange> changes_;
  std::uint64_t count_ = 0, unsigned_ = 0, proposals_ = 0;
};

}  // namespace recourse
