#include "tools/evidence/rerun_package.h"

#include <algorithm>
#include <set>

#include "engine/event/leaf.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/tlog_proof.h"
#include "engine/witness/trust_policy.h"
#include "tools/audit/bundle_contents.h"
#include "tools/audit/bundle_files.h"
#include "tools/audit/leaf_tail.h"
#include "tools/evidence/head_evidence.h"
#include "tools/evidence/package_files.h"
#include "tools/evidence/package_source.h"
#include "tools/evidence/sample_proofs.h"
#include "tools/soc2/package_json.h"

namespace recourse::soc2 {
namespace {

constexpr std::size_t kMaxLeafLine = kMaxLeafBytes + 1;

Error other(std::string what) { return {ErrorCode::invalid, std::move(what)}; }

/// The first `end` lines of a file of leaves.
Source::Leaves leaves_in(const std::filesystem::path& file, LogSize end) {
  return [file, end](const auto& visit) -> Status {
    RECOURSE_LET(BundleLines lines, BundleLines::open(file, kMaxLeafLine));
    for (std::uint64_t i = 0; i < end.value(); ++i) {
      RECOURSE_LET(const auto line, lines.next());
      if (!line) return other(file.filename().string() + " ends before the period does");
      if (!visit(Position(i), *line)) break;
    }
    return {};
  };
}

/// Compares what a package says of itself with what its verified bundle proves.
class PackageCheck {
 public:
  PackageCheck(const BundleFiles& stored, const BundleReport& verified)
      : stored_(stored), verified_(verified) {}

  Status check(const PackageSource& origin, const Source& source, const Parameters& parameters) {
    RECOURSE_TRY(check_source(origin));
    RECOURSE_TRY(check_range(parameters));
    RECOURSE_TRY(find_log_keys(source));
    RECOURSE_TRY(check_heads(source.log(), parameters));
    RECOURSE_TRY(check_start(source, parameters));
    return check_evidence(parameters);
  }

 private:
  static bool tells_of(const std::vector<ClosedLog>& closed,
                       const std::vector<ToldContinuation>& proven) {
    return std::equal(closed.begin(), closed.end(), proven.begin(), proven.end(),
                      [](const ClosedLog& log, const ToldContinuation& told) {
                        return log.origin == told.closed.origin &&
                               log.kept.size == told.closed.kept.size;
                      });
  }
  Status check_source(const PackageSource& origin) const {
    if (origin.origin != verified_.origin)
      return other("report/source.json is about another log: " + origin.origin);
    if (origin.log_key != verified_.log_key->text())
      return other("report/source.json names another log key: " + origin.log_key);
    if (!tells_of(origin.closed, verified_.continued) ||
        (verified_.deployment && !tells_of(origin.meta_closed, verified_.meta_continued)))
      return other("report/source.json tells of other continuations than the log");
    const std::size_t tenant = verified_.origin.rfind("/t/");
    if (tenant != std::string::npos && origin.system != verified_.origin.substr(0, tenant))
      return other("report/source.json is about another deployment: " + origin.system);
    if (origin.meta_origin != (verified_.deployment ? verified_.meta_head->origin : ""))
      return other("report/source.json names another log of the deployment");
    return {};
  }

  Status check_range(const Parameters& parameters) const {
    if (verified_.start != 0) return other("a package holds the leaves from 0 on");
    if (parameters.end.value() != verified_.end)
      return other("the report's period ends at " + std::to_string(parameters.end.value()) +
                   " leaves, the verified range at " + std::to_string(verified_.end));
    const std::uint64_t meta = verified_.deployment ? verified_.meta_head->size : 0;
    if (parameters.meta_end.value() != meta || parameters.meta_head.has_value() != (meta > 0))
      return other("the report's deployment events are not those of the verified range");
    if (meta == 0) return {};
    RECOURSE_LET(const std::string note, stored_.read("meta/checkpoint"));
    return parameters.meta_head->note == note
               ? Status()
               : other("the report names another head of the deployment's log");
  }

