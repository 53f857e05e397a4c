#include "tools/evidence/export_package.h"

#include "engine/base/sha256.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/range_proof.h"
#include "engine/ledger/tlog_proof.h"
#include "tools/audit/bundle_files.h"
#include "tools/evidence/package_source.h"
#include "tools/evidence/sample_proofs.h"
#include "tools/report/report.h"
#include "tools/soc2/package_json.h"

namespace recourse::soc2 {
namespace {

const LedgerId kMeta{0};
constexpr std::string_view kSource = "report/source.json";
constexpr std::string_view kParameters = "report/parameters.json";
constexpr std::string_view kHeads = "report/heads.ndjson";
constexpr std::string_view kMetaLeaves = "meta/leaves.ndjson";
constexpr std::size_t kMaxLeafLine = kMaxLeafBytes + 1;

Error bad_period(std::string text) { return {ErrorCode::invalid, std::move(text)}; }

Status check_period(const PackageOptions& options, Timestamp now) {
  if (options.from && options.to && *options.from >= *options.to)
    return bad_period("the period is " +
                      std::string(*options.from == *options.to ? "empty" : "reversed") +
                      ": from has to be before to");
  if (options.from && *options.from >= now) return bad_period("the period begins in the future");
  if (options.to && *options.to > now)
    return bad_period("the period ends in the future: export it when it is over, or leave out to");
  return {};
}

Source::Leaves leaves_of(const Ledger& ledger, LedgerId id, LogSize end) {
  return [&ledger, id, end](const auto& visit) {
    return ledger.scan(id, Position(0), Position(end.value()), visit);
  };
}

/// The kept heads of at most `end` leaves: what was signed later is no part of the package.
recourse::Result<std::vector<KeptHead>> heads_of(const Signer& signer, LedgerId id, LogSize end) {
  RECOURSE_LET(const std::vector<std::string> notes, signer.all(id));
  std::vector<KeptHead> heads;
  for (const std::string& note : notes) {
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(note));
    if (head.size <= end.value()) heads.push_back({note, {}, {}});
  }
  return heads;
}

/// The report and its machine-readable form.
recourse::Result<std::vector<File>> files_of(const Package& package) {
  RECOURSE_LET(std::vector<File> files, write_report(package));
  for (File& file : package_files(package)) files.push_back(std::move(file));
  return files;
}

class PackageExport {
 public:
  PackageExport(const Ledger& ledger, const Signer& signer, const PackageOptions& options)
      : ledger_(ledger), signer_(signer), options_(options) {}

  recourse::Result<PackageSummary> run() {
    BundleOptions bundle = options_.bundle;
    bundle.from = Moment(Position(0));
    if (options_.to) bundle.to = Moment(*options_.to);
    bundle.attach = [this](const BundleScope& scope) { return attach(scope); };
    RECOURSE_LET(summary_.bundle, export_bundle(ledger_, signer_, bundle));
    return std::move(summary_);
  }

 private:
  recourse::Result<std::vector<BundleAttachment>> attach(const BundleScope& scope) {
    std::vector<BundleAttachment> attachments;
    const auto deployment = ledger_.find_tenant(TenantId("meta"));
    PackageSource origin;
    origin.system = deployment_of(*deployment);
    origin.tenant = options_.bundle.tenant;
    origin.origin = scope.info.origin;
    origin.closed = scope.info.closed;
    origin.log_key = signer_.verifier_key_of(scope.info.origin);
    Parameters parameters;
    parameters.from = options_.from;
    parameters.to = options_.to;
    RECOURSE_TRY(take_period(scope, parameters));
    RECOURSE_LET(parameters.heads, heads_of(signer_, scope.info.ledger, parameters.end));
    parameters.nonce = options_.nonce;
    parameters.sample_size = options_.sample_size;
    parameters.criteria = options_.criteria;
    parameters.thresholds = options_.thresholds;
    parameters.version = options_.version;
    if (options_.with_deployment) {
      RECOURSE_TRY(take_deployment(scope, parameters, attachments));
      const LedgerInfo then = deployment->as_of(parameters.meta_end);
      origin.meta_origin = then.origin;
      origin.meta_closed = then.closed;
    }
    Source source = origin.without_leaves();
    source.leaves = leaves_of(ledger_, scope.info.ledger, parameters.end);
    if (options_.with_deployment)
      source.meta_leaves = leaves_of(ledger_, kMeta, parameters.meta_end);
    RECOURSE_LET(Package package, examine(source, parameters));
    RECOURSE_TRY(add_sample_proofs(source.leaves, package));
    package.log_key = origin.log_key;
    count(package);
    RECOURSE_LET(std::vector<File> files, files_of(package));
    files.push_back({std::string(kSource), origin.text()});
    for (File& file : parameter_files(parameters)) {
      if (file.path == kParameters) summary_.parameters = sha256(file.bytes);
      files.push_back(std::move(file));
    }
    for (File& file : files) attachments.push_back({std::move(file.path), std::move(file.bytes)});
    return attachments;
  }

  Status take_period(const BundleScope& scope, Parameters& parameters) {
    parameters.end = LogSize(scope.end.value());
    if (options_.from) {
      RECOURSE_LET(const Position first,
                   first_from(ledger_, scope.info.ledger, Moment(*options_.from)));
      RECOURSE_LET(const auto note, signer_.at_most(scope.info.ledger, LogSize(first.value())));
      if (note) {
        RECOURSE_LET(const Checkpoint start, peek_checkpoint(*note));
        parameters.start = LogSize(start.size);
      }
    }
    summary_.start = parameters.start;
    summary_.end = parameters.end;
    return {};
  }

