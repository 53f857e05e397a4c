#include "tools/audit/bundle.h"

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "engine/base/assert.h"
#include "engine/event/canonical_json.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/range_proof.h"
#include "tools/audit/bundle_plan.h"
#include "tools/audit/embedded_texts.h"
#include "tools/audit/hashed_file.h"
#include "tools/audit/verify_page.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIncomplete = "INCOMPLETE";
/// What the mark says, so that no directory is taken for ours that is not.
constexpr std::string_view kUnfinished =
    "An export of Recourse is being written here, or was broken off. Repeat it: this directory is\n"
    "emptied first.\n";
constexpr std::string_view kVersion = "recourse/bundle@v1";

/// The directory of a bundle, and what the manifest says about each file in it.
class BundleDirectory {
 public:
  /// What an export left that did not come to its end is removed. Errors: conflict, io.
  static Result<BundleDirectory> make(const fs::path& root) {
    RECOURSE_TRY(remove_unfinished(root));
    std::error_code error;
    const fs::file_status status = fs::status(root, error);
    if (fs::exists(status) && (!fs::is_directory(status) || !fs::is_empty(root, error)))
      return Error{ErrorCode::conflict, root.string() + " is there already and not empty"};
    fs::create_directories(root, error);
    if (error) return system_error("create", root, error.value());
    BundleDirectory made(root);
    RECOURSE_LET(OpenFile mark, OpenFile::open(root / kIncomplete, O_WRONLY | O_CREAT | O_EXCL));
    RECOURSE_TRY(mark.write_at(0, kUnfinished));
    RECOURSE_TRY(mark.sync());
    RECOURSE_TRY(sync_directory(root));
    return made;
  }

  Result<HashedFile> create(const std::string& path) {
    fs::path folder = root_;
    const fs::path below(path);
    for (auto part = below.begin(); std::next(part) != below.end(); ++part) {
      folder /= *part;
      std::error_code error;
      if (fs::create_directory(folder, error)) folders_.push_back(folder);
      if (error) return system_error("create", folder, error.value());
    }
    return HashedFile::create(root_ / path);
  }

  Status finish(const std::string& path, HashedFile& file) {
    RECOURSE_TRY(file.finish());
    files_[path] = {file.size(), file.digest()};
    bytes_ += file.size();
    return {};
  }

  Status write(const std::string& path, std::string_view content) {
    RECOURSE_LET(HashedFile file, create(path));
    RECOURSE_TRY(file.write(content));
    return finish(path, file);
  }

  Json manifest_files() const {
    Json files = Json::array();
    for (const auto& [path, file] : files_)
      files.push_back(Json::object(
          {{"path", path}, {"sha256", to_hex(as_text(file.digest))}, {"size", file.size}}));
    return files;
  }

  /// Writes verify.html, with the manifest, its note and every listed file in it if it `holds`
  /// them. REQUIRES: all of them are written.
  Status write_page(bool holds) {
    RECOURSE_LET(HashedFile page, create("verify.html"));
    RECOURSE_TRY(page.write(verify_page().before));
    if (holds) {
      for (const char* path : {"manifest.json", "manifest.note"})
        RECOURSE_TRY(write_block(page, path));
      for (const auto& [path, file] : files_)
        if (!path.starts_with("manifest.")) RECOURSE_TRY(write_block(page, path));
    }
    RECOURSE_TRY(page.write(verify_page().after));
    return finish("verify.html", page);
  }

  bool has(const std::string& path) const { return files_.contains(path); }
  const Hash& digest(const std::string& path) const { return files_.at(path).digest; }
  std::uint64_t files() const { return files_.size(); }
  std::uint64_t bytes() const { return bytes_; }

  /// Takes the mark away once all the rest is on stable storage.
  Status complete() {
    for (const fs::path& folder : folders_) RECOURSE_TRY(sync_directory(folder));
    RECOURSE_TRY(sync_directory(root_));
    std::error_code error;
    fs::remove(root_ / kIncomplete, error);
    if (error) return system_error("remove", root_ / kIncomplete, error.value());
    return sync_directory(root_);
  }

 private:
  struct Entry {
    std::uint64_t size;
    Hash digest;
  };
  explicit BundleDirectory(fs::path root) : root_(std::move(root)) {}