  /// The log key, and those before it, as the deployment's own verified leaves say.
  Status find_log_keys(const Source& source) {
    keys_ = {*verified_.log_key};
    if (!source.meta_leaves) return {};
    std::vector<KeyRotated> rotations;
    RECOURSE_TRY(source.meta_leaves([&](Position, std::string_view leaf) {
      const auto tail = leaf_tail(leaf);
      if (!tail || tail->type != KeyRotated::kType) return true;
      const auto event = read_leaf(leaf);
      if (event && get<KeyRotated>(event->data).purpose.text == "log")
        rotations.push_back(get<KeyRotated>(event->data));
      return true;
    }));
    for (auto rotation = rotations.rbegin(); rotation != rotations.rend(); ++rotation) {
      const auto is_known = [&](const NoteKey& key) {
        return typed(key.key()) == rotation->new_key.text;
      };
      const auto typed_key = from_base64(rotation->old_key.text);
      if (!typed_key || typed_key->empty() || std::none_of(keys_.begin(), keys_.end(), is_known))
        continue;
      const auto key = Ed25519PublicKey::from_bytes(std::string_view(*typed_key).substr(1));
      if (key) keys_.emplace_back(verified_.origin, SignatureType::ed25519, *key);
    }
    return {};
  }

  static std::string typed(const Ed25519PublicKey& key) {
    return to_base64("\x01" + std::string(key.bytes()));
  }

  Status check_heads(const LedgerInfo& log, const Parameters& parameters) {
    for (const KeptHead& kept : parameters.heads) {
      RECOURSE_LET(const Checkpoint told, peek_checkpoint(kept.note));
      if (told.origin != log.origin_of_head(LogSize(told.size)))
        return other("report/heads.ndjson has a head of another log: " + told.origin);
      // The same keys signed under the names that the log had before its continuations.
      std::vector<NoteKey> keys;
      for (const NoteKey& key : keys_)
        keys.emplace_back(told.origin, SignatureType::ed25519, key.key());
      const auto head = verify_checkpoint(kept.note, keys);
      if (!head)
        return other("report/heads.ndjson has a head that does not hold: " + head.error().message);
      if (head->checkpoint.size > verified_.end)
        return other("report/heads.ndjson has a head of later than the period");
      sizes_.insert(head->checkpoint.size);
    }
    if (sizes_.contains(verified_.end)) return {};
    return other("report/heads.ndjson has no head of the period's end");
  }

  /// Leaves before the start are in no population, so it has to be one that `from` leaves out.
  Status check_start(const Source& source, const Parameters& parameters) const {
    const std::uint64_t start = parameters.start.value();
    if (start == 0) return {};
    if (!parameters.from || !sizes_.contains(start))
      return other("the report's period starts at " + std::to_string(start) +
                   " leaves, where no head was signed at or before its time");
    bool before = false;
    RECOURSE_TRY(source.leaves([&](Position position, std::string_view leaf) {
      if (position.value() + 1 < start) return true;
      const auto head = read_leaf_head(leaf);
      before = head && head->time < *parameters.from;
      return false;
    }));
    return before ? Status()
                  : other("the report leaves out events of its period: it starts at " +
                          std::to_string(start) + " leaves");
  }

  Status check_evidence(const Parameters& parameters) const {
    HeadEvidence evidence;
    RECOURSE_LET(const std::string policy_text, stored_.read("trust/policy.txt"));
    RECOURSE_LET(const TrustPolicy policy, TrustPolicy::parse(policy_text));
    evidence.end = policy.asks();
    if (evidence.end) {
      RECOURSE_TRY(take_proof("meta/head.tlog-proof", policy, evidence));
    } else if (is_listed(kWitnessedProof)) {
      RECOURSE_LET(const std::string lines, stored_.read(std::string(kWitnesses)));
      RECOURSE_LET(const TrustPolicy witnesses, TrustPolicy::parse(lines));
      RECOURSE_TRY(take_proof(std::string(kWitnessedProof), witnesses, evidence));
    }
    const bool asked = evidence.end || verified_.quorum || is_listed(kWitnessedProof);
    if (asked && parameters.thresholds.cosignatures < 1)
      return other("the policy asks for witnesses, and the report's parameters for none");
    for (const std::string& path : verified_.paths)
      if (path.starts_with("tsa/") && path.ends_with(".tsr")) evidence.time_tokens.push_back(path);
    Parameters told = parameters;
    say_who_saw(evidence, told);
    const auto same = [](const KeptHead& a, const KeptHead& b) {
      return a.cosignatures == b.cosignatures && a.time_tokens == b.time_tokens;
    };
    const bool good = std::equal(told.heads.begin(), told.heads.end(), parameters.heads.begin(),
                                 parameters.heads.end(), same) &&
                      (!told.meta_head || same(*told.meta_head, *parameters.meta_head));
    return good ? Status()
                : other(
                      "report/heads.ndjson or report/parameters.json names other cosignatures or "
                      "time stamps than the bundle proves");
  }