  /// The deployment's ledger up to the head that anchors the tenant's, with the proof that it is
  /// all of it.
  Status take_deployment(const BundleScope& scope, Parameters& parameters,
                         std::vector<BundleAttachment>& attachments) {
    const std::optional<std::string>& note = scope.meta_checkpoint;
    if (!note)
      return Error{
          ErrorCode::unavailable,
          "the deployment's ledger does not anchor this head yet: let the server sign first, "
          "or leave out --deployment"};
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
    parameters.meta_end = LogSize(head.size);
    parameters.meta_head = KeptHead{*note, {}, {}};
    std::string lines;
    RECOURSE_TRY(
        ledger_.scan(kMeta, Position(0), Position(head.size), [&](Position, std::string_view leaf) {
          lines.append(leaf) += '\n';
          return true;
        }));
    RECOURSE_LET(
        const std::string proof,
        ledger_.range_proof(kMeta, Position(0), Position(head.size), LogSize(head.size), *note));
    attachments.push_back({std::string(kMetaLeaves), std::move(lines)});
    attachments.push_back({"meta/range.proof", proof});
    attachments.push_back({"meta/checkpoint", *note});
    return {};
  }

  void count(const Package& package) {
    for (const Chapter& chapter : package.chapters) {
      summary_.controls.push_back({chapter.control.id, std::string(word(chapter.result)),
                                   chapter.deviation.population, chapter.exceptions.size()});
      ++(chapter.result == soc2::Result::passed       ? summary_.passed
         : chapter.result == soc2::Result::exceptions ? summary_.failed
                                                      : summary_.no_population);
    }
  }

  const Ledger& ledger_;
  const Signer& signer_;
  const PackageOptions& options_;
  PackageSummary summary_;
};

/// Whether the deployment's leaves are those of the head that anchors the tenant's, which the
/// bundle's own verification has checked.
Status check_deployment(const BundleFiles& stored, const Source& source) {
  RECOURSE_LET(const std::string proof_text, stored.read("meta/range.proof"));
  RECOURSE_LET(const std::string anchor_text, stored.read("meta/head.tlog-proof"));
  RECOURSE_LET(const RangeProof proof, parse_range_proof(proof_text));
  RECOURSE_LET(const TlogProof anchor, parse_tlog_proof(anchor_text));
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(anchor.note));
  RECOURSE_LET(const Checkpoint proved, peek_checkpoint(proof.note));
  RangeFold fold(proof);
  std::uint64_t leaves = 0;
  RECOURSE_TRY(source.meta_leaves([&](Position, std::string_view leaf) {
    fold.add(leaf_hash(leaf));
    ++leaves;
    return true;
  }));
  const auto folded = fold.finish();
  if (folded && proof.start == 0 && leaves == head.size && proved == head) return {};
  return Error{ErrorCode::invalid,
               "meta/leaves.ndjson is not the deployment's log up to the head in "
               "meta/head.tlog-proof"};
}

/// The first `end` lines of a file of leaves.
Source::Leaves leaves_in(const std::filesystem::path& file, LogSize end) {
  return [file, end](const auto& visit) -> Status {
    RECOURSE_LET(BundleLines lines, BundleLines::open(file, kMaxLeafLine));
    for (std::uint64_t i = 0; i < end.value(); ++i) {
      RECOURSE_LET(const auto line, lines.next());
      if (!line)
        return Error{ErrorCode::invalid, file.filename().string() + " ends before the period does"};
      if (!visit(Position(i), *line)) break;
    }
    return {};
  };
}

}  // namespace

recourse::Result<PackageSummary> export_package(const Ledger& ledger, const Signer& signer,
                                                const PackageOptions& options, Timestamp now) {
  RECOURSE_TRY(check_period(options, now));
  return PackageExport(ledger, signer, options).run();
}

recourse::Result<std::vector<std::string>> rerun_package(const std::filesystem::path& dir) {
  const BundleFiles stored(dir);
  RECOURSE_LET(const std::string source_text, stored.read(std::string(kSource)));
  RECOURSE_LET(const PackageSource origin, PackageSource::parse(source_text));
  RECOURSE_LET(const std::string parameters_text, stored.read(std::string(kParameters)));
  RECOURSE_LET(const std::string heads_text, stored.read(std::string(kHeads)));
  RECOURSE_LET(const Parameters parameters, read_parameters(parameters_text, heads_text));
  Source source = origin.without_leaves();
  source.leaves = leaves_in(dir / "leaves.ndjson", parameters.end);
  if (!origin.meta_origin.empty())
    source.meta_leaves = leaves_in(dir / kMetaLeaves, parameters.meta_end);
  if (source.meta_leaves) RECOURSE_TRY(check_deployment(stored, source));
  RECOURSE_LET(Package package, examine(source, parameters));
  RECOURSE_TRY(add_sample_proofs(source.leaves, package));
  package.log_key = origin.log_key;
  RECOURSE_LET(const std::vector<File> files, files_of(package));
  std::vector<std::string> differ;
  for (const File& file : files) {
    std::size_t at = 0;
    bool same = true;
    const auto read = stored.digest(file.path, [&](std::string_view piece) {
      same = same && file.bytes.compare(at, piece.size(), piece) == 0;
      at += piece.size();
      return Status();
    });
    if (!read || !same || at != file.bytes.size()) differ.push_back(file.path);
  }
  return differ;
}

}  // namespace recourse::soc2