  /// Empties a directory that bears our mark.
  static Status remove_unfinished(const fs::path& root) {
    std::error_code error;
    if (!fs::exists(root / kIncomplete, error)) return {};
    RECOURSE_LET(const std::string mark, read_file(root / kIncomplete));
    const auto files = std::distance(fs::directory_iterator(root, error), {});
    // The disk may have been full for the mark already.
    if (mark != kUnfinished && !(files == 1 && kUnfinished.starts_with(mark))) return {};
    for (const auto& entry : fs::directory_iterator(root, error))
      if (entry.path().filename() != kIncomplete) fs::remove_all(entry.path(), error);
    // The mark goes last: whoever is killed here begins anew the next time.
    fs::remove(root / kIncomplete, error);
    if (error) return system_error("empty", root, error.value());
    return sync_directory(root);
  }

  Status write_block(HashedFile& page, const std::string& path) {
    RECOURSE_TRY(page.write(page_block_begin(path)));
    std::ifstream in(root_ / path, std::ios::binary);
    std::string piece(std::size_t{3} << 18, '\0');  // Threes, so that only the last one is padded.
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
      RECOURSE_TRY(page.write(
          to_base64(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())))));
    if (!in.eof()) return system_error("read", root_ / path, errno);
    return page.write(kPageBlockEnd);
  }

  fs::path root_;
  std::vector<fs::path> folders_;
  std::map<std::string, Entry> files_;  ///< By path, as the manifest lists them.
  std::uint64_t bytes_ = 0;
};

/// The policy file of c2sp.org/tlog-policy. One key pair signs for all logs of a deployment, and
/// the format wants each key once, so the meta log is not named.
/// A quorum that is not there would make a bundle that does not verify: then none is asked for,
/// and whoever has a policy of their own sees the difference.
std::string policy_text(const std::string& log_key, const TrustPolicy& policy, bool witnessed) {
  return "# A copy for convenience: use the key that you received outside of this bundle.\nlog " +
         log_key + "\n" + (witnessed ? policy : TrustPolicy()).witness_lines();
}

std::string facts_text(const BundlePlan& plan, const BundleSummary& summary, bool open) {
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  std::string text = "\n## This bundle\n\n| | |\n|---|---|\n";
  const auto row = [&](std::string_view name, const std::string& value) {
    text.append("| ").append(name).append(" | ").append(value).append(" |\n");
  };
  row("log", plan.info.origin);
  row("leaves", number(plan.start.value()) + " to before " + number(plan.end.value()));
  row("asked for", number(plan.requested_from.value()) + " to before " +
                       number(plan.requested_to.value()) + "; widened to the signed heads around");
  row("head",
      number(plan.head.size.value()) + " leaves, root " + to_base64(as_text(plan.head.root)));
  row("anchor in the meta log",
      plan.meta_proof ? "meta/head.tlog-proof"
                      : "absent: this head was "
                        "not anchored when the bundle was made, so step 5 proves nothing");
  row("witnesses", plan.witnessed ? "the quorum in trust/policy.txt cosigned the meta log's head"
                                  : "no quorum of witnesses cosigned the meta log's head");
  row("time stamp", plan.stamped ? "tsa/" + number(plan.stamped->size.value()) + ".tsr" : "none");
  row("sealed values",
      open ? number(summary.disclosed) + " opened, " + number(summary.erased) + " erased before"
           : "not opened");
  return text;
}

class BundleExport {
 public:
  BundleExport(const Ledger& ledger, const Signer& signer, const BundlePlan& plan,
               const BundleOptions& options, BundleDirectory directory)
      : ledger_(ledger),
        signer_(signer),
        plan_(plan),
        policy_(options.policy),
        open_(options.open),
        fields_(options.fields),
        max_bytes_in_page_(options.max_bytes_in_page),
        attach_(options.attach),
        directory_(std::move(directory)) {
    summary_.info = plan.info;
    summary_.start = plan.start;
    summary_.end = plan.end;
    summary_.head = plan.head;
    summary_.anchored = plan.meta_proof.has_value();
    summary_.witnessed = plan.witnessed;
    summary_.stamped = plan.stamped.has_value();
  }

