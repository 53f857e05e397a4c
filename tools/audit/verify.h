#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/signer.h"
#include "tools/audit/verify_report.h"

namespace recourse {

/// A projection of a ledger: digest of the rows that are served, and of those that a rebuild from
/// the ledger up to the same size gives.
struct ProjectionDigests {
  std::string projection;
  LogSize size;
  Hash live{}, rebuilt{};
};

struct VerifyOptions {
  bool strict = false;             ///< Also the canonical form and the schema of every leaf.
  bool sealed = true;              ///< Open every sealed value; needs the KEK.
  std::optional<TenantId> tenant;  ///< Only this one's ledger; default: all and the meta ledger.
  /// The log's verifier keys as an auditor has them; those that key.rotated names count with them.
  /// Default: those of the deployment, which needs the KEK.
  std::vector<std::string> log_keys;
  /// Rebuilds the projections of a ledger in memory; absent: they are not compared. A function,
  /// because rebuilding belongs to the engine's writer.
  std::function<Result<std::vector<ProjectionDigests>>(LedgerId)> rebuild;
  unsigned threads = 0;  ///< 0: one for each processor.
  /// Told of the bytes that were read; false: give up, which is a finding that nothing can be told.
  /// For a verification in the background: with it sealed values are looked at by one thread.
  std::function<bool(std::uint64_t bytes)> pace;
  std::size_t max_findings = 100;  ///< Per ledger; further ones are counted.
};

/// Proves the stored ledgers from their bytes: every leaf is hashed again, every tree grown again
/// and compared with its head, all commit records, all signed checkpoints, the heads that ledgers
/// quote of each other and the stored tiles; every sealed value is opened against its commitment;
/// projections are compared with a rebuild. Nothing is written, nothing is mended. What is wrong
/// is a finding and never an error, so that the rest is looked at too.
VerifyReport verify(const Ledger& ledger, const Signer& signer, const VerifyOptions& options = {});

/// The report when Ledger::open or Signer::open refused: damage if it found some, else doubt.
VerifyReport report_of_refused_open(const Error& error);

}  // namespace recourse
