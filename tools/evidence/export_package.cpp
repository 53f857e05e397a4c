#include "tools/evidence/export_package.h"

#include <array>

#include "engine/base/sha256.h"
#include "engine/ledger/checkpoint.h"
#include "tools/audit/witnessed_anchor.h"
#include "tools/evidence/head_evidence.h"
#include "tools/evidence/package_files.h"
#include "tools/evidence/package_source.h"
#include "tools/evidence/sample_proofs.h"
#include "tools/soc2/package_json.h"

namespace recourse::soc2 {
namespace {

const LedgerId kMeta{0};
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

/// The kept heads of at most `end` leaves: what was signed later is no part of the package. Whoever
/// makes the report again knows one log key, and with the deployment's events those before it.
recourse::Result<std::vector<KeptHead>> heads_of(const Signer& signer, LedgerId id, LogSize end,
                                                 bool with_deployment) {
  RECOURSE_LET(std::vector<std::string> notes, signer.all(id));
  const std::vector<NoteKey> keys = signer.log_keys(id);
  std::vector<KeptHead> heads;
  for (std::string& note : notes) {
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(note));
    if (head.size > end.value()) continue;
    RECOURSE_LET(std::string signed_now, signer.with_newest_signature(id, std::move(note)));
    // A log that was continued has heads under its earlier names, by the same key.
    const std::array newest{NoteKey(head.origin, SignatureType::ed25519, keys.front().key())};
    if (!with_deployment && !verify_checkpoint(signed_now, newest))
      return Error{ErrorCode::conflict,
                   "the log key was replaced, and who has the new one only cannot check the heads "
                   "before: add --deployment, whose events say which key it replaced"};
    heads.push_back({std::move(signed_now), {}, {}});
  }
  return heads;
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
    RECOURSE_LET(parameters.heads,
                 heads_of(signer_, scope.info.ledger, parameters.end, options_.with_deployment));
    parameters.nonce = options_.nonce;
    parameters.sample_size = options_.sample_size;
    parameters.criteria = options_.criteria;
    parameters.thresholds = options_.thresholds;
    if (options_.bundle.policy.asks() && parameters.thresholds.cosignatures == 0)
      parameters.thresholds.cosignatures = 1;
    parameters.version = options_.version;
    if (options_.with_deployment) {
      RECOURSE_TRY(take_deployment(scope, parameters, attachments));
      const LedgerInfo then = deployment->as_of(parameters.meta_end);
      origin.meta_origin = then.origin;
      origin.meta_closed = then.closed;
    }
    RECOURSE_TRY(take_evidence(scope, parameters, attachments));
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

  /// Who saw the end; or else the newest head that the quorum saw, with the proof of that.
  Status take_evidence(const BundleScope& scope, Parameters& parameters,
                       std::vector<BundleAttachment>& attachments) {
    const TrustPolicy& policy = options_.bundle.policy;
    HeadEvidence evidence;
    if (scope.time_stamp) evidence.time_tokens.push_back(*scope.time_stamp);
    std::optional<std::string> proof;
    if (scope.witnessed) {
      proof = scope.meta_proof;
      evidence.end = true;
    } else {
      RECOURSE_LET(auto newest,
                   newest_witnessed_anchor(ledger_, signer_, scope.info, policy, parameters.end));
      if (newest) proof = std::move(newest->proof);
    }
    if (proof)
      RECOURSE_TRY(
          take_cosignatures(*proof, scope.info.origin, signer_.log_keys(kMeta), policy, evidence));
    if (proof && !evidence.end) {
      attachments.push_back({std::string(kWitnessedProof), std::move(*proof)});
      attachments.push_back({std::string(kWitnesses), policy.witness_lines()});
    }
    say_who_saw(evidence, parameters);
    return {};
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

}  // namespace

recourse::Result<PackageSummary> export_package(const Ledger& ledger, const Signer& signer,
                                                const PackageOptions& options, Timestamp now) {
  RECOURSE_TRY(check_period(options, now));
  return PackageExport(ledger, signer, options).run();
}

}  // namespace recourse::soc2
