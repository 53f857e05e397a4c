#include "tools/backup/restore_files.h"

#include <algorithm>
#include <set>

#include "engine/base/failpoint.h"
#include "engine/ledger/durable_file.h"
#include "engine/privacy/kek.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 8;

fs::path restoring_path(const fs::path& data_dir) { return data_dir / "RESTORING"; }

}  // namespace

bool is_half_restored(const fs::path& data_dir) {
  std::error_code ignored;
  return fs::exists(restoring_path(data_dir), ignored);
}

Status mark_restored(const fs::path& data_dir) {
  std::error_code error;
  if (!fs::remove(restoring_path(data_dir), error) && error)
    return system_error("remove", restoring_path(data_dir), error.value());
  return sync_directory(data_dir);
}

Status prepare_place(const fs::path& data_dir) {
  std::error_code error;
  if (fs::exists(data_dir, error) && !fs::is_directory(data_dir, error))
    return Error{ErrorCode::conflict,
                 data_dir.string() + " is not a directory; name a new one with --data"};
  std::vector<fs::path> made;  // Their names have to outlive a power cut too.
  for (fs::path at = fs::absolute(data_dir, error).lexically_normal();
       !error && at.has_relative_path() && !fs::exists(at, error); at = at.parent_path())
    made.push_back(at);
  if (!fs::create_directories(data_dir, error) && error)
    return system_error("make", data_dir, error.value());
  for (const fs::path& path : made) RECOURSE_TRY(sync_directory(path.parent_path()));
  fs::permissions(data_dir, fs::perms::owner_all, error);
  std::vector<fs::path> there;
  for (fs::directory_iterator at(data_dir, error), end; !error && at != end; at.increment(error))
    there.push_back(at->path());
  if (error) return system_error("read", data_dir, error.value());
  const bool again = is_half_restored(data_dir);
  for (const fs::path& path : there) {
    const std::string name = path.filename().string();
    if (name == "LOCK" || name == "lost+found" || name.starts_with("RESTORING")) continue;
    if (!again)
      return Error{ErrorCode::conflict, data_dir.string() +
                                            " is not empty and a restore never overwrites; name a "
                                            "new directory with --data"};
    fs::remove_all(path, error);
    if (error) return system_error("remove", path, error.value());
  }
  return replace_file(restoring_path(data_dir),
                      "A restore into this directory is not finished. Run it again.\n");
}

Status check_key_epoch(const BackupDirectory& directory, const BackupManifest& manifest,
                       const fs::path& kek_file) {
  RECOURSE_LET(const Kek kek, read_kek(kek_file));
  if (kek.epoch == manifest.kek_epoch) return {};
  // While an epoch ends the next key lies beside, and an open tries both.
  const Result<Kek> next = read_kek(kek_file.string() + ".next");
  if (next && next->epoch == manifest.kek_epoch) return {};
  const std::string needs = "backup " + std::to_string(manifest.backup) +
                            " needs the key of epoch " + std::to_string(manifest.kek_epoch) +
                            ", and " + kek_file.string() + " holds that of epoch " +
                            std::to_string(kek.epoch);
  if (kek.epoch < manifest.kek_epoch)
    return Error{ErrorCode::unauthenticated,
                 needs + "; bring the newer key file from its custodians"};
  std::string way_out = "; no backup of that epoch is in " + directory.path().string();
  for (const std::uint64_t number : directory.list())
    if (const auto other = directory.entry(number); other && other->manifest.kek_epoch == kek.epoch)
      way_out = "; restore backup " + std::to_string(number);
  return Error{ErrorCode::erased,
               needs +
                   ": an older key is destroyed when its epoch ends, so that nothing erased "
                   "before can be read in old backups" +
                   way_out};
}

Status copy_files(const BackupDirectory& directory, const BackupManifest& manifest,
                  const fs::path& data_dir, Pace& pace) {
  std::string damaged;
  std::size_t count = 0;
  std::set<fs::path> folders{fs::path()};
  for (const BackupManifest::File& file : manifest.files) {
    const fs::path to = data_dir / file.path;
    for (fs::path at = fs::path(file.path).parent_path(); !at.empty(); at = at.parent_path())
      folders.insert(at);
    std::error_code error;
    if (!fs::create_directories(to.parent_path(), error) && error)
      return system_error("make", to.parent_path(), error.value());
    const Status copied = directory.objects().take_out(file.sha256, file.size, to, pace);
    FAILPOINT("after_restored_file");
    if (copied) continue;
    if (copied.error().code != ErrorCode::corrupt) return copied.error();
    if (++count <= kNamed) damaged += (count == 1 ? "" : ", ") + file.path;
  }
  for (const fs::path& folder : folders) RECOURSE_TRY(sync_directory(data_dir / folder));
  if (count == 0) return {};
  return Error{ErrorCode::corrupt,
               "backup " + std::to_string(manifest.backup) + " is damaged: " + damaged +
                   (count > kNamed ? " and others" : "") + "; choose another one with --backup"};
}

std::uint64_t next_epoch(const BackupDirectory& directory, const BackupManifest& manifest) {
  std::uint64_t newest = manifest.anchor.epoch;
  for (const std::uint64_t number : directory.list())
    if (const auto other = directory.entry(number))
      newest = std::max(newest, other->manifest.anchor.epoch);
  return newest + 1;
}

}  // namespace recourse
