#include "tools/backup/make_backup.h"

#include <algorithm>
#include <map>

#include "engine/base/failpoint.h"
#include "engine/ledger/destruction_journal.h"
#include "engine/ledger/durable_file.h"
#include "tools/backup/backup_places.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCut = "backup-cut";
constexpr const char* kTables = ".sst";

/// Removes the cut when the backup is done, however it ends.
class CutDirectory {
 public:
  explicit CutDirectory(fs::path path) : path_(std::move(path)) { remove(); }
  ~CutDirectory() { remove(); }
  CutDirectory(const CutDirectory&) = delete;
  CutDirectory& operator=(const CutDirectory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  void remove() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path path_;
};

bool lies_within(const fs::path& inner, const fs::path& outer) {
  std::error_code error;
  const fs::path in = fs::weakly_canonical(inner, error), out = fs::weakly_canonical(outer, error);
  return std::mismatch(out.begin(), out.end(), in.begin(), in.end()).first == out.end();
}

struct Source {
  std::string name;  ///< In the backup.
  fs::path path;
};

/// All files under `root`, named from there. Errors: io.
Status add_files(const fs::path& root, const std::string& prefix, std::vector<Source>& sources) {
  std::error_code error;
  if (!fs::exists(root, error)) return {};
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
       at.increment(error))
    if (std::error_code ignored; at->is_regular_file(ignored))
      sources.push_back(
          {prefix + at->path().lexically_relative(root).generic_string(), at->path()});
  if (error) return system_error("read", root, error.value());
  return {};
}

class Backup {
 public:
  Backup(const Ledger& ledger, const Clock& clock, const BackupOptions& options,
         BackupDirectory directory)
      : ledger_(ledger),
        clock_(clock),
        options_(options),
        directory_(std::move(directory)),
        pace_(options.bytes_per_s, options.go_on) {}

  Result<MadeBackup> run(const Hash& first_leaf) {
    const Result<BackupDirectory::Entry> before = directory_.newest();
    if (before) previous_ = before->manifest;
    BackupManifest& manifest = made_.manifest;
    manifest.first_leaf = first_leaf;
    manifest.program = options_.program;
    manifest.started = clock_.now();
    RECOURSE_LET(manifest.backup, directory_.begin());
    const Status copied = copy();
    if (!copied) {
      // Makes room again at once. What cannot be removed now goes next time.
      Status removed = directory_.remove_partial();
      if (removed) removed = directory_.sweep();
      return removed ? copied.error()
                     : Error{copied.error().code, copied.error().message + "; a part is left"};
    }
    manifest.ended = clock_.now();
    FAILPOINT("before_backup_manifest");
    RECOURSE_LET(made_.digest, directory_.finish(manifest));
    if (options_.keep > 0) RECOURSE_TRY(let_go());
    return std::move(made_);
  }

 private:
  Status copy() {
    const CutDirectory cut_directory(options_.data_dir / kCut);
    BackupManifest& manifest = made_.manifest;
    RECOURSE_LET(LedgerCut cut, ledger_.cut(cut_directory.path()));
    manifest.anchor = cut.anchor;
    manifest.kek_epoch = cut.kek_epoch;
    manifest.heads = std::move(cut.heads);
    manifest.deployment = deployment_of(manifest.heads.front().info);

    std::vector<Source> sources;
    RECOURSE_TRY(add_files(cut_directory.path(), "", sources));
    // Written once and never changed, so they need no cut; after the ledger, which names them.
    RECOURSE_TRY(add_files(options_.data_dir / "blobs", "blobs/", sources));
    // What the proofs of witnesses are judged by.
    std::error_code ignored;
    if (const fs::path policy = options_.data_dir / "trust-policy"; fs::exists(policy, ignored))
      sources.push_back({"trust-policy", policy});
    // Where another process holds the log key: what it signed is checked by these.
    if (const fs::path halves = options_.data_dir / "log-keys"; fs::exists(halves, ignored))
      sources.push_back({"log-keys", halves});
    // Which events rows may leave out: rows made from the restored log follow the same list.
    if (const fs::path parked = options_.data_dir / "park"; fs::exists(parked, ignored))
      sources.push_back({"park", parked});
    if (!options_.settings.empty()) {
      const fs::path settings = cut_directory.path() / "settings.json";
      RECOURSE_TRY(replace_file(settings, options_.settings + '\n'));
      sources.push_back({"settings.json", settings});
    }
    for (const fs::path& file : options_.configuration)
      sources.push_back({"configuration/" + file.filename().string(), file});
    std::sort(sources.begin(), sources.end(),
              [](const Source& a, const Source& b) { return a.name < b.name; });
    for (const Source& source : sources) RECOURSE_TRY(take(source));
    leave_out();
    return copy_journal();
  }

