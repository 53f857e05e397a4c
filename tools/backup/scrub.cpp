#include "tools/backup/scrub.h"

#include <algorithm>
#include <chrono>

#include "tools/backup/pace.h"

namespace recourse {
namespace {

/// What is not about one ledger is about the deployment.
std::int64_t count_findings(const VerifyReport& report, const LedgerInfo& info) {
  return std::count_if(report.findings.begin(), report.findings.end(), [&](const Finding& one) {
    return one.origin == info.origin || (one.origin.empty() && info.ledger == LedgerId(0));
  });
}

}  // namespace

Result<Scrubbed> scrub(const Ledger& ledger, const Signer& signer, const ScrubOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  // Each leaf is read twice: for the tree, and for its sealed values.
  std::uint64_t total = 0, done = 0;
  for (const LedgerInfo& info : ledger.ledgers()) total += ledger.head(info.ledger).size.value();
  total *= ledger.has_keys() ? 2 : 1;
  Pace pace(options.bytes_per_s, options.go_on);
  bool stopped = false;
  VerifyOptions verifying;
  verifying.threads = 1;
  verifying.sealed = ledger.has_keys();
  verifying.pace = [&](std::uint64_t bytes) {
    stopped = stopped || !pace.took(bytes);
    if (options.progress && ++done % 1024 == 0)
      options.progress(std::min(1.0, static_cast<double>(done) / static_cast<double>(total)));
    return !stopped;
  };
  Scrubbed scrubbed;
  scrubbed.report = verify(ledger, signer, verifying);
  if (stopped) return Error{ErrorCode::unavailable, "it was stopped"};
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  for (const LedgerReport& one : scrubbed.report.ledgers) {
    FsckCompleted completed;
    completed.kind = "scrub";
    completed.ledger = one.info.ledger.value();
    completed.size = static_cast<std::int64_t>(one.head.size.value());
    completed.root = one.root;
    completed.findings = count_findings(scrubbed.report, one.info);
    completed.missing_values = static_cast<std::int64_t>(one.sealed_missing);
    completed.duration_ms = took.count();
    scrubbed.completed.push_back(std::move(completed));
  }
  return scrubbed;
}

}  // namespace recourse
