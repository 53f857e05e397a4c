#include "tools/backup/backup_directory.h"

#include <algorithm>
#include <charconv>

#include "engine/base/sha256.h"
#include "engine/ledger/destruction_journal.h"
#include "engine/ledger/durable_file.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "recourse/backups@v1\n";
constexpr std::string_view kMarkFamily = "recourse/backups@";
constexpr const char* kIncomplete = "INCOMPLETE";
constexpr const char* kManifest = "manifest.json";
constexpr const char* kSum = "manifest.sha256";

fs::path mark_path(const fs::path& path) { return path / "BACKUPS"; }

/// As `sha256sum --check` reads it.
std::string sum_line(const Hash& digest) {
  return to_hex(as_text(digest)) + "  " + kManifest + '\n';
}

Status make_directory(const fs::path& path) {
  std::error_code error;
  if (!fs::create_directories(path, error) && error)
    return system_error("make", path, error.value());
  return {};
}

/// The leaf that all backups in the directory go back to. Errors: not_found; unsupported; corrupt.
Result<Hash> read_mark(const fs::path& path) {
  const Result<std::string> text = read_file(mark_path(path));
  if (!text && text.error().code != ErrorCode::not_found) return text.error();
  if (!text)
    return Error{ErrorCode::not_found, "there are no backups in " + path.string() +
                                           "; name their directory, or make the first with "
                                           "`recourse backup`"};
  if (!text->starts_with(kMark) && text->starts_with(kMarkFamily))
    return Error{ErrorCode::unsupported, path.string() + " was written by a newer program"};
  std::string_view rest = *text;
  if (!rest.starts_with(kMark) || !rest.ends_with('\n'))
    return Error{ErrorCode::corrupt, mark_path(path).string() + " is damaged"};
  rest.remove_prefix(kMark.size());
  rest.remove_suffix(1);
  const auto first_leaf = hash_from_base64(rest);
  if (!first_leaf) return Error{ErrorCode::corrupt, mark_path(path).string() + " is damaged"};
  return *first_leaf;
}

}  // namespace

BackupDirectory::BackupDirectory(fs::path path)
    : path_(std::move(path)), objects_(path_ / "objects") {}

Result<BackupDirectory> BackupDirectory::open(const fs::path& path) {
  RECOURSE_TRY(read_mark(path));
  return BackupDirectory(path);
}

Result<BackupDirectory> BackupDirectory::open_to_write(const fs::path& path,
                                                       const Hash& first_leaf) {
  const Result<Hash> mark = read_mark(path);
  if (!mark && mark.error().code != ErrorCode::not_found) return mark.error();
  if (mark && *mark != first_leaf)
    return Error{ErrorCode::conflict, path.string() +
                                          " holds backups of another deployment; give each one a "
                                          "directory of its own"};
  std::error_code error;
  if (!mark && fs::exists(path, error)) {
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (name != "LOCK" && name != "lost+found" && name != "BACKUPS.new" &&
          name != journal_in(path).filename())
        return Error{ErrorCode::invalid, path.string() +
                                             " holds other files; give an empty or a new directory "
                                             "for backups"};
    }
    if (error) return system_error("read", path, error.value());
  }
  RECOURSE_TRY(make_directory(path));
  BackupDirectory made(path);
  Result<DataLock> lock = DataLock::take(path);
  if (!lock && lock.error().code == ErrorCode::locked)
    return Error{ErrorCode::locked,
                 "another process makes a backup in " + path.string() + "; wait until it is done"};
  if (!lock) return lock.error();
  made.lock_ = std::move(lock).value();
  // Comes first: whatever a crash leaves beside it is known to be ours.
  if (!mark)
    RECOURSE_TRY(
        replace_file(mark_path(path), std::string(kMark) + to_base64(as_text(first_leaf)) + '\n'));
  RECOURSE_TRY(make_directory(path / "objects"));
  RECOURSE_TRY(make_directory(path / "backups"));
  const bool crashed = !made.partial().empty();
  RECOURSE_TRY(made.remove_partial());
  // What they left among the files may have to wait: see sweep().
  if (crashed)
    if (const Status swept = made.sweep(); !swept && swept.error().code != ErrorCode::corrupt)
      return swept.error();
  return made;
}

fs::path BackupDirectory::place_of(std::uint64_t number) const {
  std::string name = std::to_string(number);
  name.insert(0, name.size() < 6 ? 6 - name.size() : 0, '0');
  return path_ / "backups" / name;
}

