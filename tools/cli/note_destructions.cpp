#include "tools/cli/note_destructions.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "tools/backup/backup_places.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {
namespace {

namespace fs = std::filesystem;

/// `backups` if that is there, and the others that are remembered and are there.
Result<std::vector<fs::path>> reachable(const std::string& data_dir, const fs::path& backups) {
  RECOURSE_LET(BackupPlaces places, backup_places(data_dir));
  std::error_code error;
  std::vector<fs::path> found = std::move(places.here);
  // The first backup makes the directory, and takes over what was noted before.
  if (backups.empty() || !fs::exists(backups, error)) return found;
  std::erase_if(found, [&](const fs::path& one) { return fs::equivalent(one, backups, error); });
  found.insert(found.begin(), backups);
  return found;
}

/// Whether the journal of `backups` has all that the one beside the key file has.
bool knows_all(const fs::path& backups, const std::vector<Destruction>& all) {
  const auto known = read_destructions(journal_in(backups));
  return known && std::all_of(all.begin(), all.end(), [&](const Destruction& one) {
           return std::any_of(known->begin(), known->end(), [&](const Destruction& other) {
             return other.origin == one.origin && other.key == one.key;
           });
         });
}

}  // namespace

NoteDestruction note_destructions(const PlaceFlags& place, const fs::path& backups) {
  const std::array<fs::path, 1> beside{journal_beside(kek_path(place))};
  return [beside, backups, data_dir = place.data_dir](
             const std::string& origin, std::span<const KeyName> keys, Timestamp at) -> Status {
    std::vector<Destruction> destructions;
    for (const KeyName& key : keys) destructions.push_back({origin, key, at});
    RECOURSE_TRY(append_destructions(beside, destructions));
    // Each backup takes over what is noted beside the key file and not there. A volume that is away
    // must not keep an erasure that is recorded from being carried out, which would stop the writer
    // for everybody.
    const auto places = reachable(data_dir, backups);
    Status told = places ? Status() : Status(places.error());
    if (places)
      for (const fs::path& one : *places) {
        const std::array<fs::path, 1> journal{journal_in(one)};
        if (Status noted = append_destructions(journal, destructions); !noted) told = noted;
      }
    if (!told)
      spdlog::error("a destruction is not noted with the backups, the next backup does it: {}",
                    told.error().message);
    return {};
  };
}

void complain_of_untold_backups(std::string_view command, const PlaceFlags& place,
                                const fs::path& backups) {
  const auto all = read_destructions(journal_beside(kek_path(place)));
  const auto here = reachable(place.data_dir, backups);
  const auto places = backup_places(place.data_dir);
  if (!all) return static_cast<void>(complain(command, all.error()));
  if (!here) return static_cast<void>(complain(command, here.error()));
  if (!places) return static_cast<void>(complain(command, places.error()));
  for (const fs::path& one : places->missing)
    complain(command, "the backups in " + one.string() + " are not there and do not know of it",
             "make a backup there when they are, or end the key epoch", kFoundProblem);
  for (const fs::path& one : *here)
    if (!knows_all(one, *all))
      complain(command, "the backups in " + one.string() + " do not know of it",
               "make one there, or end the key epoch", kFoundProblem);
}

}  // namespace recourse::cli