  Status take_proof(const std::string& path, const TrustPolicy& policy,
                    HeadEvidence& evidence) const {
    RECOURSE_LET(const std::string text, stored_.read(path));
    RECOURSE_LET(const TlogProof proof, parse_tlog_proof(text));
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(proof.note));
    if (head.origin == verified_.origin || !is_key_of(head.origin, verified_.origin))
      return other(path + " is of another log: " + head.origin);
    const NoteKey meta(head.origin, SignatureType::ed25519, verified_.log_key->key());
    return take_cosignatures(text, verified_.origin, std::span(&meta, 1), policy, evidence);
  }

  bool is_listed(std::string_view path) const {
    return std::find(verified_.paths.begin(), verified_.paths.end(), path) != verified_.paths.end();
  }

  const BundleFiles& stored_;
  const BundleReport& verified_;
  std::vector<NoteKey> keys_;
  std::set<std::uint64_t> sizes_;  ///< Of the heads.
};

/// Paths of `files` that differ in the directory, and of those listed there that are none of them.
std::vector<std::string> differences(const BundleFiles& stored, const BundleReport& verified,
                                     const std::vector<File>& files) {
  std::set<std::string> made{std::string(kSource), std::string(kParameters), std::string(kHeads),
                             std::string(kWitnessedProof), std::string(kWitnesses)};
  std::vector<std::string> differ;
  for (const File& file : files) {
    made.insert(file.path);
    std::size_t at = 0;
    bool same = true;
    const auto read = stored.digest(file.path, [&](std::string_view piece) {
      same = same && file.bytes.compare(at, piece.size(), piece) == 0;
      at += piece.size();
      return Status();
    });
    if (!read || !same || at != file.bytes.size()) differ.push_back(file.path);
  }
  for (const std::string& path : verified.paths)
    if (!is_of_the_proof(path) && !made.contains(path)) differ.push_back(path);
  return differ;
}

}  // namespace

recourse::Result<std::vector<std::string>> rerun_package(const std::filesystem::path& dir,
                                                         const BundleReport& verified) {
  if (std::find(verified.paths.begin(), verified.paths.end(), kSource) == verified.paths.end())
    return Error{ErrorCode::unsupported, "this bundle is no evidence package: it has no report"};
  const BundleFiles stored(dir);
  RECOURSE_LET(const std::string source_text, stored.read(std::string(kSource)));
  RECOURSE_LET(const PackageSource origin, PackageSource::parse(source_text));
  RECOURSE_LET(const std::string parameters_text, stored.read(std::string(kParameters)));
  RECOURSE_LET(const std::string heads_text, stored.read(std::string(kHeads)));
  RECOURSE_LET(const Parameters parameters, read_parameters(parameters_text, heads_text));
  Source source = origin.without_leaves();
  source.leaves = leaves_in(dir / "leaves.ndjson", parameters.end);
  if (verified.deployment)
    source.meta_leaves = leaves_in(dir / kMetaLeaves, LogSize(verified.meta_head->size));
  RECOURSE_TRY(PackageCheck(stored, verified).check(origin, source, parameters));
  RECOURSE_LET(Package package, examine(source, parameters));
  RECOURSE_TRY(add_sample_proofs(source.leaves, package));
  package.log_key = origin.log_key;
  RECOURSE_LET(std::vector<File> files, files_of(package));
  files.push_back({std::string(kSource), origin.text()});
  for (File& file : parameter_files(parameters)) files.push_back(std::move(file));
  return differences(stored, verified, files);
}

}  // namespace recourse::soc2
