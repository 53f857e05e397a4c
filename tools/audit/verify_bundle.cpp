#include "tools/audit/verify_bundle.h"

#include <map>

#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "engine/event/leaf.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/range_proof.h"
#include "engine/ledger/tlog_proof.h"
#include "engine/witness/time_stamp.h"
#include "engine/witness/trust_policy.h"
#include "tools/audit/bundle_contents.h"
#include "tools/audit/bundle_files.h"
#include "tools/audit/continued_check.h"
#include "tools/audit/disclosure_check.h"
#include "tools/audit/leaf_form.h"
#include "tools/audit/verify_page.h"
#include "tools/audit/witnessed_by.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr JsonLimits kManifestLimits{std::size_t{1} << 24, 16};
constexpr JsonLimits kBundleLeafLimits{kMaxLeafBytes, 512};
constexpr const char* kMetaLeaves = "meta/leaves.ndjson";
constexpr const char* kMetaProof = "meta/range.proof";
constexpr const char* kMetaCheckpoint = "meta/checkpoint";
constexpr std::size_t kMaxDisclosureBytes = std::size_t{1} << 24;

Error refused(const std::string& what) { return {ErrorCode::invalid, what}; }

/// An object in canonical form: every reader reads the same. Errors: invalid, too_large.
Result<Json> canonical_object(std::string_view text, const JsonLimits& limits) {
  RECOURSE_LET(Json json, parse_json(text, limits));
  if (!json.is_object()) return refused("not a JSON object");
  if (canonical_json(json) != text) return refused("JSON that is not in its canonical form");
  return json;
}

Result<std::string> string_in(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  if (member == nullptr || member->string() == nullptr)
    return refused("there is no " + std::string(name));
  return *member->string();
}

Result<std::uint64_t> count_in(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  const auto value = member == nullptr ? std::nullopt : member->integer();
  if (!value || *value < 0) return refused("there is no " + std::string(name));
  return static_cast<std::uint64_t>(*value);
}

/// An Ed25519 verifier key. Spaces around it are those of copying.
Result<NoteKey> read_key(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kSpaces);
  if (from == text.npos) return refused("there is no key");
  RECOURSE_LET(NoteKey key,
               NoteKey::parse(text.substr(from, text.find_last_not_of(kSpaces) + 1 - from)));
  if (key.type() != SignatureType::ed25519) return refused("a key that signs no notes");
  return key;
}

class BundleCheck {
 public:
  BundleCheck(const fs::path& root, const BundleKeys& keys) : files_(root), keys_(keys) {}

  Result<BundleReport> run() {
    RECOURSE_TRY(check_manifest());
    RECOURSE_TRY(check_files());
    RECOURSE_TRY(check_page());
    RECOURSE_TRY(check_heads());
    RECOURSE_TRY(check_leaves());
    RECOURSE_TRY(check_policy());
    RECOURSE_TRY(check_anchor());
    RECOURSE_TRY(check_deployment());
    RECOURSE_TRY(check_stamps());
    report_.keys_authenticated = !keys_.log_key.empty() && !keys_.report_key.empty();
    report_.files = listed_.size();
    report_.not_checked = others_in(order_);
    report_.paths = order_;
    return report_;
  }

 private:
  struct Listed {
    std::uint64_t size;
    std::string sha256;
  };

  Status check_manifest() {
    std::string text = keys_.report_key;
    if (text.empty()) {
      RECOURSE_LET(text, files_.read("trust/report.key"));
    }
    RECOURSE_LET(const NoteKey key, read_key(text));
    RECOURSE_LET(manifest_text_, files_.read("manifest.json"));
    RECOURSE_LET(manifest_note_, files_.read("manifest.note"));
    RECOURSE_LET(const VerifiedNote note, verify_note(manifest_note_, std::span(&key, 1)));
    RECOURSE_LET(manifest_, canonical_object(manifest_text_, kManifestLimits));
    RECOURSE_LET(report_.origin, string_in(manifest_, "origin"));
    if (note.text != "recourse/bundle@v1\n" + report_.origin + "\n" +
                         to_hex(as_text(sha256(manifest_text_))) + "\n")
      return refused("changed: manifest.json");
    RECOURSE_LET(report_.start, count_in(manifest_, "start"));
    RECOURSE_LET(report_.end, count_in(manifest_, "end"));
    RECOURSE_LET(report_.size, count_in(manifest_, "size"));
    if (report_.start > report_.end || report_.end > report_.size)
      return refused("a range that does not ascend");
    return read_list();
  }