  Status take(const Source& source) {
    RECOURSE_LET(const ObjectStore::Stored stored, directory_.objects().put(source.path, pace_));
    if (stored.is_new) made_.new_bytes += stored.size;
    made_.manifest.files.push_back({source.name, stored.size, stored.sha256});
    if (source.name.ends_with(kTables)) compare_with_previous(made_.manifest.files.back());
    FAILPOINT("after_backup_file");
    return {};
  }

  /// A table is written once and keeps its name while the epoch lasts: other bytes under the same
  /// name are damage, here or in the earlier backup.
  void compare_with_previous(const BackupManifest::File& file) {
    if (!previous_ || previous_->anchor.epoch != made_.manifest.anchor.epoch) return;
    if (earlier_.empty())
      for (const BackupManifest::File& one : previous_->files) earlier_[one.path] = one.sha256;
    const auto found = earlier_.find(file.path);
    if (found != earlier_.end() && found->second != file.sha256)
      made_.told.push_back(file.path + " is not what it was in backup " +
                           std::to_string(previous_->backup) +
                           ": one of the two is damaged; run `recourse verify` now");
  }

  void leave_out() {
    BackupManifest& manifest = made_.manifest;
    manifest.left_out.push_back("the key file of epoch " + std::to_string(manifest.kek_epoch) +
                                ": keep it with people, apart from the backups");
    manifest.left_out.push_back("views, which a restore makes anew from the log");
    std::error_code ignored;
    if (fs::exists(options_.data_dir / "credentials", ignored))
      manifest.left_out.push_back("credentials, the secrets of connectors");
  }

  /// What was destroyed must be known when the data directory and the key file's disk are lost.
  Status copy_journal() {
    RECOURSE_LET(const auto here, read_destructions(journal_beside(options_.kek_file)));
    RECOURSE_LET(const auto there, read_destructions(journal_in(options_.to)));
    std::vector<Destruction> missing;
    for (const Destruction& one : here)
      if (std::none_of(there.begin(), there.end(), [&](const Destruction& other) {
            return other.origin == one.origin && other.key == one.key;
          }))
        missing.push_back(one);
    const std::array<fs::path, 1> journal{journal_in(options_.to)};
    // An empty one says that nobody was erased; none says nothing.
    std::error_code ignored;
    if (!fs::exists(journal[0], ignored)) RECOURSE_TRY(replace_file(journal[0], ""));
    return append_destructions(journal, missing);
  }

  Status let_go() {
    RECOURSE_LET(made_.removed, directory_.keep_newest(options_.keep));
    if (made_.removed == 0) return {};
    // The backup is whole and known; what is too much for it is the next one's to remove.
    if (const Status swept = directory_.sweep(); !swept)
      made_.told.push_back(swept.error().message);
    return {};
  }

  const Ledger& ledger_;
  const Clock& clock_;
  const BackupOptions& options_;
  BackupDirectory directory_;
  Pace pace_;
  std::optional<BackupManifest> previous_;
  std::map<std::string, Hash> earlier_;
  MadeBackup made_;
};

}  // namespace

Result<MadeBackup> make_backup(const Ledger& ledger, const Clock& clock,
                               const BackupOptions& options) {
  if (lies_within(options.to, options.data_dir))
    return Error{ErrorCode::invalid, options.to.string() +
                                         " lies in the data directory and would be lost with it; "
                                         "name another one"};
  RECOURSE_LET(const Hash first_leaf, ledger.root_at(LedgerId(0), LogSize(1)));
  RECOURSE_LET(BackupDirectory directory, BackupDirectory::open_to_write(options.to, first_leaf));
  // Before there is a backup that could bring somebody back who is erased meanwhile.
  RECOURSE_TRY(remember_backups(options.data_dir, options.to));
  return Backup(ledger, clock, options, std::move(directory)).run(first_leaf);
}

void remove_leftover_cut(const fs::path& data_dir) { const CutDirectory gone(data_dir / kCut); }

Result<CheckedBackup> check_backup(BackupDirectory& directory, std::uint64_t number, Pace& pace,
                                   bool set_aside) {
  RECOURSE_LET(BackupDirectory::Entry entry, directory.entry(number));
  CheckedBackup checked;
  for (const BackupManifest::File& file : entry.manifest.files) {
    const Status good = directory.objects().check(file.sha256, file.size, pace);
    checked.bytes += file.size;
    if (good) continue;
    if (good.error().code == ErrorCode::unavailable) return good.error();
    checked.damage.push_back(file.path + ": " + good.error().message);
    if (set_aside && good.error().code == ErrorCode::corrupt)
      RECOURSE_TRY(directory.objects().set_aside(file.sha256));
  }
  checked.manifest = std::move(entry.manifest);
  return checked;
}

}  // namespace recourse