  Result<BundleSummary> run() {
    RECOURSE_TRY(directory_.write(
        "trust/policy.txt",
        policy_text(signer_.verifier_key_of(plan_.info.origin), policy_, plan_.witnessed)));
    RECOURSE_TRY(directory_.write("trust/report.key", signer_.report_verifier_key() + "\n"));
    RECOURSE_TRY(directory_.write("checkpoint", plan_.note));
    if (plan_.start_note) RECOURSE_TRY(directory_.write("checkpoint.start", *plan_.start_note));
    if (plan_.meta_proof) RECOURSE_TRY(directory_.write("meta/head.tlog-proof", *plan_.meta_proof));
    for (const auto& [path, bytes] : plan_.continued) RECOURSE_TRY(directory_.write(path, bytes));
    if (plan_.stamped) {
      const std::string path = "tsa/" + std::to_string(plan_.stamped->size.value());
      RECOURSE_TRY(directory_.write(path + ".tlog-proof", plan_.stamped->proof));
      RECOURSE_TRY(directory_.write(path + ".tsr", plan_.stamped->response));
    }
    RECOURSE_LET(const std::string proof,
                 ledger_.range_proof(plan_.info.ledger, plan_.start, plan_.end, plan_.head.size,
                                     plan_.note));
    RECOURSE_TRY(directory_.write("range.proof", proof));
    RECOURSE_TRY(write_leaves(proof));
    RECOURSE_TRY(directory_.write("verify.py", verify_script()));
    RECOURSE_TRY(directory_.write(
        "VERIFY.md", std::string(verify_guide()) + facts_text(plan_, summary_, open_)));
    if (attach_) RECOURSE_TRY(write_attachments());
    const bool page_holds_files = directory_.bytes() <= max_bytes_in_page_;
    RECOURSE_TRY(write_manifest(page_holds_files));
    RECOURSE_TRY(directory_.write_page(page_holds_files));
    RECOURSE_TRY(directory_.complete());
    summary_.files = directory_.files();
    summary_.bytes = directory_.bytes();
    return summary_;
  }

 private:
  /// The leaves with their disclosures. They are folded into the proof on the way: a bundle that
  /// would not verify is not handed out.
  Status write_leaves(const std::string& proof_text) {
    RECOURSE_LET(const RangeProof proof, parse_range_proof(proof_text));
    RangeFold fold(proof);
    if (plan_.start_note) {
      RECOURSE_LET(const Checkpoint start, peek_checkpoint(*plan_.start_note));
      if (start.root != fold.root_at_start())
        return Error{ErrorCode::corrupt, "the ledger does not continue the head signed at " +
                                             std::to_string(start.size) + " leaves: run verify"};
    }
    RECOURSE_LET(HashedFile leaves, directory_.create("leaves.ndjson"));
    std::optional<HashedFile> shown;
    if (open_) {
      RECOURSE_LET(shown, directory_.create("disclosures.ndjson"));
    }
    Status status;
    RECOURSE_TRY(ledger_.scan(plan_.info.ledger, plan_.start, plan_.end,
                              [&](Position, std::string_view leaf) {
                                fold.add(leaf_hash(leaf));
                                line_.assign(leaf).append("\n");
                                status = leaves.write(line_);
                                if (status && shown) status = disclose(leaf, *shown);
                                return status.ok();
                              }));
    RECOURSE_TRY(status);
    if (!fold.finish())
      return Error{ErrorCode::corrupt,
                   "the leaves do not give the signed root: run verify, then restore"};
    RECOURSE_TRY(directory_.finish("leaves.ndjson", leaves));
    return shown ? directory_.finish("disclosures.ndjson", *shown) : Status();
  }

  bool is_chosen(const EventData& data, const std::string& pointer) const {
    if (fields_.empty()) return true;
    std::string_view type = type_of(data);
    type.remove_prefix(std::string_view("recourse.").size());
    const std::string with_type = std::string(type.substr(0, type.rfind('.'))) + ':' + pointer;
    return std::any_of(fields_.begin(), fields_.end(), [&](const std::string& field) {
      return field == pointer || field == with_type;
    });
  }

