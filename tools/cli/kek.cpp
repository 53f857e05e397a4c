#include "engine/erasure/kek_epochs.h"
#include "tools/backup/backup_places.h"
#include "tools/backup/verified_backup.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

/// Where the backup under the new key goes. Errors: invalid when none is known; not_found when
/// those that are known are not there.
Result<std::string> place_of_backup(const KekRotateFlags& flags) {
  if (!flags.backup_dir.empty()) return flags.backup_dir;
  RECOURSE_LET(const BackupPlaces places, backup_places(flags.data_dir));
  if (!places.here.empty()) return places.here.front().string();
  const std::string name = "name a place for one with --backup-dir, or say --no-backup";
  if (!places.missing.empty())
    return Error{ErrorCode::not_found, "the backups in " + places.missing.front().string() +
                                           " are not there, and none that there is can be "
                                           "restored with the next key; bring them, " +
                                           name};
  return Error{ErrorCode::invalid,
               "no backup that there is can be restored with the next key; " + name};
}

BackupUnderNextKey backup_to(const std::string& directory, const KekRotateFlags& flags,
                             Writer& writer) {
  BackupOptions options;
  options.data_dir = flags.data_dir;
  options.kek_file = kek_path(flags);
  options.to = directory;
  options.program = RECOURSE_VERSION;
  return [options, &writer]() -> Result<std::int64_t> {
    RECOURSE_LET(const MadeBackup made, make_verified_backup(writer, options));
    return static_cast<std::int64_t>(made.manifest.backup);
  };
}

void print_change(const EpochChange& change, const std::string& directory,
                  const KekRotateFlags& flags) {
  print_line("Key epoch " + std::to_string(change.retired) +
             " is over: " + grouped(change.rewrapped) + " keys live on under the new key in " +
             kek_path(flags) + ", the old one was overwritten (best effort).");
  print_line("Erasures certified: " + grouped(change.certified) + '.');
  if (change.backup)
    print_line("Backup " + std::to_string(*change.backup) + " in " + directory +
               " was made under the new key and read again. No older one, there or elsewhere, can "
               "be restored any more.");
  else
    print_line("No backup that there is can be restored any more: make one now, recourse backup.");
  print_line(
      "Copies of the old key file elsewhere have to be destroyed as well; keep a copy of "
      "the new one.");
}

}  // namespace

int main_kek_rotate(const KekRotateFlags& flags) {
  std::string directory;
  if (flags.backup) {
    const auto place = place_of_backup(flags);
    if (!place && place.error().code == ErrorCode::invalid)
      return complain("kek rotate", place.error().message, "", kWrongUsage);
    if (!place) return complain("kek rotate", place.error());
    directory = *place;
  }
  DeploymentOptions options;
  options.place = flags;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("kek rotate", deployment.error());
  Writer& writer = (*deployment)->writer();
  const auto change =
      retire_kek(writer, (*deployment)->signer(), kek_path(flags),
                 flags.backup ? backup_to(directory, flags, writer) : BackupUnderNextKey());
  if (!change) return complain("kek rotate", change.error());
  if (flags.json) {
    Json json = Json::object({{"retired_epoch", change->retired},
                              {"rewrapped", change->rewrapped},
                              {"certified", change->certified},
                              {"assurance", "best_effort"}});
    if (change->backup) json.set("backup", *change->backup);
    print_json(json);
  } else {
    print_change(*change, directory, flags);
  }
  if (change->uncertified.empty()) return kDone;
  std::string why;
  for (const std::string& one : change->uncertified) why += (why.empty() ? "" : ", ") + one;
  return complain("kek rotate", "some erasures could not be certified: " + why,
                  "run `recourse verify`", kFoundProblem);
}

}  // namespace recourse::cli