std::vector<std::uint64_t> BackupDirectory::numbers(bool complete) const {
  std::vector<std::uint64_t> found;
  std::error_code error;
  for (fs::directory_iterator at(path_ / "backups", error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::uint64_t number = 0;
    const auto [last, wrong] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (wrong != std::errc() || last != name.data() + name.size()) continue;
    std::error_code ignored;
    const bool whole = !fs::exists(at->path() / kIncomplete, ignored) &&
                       fs::exists(at->path() / kManifest, ignored);
    if (whole == complete) found.push_back(number);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::uint64_t> BackupDirectory::list() const { return numbers(true); }
std::vector<std::uint64_t> BackupDirectory::partial() const { return numbers(false); }

Result<BackupDirectory::Entry> BackupDirectory::entry(std::uint64_t number) const {
  const fs::path place = place_of(number);
  std::error_code ignored;
  if (!fs::exists(place, ignored))
    return Error{ErrorCode::not_found, "there is no backup " + std::to_string(number) + " in " +
                                           path_.string() +
                                           "; `recourse backup --list` shows them"};
  const std::string name = "backup " + std::to_string(number);
  if (fs::exists(place / kIncomplete, ignored))
    return Error{ErrorCode::corrupt, name + " was not finished; take another one"};
  const Result<std::string> text = read_file(place / kManifest);
  if (!text) return text.error();
  const Result<std::string> sum = read_file(place / kSum);
  const Hash digest = sha256(*text);
  if (!sum || *sum != sum_line(digest))
    return Error{ErrorCode::corrupt, "the manifest of " + name + " is damaged; take another one"};
  Result<BackupManifest> manifest = parse_manifest(*text);
  if (!manifest) return Error{manifest.error().code, manifest.error().message + ": " + name};
  return Entry{std::move(manifest).value(), digest};
}

Result<BackupDirectory::Entry> BackupDirectory::newest() const {
  const std::vector<std::uint64_t> all = list();
  std::optional<Error> why;
  for (auto number = all.rbegin(); number != all.rend(); ++number) {
    Result<Entry> found = entry(*number);
    if (found) return found;
    if (!why) why = found.error();
  }
  if (why) return *why;
  return Error{ErrorCode::not_found, "there is no whole backup in " + path_.string() +
                                         "; make one with `recourse backup`"};
}

Result<std::uint64_t> BackupDirectory::begin() const {
  std::uint64_t number = 1;
  for (const bool complete : {true, false})
    for (const std::uint64_t taken : numbers(complete)) number = std::max(number, taken + 1);
  const fs::path place = place_of(number);
  RECOURSE_TRY(make_directory(place));
  RECOURSE_TRY(replace_file(place / kIncomplete,
                            "This backup was not finished. The next one removes it.\n"));
  RECOURSE_TRY(sync_directory(place.parent_path()));
  return number;
}

Result<Hash> BackupDirectory::finish(const BackupManifest& manifest) const {
  const fs::path place = place_of(manifest.backup);
  const std::string text = to_json(manifest);
  const Hash digest = sha256(text);
  RECOURSE_TRY(replace_file(place / kManifest, text));
  RECOURSE_TRY(replace_file(place / kSum, sum_line(digest)));
  std::error_code error;
  if (!fs::remove(place / kIncomplete, error))
    return system_error("remove", place / kIncomplete, error.value());
  RECOURSE_TRY(sync_directory(place));
  return digest;
}

Status BackupDirectory::remove(std::uint64_t number) const {
  const fs::path place = place_of(number);
  // The mark comes first: what a crash leaves of it is no backup.
  RECOURSE_TRY(replace_file(place / kIncomplete, "This backup is being removed.\n"));
  std::error_code error;
  fs::remove_all(place, error);
  if (error) return system_error("remove", place, error.value());
  return sync_directory(place.parent_path());
}

Result<std::size_t> BackupDirectory::keep_newest(std::size_t keep) const {
  std::vector<std::uint64_t> all = list();
  const std::size_t gone = all.size() > keep ? all.size() - keep : 0;
  for (std::size_t i = 0; i < gone; ++i) RECOURSE_TRY(remove(all[i]));
  return gone;
}

Status BackupDirectory::remove_partial() const {
  for (const std::uint64_t number : partial()) {
    std::error_code error;
    fs::remove_all(place_of(number), error);
    if (error) return system_error("remove", place_of(number), error.value());
  }
  return {};
}

Status BackupDirectory::sweep() {
  RECOURSE_ASSERT(lock_.has_value(), "only who holds the directory removes from it");
  std::set<Hash> kept;
  for (const std::uint64_t number : list()) {
    const Result<Entry> found = entry(number);
    if (!found)
      return Error{found.error().code,
                   "nothing is removed from " + path_.string() + " while " + found.error().message};
    for (const BackupManifest::File& file : found->manifest.files) kept.insert(file.sha256);
  }
  return objects_.remove_all_but(kept);
}

}  // namespace recourse