  Status read_list() {
    const Json* const files = manifest_.find("files");
    if (files == nullptr || files->elements() == nullptr) return refused("no files are listed");
    for (const Json& file : *files->elements()) {
      RECOURSE_LET(const std::string path, string_in(file, "path"));
      RECOURSE_LET(const std::uint64_t size, count_in(file, "size"));
      RECOURSE_LET(const std::string digest, string_in(file, "sha256"));
      if (!is_bundle_path(path)) return refused("a path that could leave the bundle: " + path);
      if (!listed_.emplace(path, Listed{size, digest}).second)
        return refused("a file that is listed twice: " + path);
      order_.push_back(path);
    }
    return {};
  }

  Status check_files() {
    std::set<std::string> unlisted = {"manifest.json", "manifest.note"};
    if (manifest_.find("page") != nullptr) unlisted.insert("verify.html");
    RECOURSE_LET(std::set<std::string> found, files_.paths());
    for (const std::string& path : unlisted)
      if (listed_.contains(path) || found.erase(path) == 0)
        return refused("missing or listed: " + path);
    for (const auto& [path, expected] : listed_) {
      if (found.erase(path) == 0) return refused("missing: " + path);
      RECOURSE_LET(const BundleFiles::Digest is, files_.digest(path));
      if (is.size != expected.size || to_hex(as_text(is.sha256)) != expected.sha256)
        return refused("changed: " + path);
    }
    return found.empty() ? Status() : refused("not listed: " + *found.begin());
  }

  /// verify.html cannot be listed, since it may hold the list: the rest of it is in the manifest.
  Status check_page() {
    const Json* const expected = manifest_.find("page");
    if (expected == nullptr) return {};
    RECOURSE_LET(const std::string program, string_in(*expected, "sha256"));
    const Json* const embeds = expected->find("embeds");
    std::string page;
    RECOURSE_TRY(files_.digest("verify.html", [&](std::string_view piece) -> Status {
      page.append(piece);
      return page.size() <= kMaxPageBytes ? Status() : refused("too big: verify.html");
    }));
    const std::size_t first = page.find(kPageFilesBegin);
    const std::size_t last = page.rfind(kPageFilesEnd);
    if (first == page.npos || last == page.npos || last < first + kPageFilesBegin.size())
      return refused("verify.html is not that page");
    const std::string_view whole = page;
    const std::size_t from = first + kPageFilesBegin.size();
    if (to_hex(as_text(sha256({whole.substr(0, from), whole.substr(last)}))) != program)
      return refused("changed: verify.html");
    const bool holds_files = embeds != nullptr && embeds->boolean().value_or(false);
    return check_held(whole.substr(from, last - from), holds_files);
  }

  Status check_held(std::string_view held, bool holds_files) {
    const auto take = [&](std::string_view text) {
      const bool there = held.starts_with(text);
      if (there) held.remove_prefix(text.size());
      return there ? Status() : refused("verify.html holds other files");
    };
    std::vector<std::string> paths = {"manifest.json", "manifest.note"};
    paths.insert(paths.end(), order_.begin(), order_.end());
    if (!holds_files) paths.clear();
    for (const std::string& path : paths) {
      RECOURSE_TRY(take(page_block_begin(path)));
      std::string rest;  // Of a group of three bytes, from piece to piece.
      RECOURSE_TRY(files_.digest(path, [&](std::string_view piece) {
        rest.append(piece);
        const std::string groups = rest.substr(0, rest.size() / 3 * 3);
        rest.erase(0, groups.size());
        return take(to_base64(groups));
      }));
      RECOURSE_TRY(take(to_base64(rest)));
      RECOURSE_TRY(take(kPageBlockEnd));
    }
    return held.empty() ? Status() : refused("verify.html holds other files");
  }

  /// The log's key as the policy file names it.
  Result<std::string> own_log_key() const {
    RECOURSE_LET(const std::string policy, files_.read("trust/policy.txt"));
    const std::string lines = "\n" + policy;
    constexpr std::string_view kLog = "\nlog ";
    const std::size_t at = lines.find(kLog);
    if (at == lines.npos) return refused("the policy names no log");
    const std::size_t from = at + kLog.size();
    return lines.substr(from, lines.find_first_of(" \n", from) - from);
  }

