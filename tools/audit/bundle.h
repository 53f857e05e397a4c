#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/signer.h"
#include "engine/witness/trust_policy.h"
#include "tools/audit/locate.h"

namespace recourse {

/// One more file of a bundle, listed and hashed like the others.
struct BundleAttachment {
  std::string path;  ///< As docs/format/bundle.md allows, and none that the bundle has itself.
  std::string bytes;
};

/// What a bundle proves, for whoever attaches something to it.
struct BundleScope {
  LedgerInfo info;
  Position start, end;
  TreeHead head;
  std::string checkpoint;                       ///< The signed head.
  std::optional<std::string> start_checkpoint;  ///< Absent when `start` is 0.
  std::optional<std::string> meta_checkpoint;   ///< That of the meta log with the head's anchor.
  std::optional<std::string> meta_proof;        ///< tlog-proof of the anchor in it.
  bool witnessed = false;                       ///< The policy's quorum cosigned that one.
  std::optional<std::string> time_stamp;        ///< Path of the time stamp, if there is one.
};

struct BundleOptions {
  TenantId tenant;
  std::filesystem::path out_dir;   ///< Made, or empty already.
  std::optional<Moment> from, to;  ///< Positions or times of recording, [from, to); default: all.
  /// verify.html carries the listed files when they are not bigger together, so that one click
  /// shows the verdict; else its reader chooses the directory.
  std::uint64_t max_bytes_in_page = std::uint64_t{1} << 25;
  /// Put the sealed values of the range beside it. The caller records that before (sealed.opened).
  bool open = false;
  /// With `open`: only these, by their JSON pointer, such as /data/title, or with a type before it,
  /// such as message.received:/data/body. None: all.
  std::vector<std::string> fields;
  /// Called first: anchors the tenant's head in the meta ledger and signs both, so that the bundle
  /// can prove the anchor. Absent: what was anchored and signed before is used.
  std::function<Status()> anchor;
  /// Whose cosignatures the deployment asks for: the first head of the meta log with their quorum
  /// is taken, and the policy goes into the bundle.
  TrustPolicy policy;
  /// Has a head of the meta log time-stamped: the answer of RFC 3161. Absent: a kept one is taken.
  std::function<Result<std::string>(const Checkpoint& head)> stamp;
  /// Called after the leaves were written and verified; what it returns becomes part of the bundle.
  std::function<Result<std::vector<BundleAttachment>>(const BundleScope&)> attach;
};

struct BundleSummary {
  LedgerInfo info;
  Position start, end;    ///< The leaves in the bundle: [start, end).
  TreeHead head;          ///< The signed head that proves them.
  bool anchored = false;  ///< Whether the meta ledger's anchor of that head is in it.
  bool witnessed = false, stamped = false;  ///< What vouches for that anchor from outside.
  std::uint64_t files = 0, bytes = 0;
  std::uint64_t disclosed = 0, erased = 0;
  std::map<std::string, std::int64_t> disclosed_of;  ///< The same by the person (sub_) concerned.
  Hash manifest{};                                   ///< SHA-256 of manifest.json
};

/// Writes the evidence of a range as a directory that an auditor verifies without this program.
/// Bytes: docs/format/bundle.md. The range is widened to the signed heads that were kept around it.
/// A function of the ledger, the options and the signed heads: the same ones give the same bytes.
/// What is exported is verified on the way. Until it is complete and on stable storage a file
/// INCOMPLETE lies in the directory, which no verifier accepts.
/// Errors: not_found for an unknown tenant; invalid for a range that is none; conflict when the
/// directory is not empty; unavailable when the range is not signed yet; forbidden without the KEK;
/// corrupt when the leaves do not verify: run verify; disk_full, io.
Result<BundleSummary> export_bundle(const Ledger& ledger, const Signer& signer,
                                    const BundleOptions& options);

}  // namespace recourse
