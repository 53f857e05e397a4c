#include "tools/backup/object_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

#include "engine/ledger/durable_file.h"
#include "tools/audit/hashed_file.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIncoming = "incoming";
constexpr std::string_view kDamaged = ".damaged";
constexpr std::size_t kPieceBytes = 1 << 20;

/// Reads a file from its beginning to its end. Errors: those of `use`; not_found, io; unavailable.
Status each_piece(const fs::path& path, Pace& pace,
                  const std::function<Status(std::string_view)>& use) {
  RECOURSE_LET(const OpenFile file, OpenFile::open(path, O_RDONLY));
  std::vector<char> piece(kPieceBytes);
  for (;;) {
    const ssize_t got = ::read(file.descriptor(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", path, errno);
    if (got == 0) return {};
    const auto size = static_cast<std::size_t>(got);
    RECOURSE_TRY(use({piece.data(), size}));
    if (!pace.took(size)) return Error{ErrorCode::unavailable, "it was stopped"};
  }
}

Result<ObjectStore::Stored> look_at(const fs::path& path, Pace& pace) {
  RunningSha256 running;
  ObjectStore::Stored found;
  RECOURSE_TRY(each_piece(path, pace, [&](std::string_view bytes) {
    running.add(bytes);
    found.size += bytes.size();
    return Status();
  }));
  found.sha256 = running.finish();
  return found;
}

}  // namespace

fs::path ObjectStore::path_of(const Hash& sha256) const {
  const std::string name = to_hex(as_text(sha256));
  return directory_ / name.substr(0, 2) / name;
}

Result<ObjectStore::Stored> ObjectStore::put(const fs::path& file, Pace& pace) {
  RECOURSE_LET(Stored stored, look_at(file, pace));
  const fs::path place = path_of(stored.sha256);
  std::error_code error;
  if (fs::file_size(place, error) == stored.size && !error) return stored;
  stored.is_new = true;
  if (!fs::create_directories(place.parent_path(), error) && error)
    return system_error("make", place.parent_path(), error.value());
  const fs::path incoming = directory_ / kIncoming;
  fs::remove(incoming, error);
  {
    RECOURSE_LET(HashedFile copy, HashedFile::create(incoming));
    RECOURSE_TRY(each_piece(file, pace, [&](std::string_view bytes) { return copy.write(bytes); }));
    RECOURSE_TRY(copy.finish());
    if (copy.digest() != stored.sha256)
      return Error{ErrorCode::corrupt, file.string() + " reads differently each time"};
  }
  if (::rename(incoming.c_str(), place.c_str()) != 0) return system_error("make", place, errno);
  RECOURSE_TRY(sync_directory(place.parent_path()));
  RECOURSE_TRY(sync_directory(directory_));
  return stored;
}

Status ObjectStore::take_out(const Hash& sha256, std::uint64_t size, const fs::path& to,
                             Pace& pace) const {
  const fs::path place = path_of(sha256);
  RECOURSE_LET(HashedFile copy, HashedFile::create(to));
  const Status read =
      each_piece(place, pace, [&](std::string_view bytes) { return copy.write(bytes); });
  if (!read && read.error().code == ErrorCode::not_found)
    return Error{ErrorCode::corrupt, place.string() + " is missing"};
  if (!read) return read.error();
  RECOURSE_TRY(copy.finish());
  if (copy.digest() != sha256 || copy.size() != size)
    return Error{ErrorCode::corrupt, place.string() + " is damaged"};
  return {};
}

Status ObjectStore::check(const Hash& sha256, std::uint64_t size, Pace& pace) const {
  const fs::path place = path_of(sha256);
  const Result<Stored> found = look_at(place, pace);
  if (!found && found.error().code == ErrorCode::not_found)
    return Error{ErrorCode::corrupt, place.string() + " is missing"};
  if (!found) return found.error();
  if (found->sha256 != sha256 || found->size != size)
    return Error{ErrorCode::corrupt, place.string() + " is damaged"};
  return {};
}

Status ObjectStore::set_aside(const Hash& sha256) {
  const fs::path place = path_of(sha256);
  const fs::path aside = place.string() + std::string(kDamaged);
  if (::rename(place.c_str(), aside.c_str()) != 0 && errno != ENOENT)
    return system_error("set aside", place, errno);
  return sync_directory(place.parent_path());
}

Status ObjectStore::remove_all_but(const std::set<Hash>& kept) {
  std::set<std::string> names;
  for (const Hash& one : kept) names.insert(to_hex(as_text(one)));
  std::error_code error;
  std::vector<fs::path> gone;
  for (fs::recursive_directory_iterator at(directory_, error), end; !error && at != end;
       at.increment(error))
    if (std::error_code ignored;
        !at->is_directory(ignored) && !names.contains(at->path().filename().string()))
      gone.push_back(at->path());
  if (error) return system_error("read", directory_, error.value());
  for (const fs::path& path : gone)
    if (!fs::remove(path, error) && error) return system_error("remove", path, error.value());
  return {};
}

}  // namespace recourse