  /// The head that a file states for a log whose key the reader has: one key pair signs under the
  /// name of each log of a deployment.
  Result<Checkpoint> signed_head(const std::string& note, const std::string& origin) const {
    if (!is_note_key_name(origin)) return refused("a log without a proper name");
    const NoteKey key(origin, SignatureType::ed25519, log_key_->key());
    RECOURSE_LET(const VerifiedCheckpoint head, verify_checkpoint(note, std::span(&key, 1)));
    if (head.checkpoint.origin != origin) return refused("a checkpoint of another log");
    return head.checkpoint;
  }

  Status check_heads() {
    std::string text = keys_.log_key;
    if (text.empty()) {
      RECOURSE_LET(text, own_log_key());
    }
    RECOURSE_LET(log_key_, read_key(text));
    if (!is_key_of(log_key_->name(), report_.origin))
      return refused("a key of another log: " + log_key_->name());
    RECOURSE_LET(note_, files_.read("checkpoint"));
    RECOURSE_LET(const Checkpoint head, signed_head(note_, report_.origin));
    report_.log_key = NoteKey(report_.origin, SignatureType::ed25519, log_key_->key());
    RECOURSE_LET(const std::string root, string_in(manifest_, "root"));
    if (head.size != report_.size || to_base64(as_text(head.root)) != root)
      return refused("the manifest names another head");
    report_.root = head.root;
    RECOURSE_LET(line_, continued("log", std::string(parse_origin_name(report_.origin).first),
                                  report_.origin));
    report_.continued = line_.told;
    if (report_.start == 0) return {};
    RECOURSE_LET(const std::string start_note, files_.read("checkpoint.start"));
    RECOURSE_LET(start_,
                 signed_head(start_note, line_.info.origin_of_head(LogSize(report_.start))));
    if (start_->size != report_.start) return refused("the start is signed at another size");
    return {};
  }

  /// The logs of which the newest is `newest`, or whichever its proofs are of. Those of the
  /// bundle's own log are proven by its own head.
  Result<ProvenLine> continued(const std::string& which, const std::string& first,
                               std::optional<std::string> newest) const {
    std::set<std::string> paths;
    for (const auto& [path, file] : listed_) paths.insert(path);
    return check_continued(
        paths, which, first, newest, [this](const std::string& path) { return files_.read(path); },
        [&](const std::string& note, const std::string& origin) -> Result<Checkpoint> {
          if (newest && note != note_) return refused("a continuation of another checkpoint");
          return signed_head(note, origin);
        });
  }

  Status check_leaves() {
    RECOURSE_LET(const std::string text, files_.read("range.proof"));
    RECOURSE_LET(const RangeProof proof, parse_range_proof(text));
    if (proof.start != report_.start || proof.end != report_.end || proof.head.size != report_.size)
      return refused("another range");
    if (proof.note != note_) return refused("the range proof is of another checkpoint");
    RangeFold fold(proof);
    if (start_ && fold.root_at_start() != start_->root)
      return refused("the range does not continue the log at its start");
    const bool opened = listed_.contains("disclosures.ndjson");
    RECOURSE_TRY(
        fold_leaves({"leaves.ndjson", line_.info, report_.start, report_.end, opened}, fold));
    return fold.finish();
  }

  struct Leaves {
    const char* path;
    const LedgerInfo& logs;  ///< Which of them they are of.
    std::uint64_t start, end;
    bool opened;  ///< disclosures.ndjson is about them.
  };

  Status fold_leaves(const Leaves& of, RangeFold& fold) {
    RECOURSE_LET(BundleLines leaves, BundleLines::open(files_.at(of.path), kMaxLeafBytes));
    std::optional<BundleLines> shown;
    std::optional<std::string_view> opening;
    if (of.opened) {
      RECOURSE_LET(shown, BundleLines::open(files_.at("disclosures.ndjson"), kMaxDisclosureBytes));
      RECOURSE_LET(opening, shown->next());
    }
    std::string last;
    std::uint64_t position = of.start;
    for (;; ++position) {
      RECOURSE_LET(const std::optional<std::string_view> line, leaves.next());
      if (!line) break;
      if (position == of.end) return refused("a leaf too many");
      RECOURSE_LET(const Json leaf, canonical_object(*line, kBundleLeafLimits));
      RECOURSE_TRY(check_leaf(of.logs, leaf, position, last));
      fold.add(leaf_hash(*line));
      while (opening) {
        RECOURSE_LET(const std::uint64_t disclosed, disclosed_position(*opening));
        if (disclosed != position) break;
        RECOURSE_TRY(check_disclosure(*opening, leaf));
        ++report_.disclosed;
        RECOURSE_LET(opening, shown->next());
      }
    }
    if (position != of.end) return refused("leaves are missing");
    return opening ? refused("a disclosure that belongs to no leaf") : Status();
  }