  Status disclose(std::string_view leaf, HashedFile& shown) {
    if (leaf.find("\"$sealed\":") == leaf.npos) return {};
    RECOURSE_LET(RecordedEvent event, read_leaf(leaf));
    std::vector<std::string> pointers;
    std::vector<std::vector<std::string>> subjects;
    for_each_sealed(event.data, [&](const std::string& pointer, Sealed& sealed) {
      pointers.push_back(pointer);
      subjects.push_back(sealed.subjects);
    });
    for (std::size_t i = 0; i < pointers.size(); ++i) {
      if (!is_chosen(event.data, pointers[i])) continue;
      const Result<OpenedValue> value = ledger_.open_value(
          plan_.info.ledger, event.subject, event.position, static_cast<SealedOrdinal>(i));
      if (!value && value.error().code == ErrorCode::erased) {
        ++summary_.erased;
        continue;
      }
      if (!value) return value.error();
      // Canonical as it stands: index, path, rho, value are in order, and so is the value itself.
      line_ = "{\"index\":" + std::to_string(event.position.value()) + ",\"path\":";
      append_canonical_string(line_, pointers[i]);
      line_ += ",\"rho\":\"" + to_base64(value->rho) + "\",\"value\":" + value->json + "}\n";
      RECOURSE_TRY(shown.write(line_));
      ++summary_.disclosed;
      for (const std::string& subject : subjects[i]) ++summary_.disclosed_of[subject];
    }
    return {};
  }

  Status write_attachments() {
    BundleScope scope{.info = plan_.info,
                      .start = plan_.start,
                      .end = plan_.end,
                      .head = plan_.head,
                      .checkpoint = plan_.note,
                      .start_checkpoint = plan_.start_note,
                      .meta_checkpoint = plan_.meta_note,
                      .meta_proof = plan_.meta_proof,
                      .witnessed = plan_.witnessed,
                      .time_stamp = {}};
    if (plan_.stamped)
      scope.time_stamp = "tsa/" + std::to_string(plan_.stamped->size.value()) + ".tsr";
    RECOURSE_LET(const auto attachments, attach_(scope));
    for (const BundleAttachment& file : attachments) {
      RECOURSE_ASSERT(!directory_.has(file.path), "an attachment has a path of its own");
      RECOURSE_TRY(directory_.write(file.path, file.bytes));
    }
    return {};
  }

  Status write_manifest(bool page_holds_files) {
    Json manifest = Json::object({
        {"bundle", kVersion},
        {"origin", plan_.info.origin},
        {"start", plan_.start.value()},
        {"end", plan_.end.value()},
        {"size", plan_.head.size.value()},
        {"root", to_base64(as_text(plan_.head.root))},
        {"requested", Json::object({{"from", plan_.requested_from.value()},
                                    {"to", plan_.requested_to.value()}})},
        {"files", directory_.manifest_files()},
        {"page", Json::object({{"embeds", page_holds_files},
                               {"sha256", to_hex(as_text(verify_page().digest))}})},
    });
    if (plan_.end > Position(0)) {
      RECOURSE_LET(const std::string last,
                   ledger_.leaf(plan_.info.ledger, Position(plan_.end.value() - 1)));
      RECOURSE_LET(const LeafHead head, read_leaf_head(last));
      manifest.set("time", to_rfc3339(head.time));
    }
    RECOURSE_TRY(directory_.write("manifest.json", canonical_json(manifest)));
    summary_.manifest = directory_.digest("manifest.json");
    return directory_.write("manifest.note",
                            signer_.sign_report(std::string(kVersion) + "\n" + plan_.info.origin +
                                                "\n" + to_hex(as_text(summary_.manifest)) + "\n"));
  }

  const Ledger& ledger_;
  const Signer& signer_;
  const BundlePlan& plan_;
  const TrustPolicy& policy_;
  const bool open_;
  const std::vector<std::string>& fields_;
  const std::uint64_t max_bytes_in_page_;
  const decltype(BundleOptions::attach)& attach_;
  BundleDirectory directory_;
  BundleSummary summary_;
  std::string line_;
};

}  // namespace

Result<BundleSummary> export_bundle(const Ledger& ledger, const Signer& signer,
                                    const BundleOptions& options) {
  if (options.anchor) RECOURSE_TRY(options.anchor());
  RECOURSE_LET(const BundlePlan plan, plan_bundle(ledger, signer, options));
  RECOURSE_LET(BundleDirectory directory, BundleDirectory::make(options.out_dir));
  return BundleExport(ledger, signer, plan, options, std::move(directory)).run();
}

}  // namespace recourse
