#include "tools/backup/backup_places.h"

#include <algorithm>

#include "engine/ledger/durable_file.h"
#include "tools/backup/backup_directory.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

fs::path places_path(const fs::path& data_dir) { return data_dir / "backup-places"; }

Result<std::vector<fs::path>> read_places(const fs::path& data_dir) {
  std::vector<fs::path> places;
  const Result<std::string> text = read_file(places_path(data_dir));
  if (!text && text.error().code == ErrorCode::not_found) return places;
  if (!text) return text.error();
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    if (end > at) places.emplace_back(text->substr(at, end - at));
    at = end + 1;
  }
  return places;
}

}  // namespace

Status remember_backups(const fs::path& data_dir, const fs::path& backups) {
  std::error_code error;
  const fs::path place = fs::weakly_canonical(fs::absolute(backups, error), error);
  if (error || place.string().find('\n') != std::string::npos)
    return Error{ErrorCode::invalid, "backups cannot lie in " + backups.string()};
  RECOURSE_LET(std::vector<fs::path> places, read_places(data_dir));
  if (!places.empty() && places.front() == place) return {};
  std::erase(places, place);
  places.insert(places.begin(), place);
  std::string text;
  for (const fs::path& one : places) text.append(one.string()).append("\n");
  return replace_file(places_path(data_dir), text);
}

Result<BackupPlaces> backup_places(const fs::path& data_dir) {
  RECOURSE_LET(std::vector<fs::path> places, read_places(data_dir));
  BackupPlaces sorted;
  // An empty directory where a disk is to be mounted holds none.
  for (fs::path& place : places)
    (BackupDirectory::open(place) ? sorted.here : sorted.missing).push_back(std::move(place));
  return sorted;
}

}  // namespace recourse