  /// `last` is the time of the leaf before, and of this one afterwards.
  static Status check_leaf(const LedgerInfo& logs, const Json& leaf, std::uint64_t position,
                           std::string& last) {
    const std::string at = "position " + std::to_string(position);
    RECOURSE_LET(const std::string sequence, string_in(leaf, "sequence"));
    if (!is_leaf_sequence(sequence, position)) return refused(at + " holds another leaf");
    RECOURSE_LET(const std::string source, string_in(leaf, "source"));
    if (source != logs.origin_at(Position(position))) return refused(at + " is of another log");
    RECOURSE_TRY(check_continues_here(logs, leaf, position));
    RECOURSE_TRY(string_in(leaf, "id"));
    RECOURSE_LET(std::string time, string_in(leaf, "time"));
    if (!is_leaf_time(time) || time < last) return refused("time runs back at " + at);
    last = std::move(time);
    return {};
  }

  /// No leaf closes a log but those that were proven to, or of which nothing is left here.
  static Status check_continues_here(const LedgerInfo& logs, const Json& leaf,
                                     std::uint64_t position) {
    const Json* const type = leaf.find("type");
    if (type == nullptr || type->string() == nullptr || *type->string() != LogContinued::kType)
      return {};
    for (const ClosedLog& log : logs.closed)
      if (log.kept.size.value() == position) return {};
    const Json* const data = leaf.find("data");
    const Json* const size = data == nullptr ? nullptr : data->find("size");
    if (size != nullptr && size->integer() == 0) return {};
    return refused("position " + std::to_string(position) + " closes a log without a proof");
  }

  Status check_policy() {
    std::string text = keys_.policy;
    if (text.empty()) {
      RECOURSE_LET(text, files_.read("trust/policy.txt"));
    }
    RECOURSE_LET(policy_, TrustPolicy::parse(text));
    report_.policy_given = !keys_.policy.empty();
    return {};
  }

  /// The head of the meta log in a proof that it anchors this very head.
  Result<VerifiedCheckpoint> anchored_in(const std::string& path) const {
    RECOURSE_LET(const std::string text, files_.read(path));
    RECOURSE_LET(const TlogProof claimed, parse_tlog_proof(text));
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(claimed.note));
    const std::string& meta = meta_line_.info.origin_of_head(LogSize(head.size));
    std::vector<NoteKey> keys = policy_.keys();
    keys.emplace_back(meta, SignatureType::ed25519, log_key_->key());
    RECOURSE_LET(VerifiedLeaf anchor,
                 verify_tlog_proof(text, keys, meta_line_.info.origin_at(Position(claimed.index))));
    if (anchor.head.checkpoint.origin != meta) return refused("a checkpoint of another log");
    RECOURSE_LET(const Json leaf, canonical_object(anchor.leaf, kBundleLeafLimits));
    RECOURSE_LET(const std::string type, string_in(leaf, "type"));
    const Json* const data = leaf.find("data");
    if (type != "recourse.log.anchored.v1" || data == nullptr)
      return refused("the meta log anchors something else");
    RECOURSE_LET(const std::uint64_t size, count_in(*data, "size"));
    RECOURSE_LET(const std::string root, string_in(*data, "root"));
    RECOURSE_LET(const std::string origin_hash, string_in(*data, "origin_hash"));
    if (size != report_.size || root != to_base64(as_text(report_.root)) ||
        origin_hash != to_base64(as_text(sha256(report_.origin))))
      return refused("the meta log anchors another head");
    return std::move(anchor.head);
  }

  Status read_meta_line() {
    const std::string& first = line_.info.first_origin();
    const std::size_t tenant = first.rfind("/t/");
    RECOURSE_LET(meta_line_,
                 continued("meta", first.substr(0, tenant == first.npos ? 0 : tenant) + "/meta",
                           std::nullopt));
    report_.meta_continued = meta_line_.told;
    return {};
  }

  Status check_anchor() {
    RECOURSE_TRY(read_meta_line());
    if (!listed_.contains("meta/head.tlog-proof"))
      return policy_.asks() ? refused("witnesses are asked for, and the meta log's head is absent")
                            : Status();
    RECOURSE_LET(const VerifiedCheckpoint head, anchored_in("meta/head.tlog-proof"));
    report_.anchored = true;
    report_.meta_head = head.checkpoint;
    return check_witnesses(head);
  }

  /// The deployment's own log, when it is here, is all of it up to the head with the anchor.
  Status check_deployment() {
    std::size_t there = 0;
    for (const char* path : {kMetaLeaves, kMetaProof, kMetaCheckpoint})
      there += listed_.contains(path) ? 1 : 0;
    if (there == 0) return {};
    if (there < 3 || !report_.meta_head) return refused("the deployment's log without its proof");
    const Checkpoint& head = *report_.meta_head;
    RECOURSE_LET(const std::string text, files_.read(kMetaProof));
    RECOURSE_LET(const RangeProof proof, parse_range_proof(text));
    RECOURSE_LET(const std::string note, files_.read(kMetaCheckpoint));
    RECOURSE_LET(const Checkpoint proved, signed_head(note, head.origin));
    if (proof.start != 0 || proof.end != head.size || proof.note != note || proved != head)
      return refused("the deployment's log is not that of the anchor");
    RangeFold fold(proof);
    const LedgerInfo logs = meta_line_.info.as_of(LogSize(head.size));
    RECOURSE_TRY(fold_leaves({kMetaLeaves, logs, 0, head.size, false}, fold));
    report_.deployment = true;
    return fold.finish();
  }

  Status check_witnesses(const VerifiedCheckpoint& head) {
    RECOURSE_LET(report_.witnesses, witnessed_by(head, policy_));
    std::vector<NoteKey> cosigned;
    for (const BundleReport::Witness& witness : report_.witnesses) cosigned.push_back(witness.key);
    if (!policy_.satisfied(cosigned))
      return refused("the quorum of the policy did not cosign the meta log's head");
    report_.quorum = policy_.asks();
    return {};
  }

  Status check_stamps() {
    for (const std::string& path : order_) {
      if (!path.starts_with("tsa/") || !path.ends_with(".tsr")) continue;
      const std::string proof = path.substr(0, path.size() - 4) + ".tlog-proof";
      if (!listed_.contains(proof)) return refused("missing: " + proof);
      RECOURSE_LET(const VerifiedCheckpoint head, anchored_in(proof));
      RECOURSE_LET(const std::string response, files_.read(path));
      const Hash imprint = stamped_hash(head.checkpoint);
      if (response.find("\x04\x20" + std::string(as_text(imprint))) == response.npos)
        return refused("a time stamp of another head: " + path);
      BundleReport::Stamp stamp{head.checkpoint.size, ""};
      if (!keys_.tsa_ca.empty()) {
        RECOURSE_LET(const Timestamp time,
                     check_time_stamp(response, imprint, std::nullopt, keys_.tsa_ca));
        stamp.time = to_rfc3339(time).substr(0, 19) + "Z";
      }
      report_.stamps.push_back(std::move(stamp));
    }
    return {};
  }

  static constexpr std::size_t kMaxPageBytes = std::size_t{1} << 27;

  const BundleFiles files_;
  const BundleKeys& keys_;
  BundleReport report_;
  std::string manifest_text_, manifest_note_, note_;
  Json manifest_;
  std::map<std::string, Listed> listed_;
  std::vector<std::string> order_;  ///< Paths as the manifest lists them.
  std::optional<NoteKey> log_key_;
  ProvenLine line_, meta_line_;
  std::optional<Checkpoint> start_;
  TrustPolicy policy_;
};

}  // namespace

BundleReport verify_bundle(const fs::path& root, const BundleKeys& keys) {
  BundleReport failed;
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    failed.verdict = Integrity::could_not_tell;
    failed.reason = "there is no directory " + root.string();
    return failed;
  }
  Result<BundleReport> report = BundleCheck(root, keys).run();
  if (report) return std::move(*report);
  failed.verdict =
      report.error().code == ErrorCode::io ? Integrity::could_not_tell : Integrity::damaged;
  failed.reason = report.error().message;
  return failed;
}

}  // namespace recourse
