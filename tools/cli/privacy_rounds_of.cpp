#include "tools/cli/privacy_rounds_of.h"

#include <thread>

#include "engine/policy/policy_units.h"
#include "tools/backup/backup_places.h"
#include "tools/backup/verified_backup.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {
namespace {

constexpr std::chrono::seconds kLongestRound = std::chrono::days(7);

/// 24h, 30m, 7d, 90s or 0.
Result<std::chrono::seconds> round_time(std::string_view option, const std::string& text) {
  const auto read = read_written_number(text, false, PolicyUnit::seconds);
  if (!read || read->value < 0 || read->value > kLongestRound.count())
    return Error{ErrorCode::invalid,
                 std::string(option) + ": " + text + " is no time like 24h, 7d at most, or 0"};
  return std::chrono::seconds(read->value);
}

/// A backup by the job that makes them, waited for: the old key goes only after it is whole.
Result<std::int64_t> back_up(Upkeep& upkeep, const std::function<bool()>& go_on) {
  RECOURSE_LET(const std::uint64_t run, upkeep.ask(UpkeepJob::backup));
  Upkeep::JobStatus status = upkeep.status(UpkeepJob::backup);
  for (; status.runs < run; status = upkeep.status(UpkeepJob::backup)) {
    if (!go_on())
      return Error{ErrorCode::unavailable,
                   "the server stops before the backup under the next key is whole; the key epoch "
                   "ends after its next start"};
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  if (status.failed)
    return Error{ErrorCode::unavailable, "the backup under the next key failed: " + status.told};
  RECOURSE_LET(const BackupDirectory made, BackupDirectory::open(upkeep.options().backup.to));
  const std::vector<std::uint64_t> numbers = made.list();
  if (numbers.empty())
    return Error{ErrorCode::unavailable, "the backup under the next key is gone"};
  RECOURSE_TRY(verify_backup(made.path(), numbers.back(), go_on));
  return static_cast<std::int64_t>(numbers.back());
}

}  // namespace

Result<PrivacyRoundsOptions> privacy_rounds_of(const PlaceFlags& place, const ServerFlags& flags,
                                               Upkeep* upkeep, Writer* writer) {
  PrivacyRoundsOptions options;
  RECOURSE_LET(options.kek_epoch, round_time("--kek-epoch", flags.kek_epoch));
  RECOURSE_LET(options.retention_every, round_time("--retention-every", flags.retention_every));
  options.kek_file = kek_path(place);
  const std::filesystem::path backups =
      upkeep != nullptr ? upkeep->options().backup.to : std::filesystem::path();
  options.note = note_destructions(place, backups);
  if (!backups.empty())
    options.backup = [upkeep](const std::function<bool()>& go_on) {
      return back_up(*upkeep, go_on);
    };
  if (!backups.empty() || upkeep == nullptr || writer == nullptr) return options;
  // Made while no server ran: those would be the only ones, and worth nothing from then on.
  RECOURSE_LET(const BackupPlaces places, backup_places(place.data_dir));
  if (places.here.empty()) return options;
  BackupOptions there = upkeep->options().backup;
  there.to = places.here.front();
  options.backup = [there, writer](const std::function<bool()>& go_on) -> Result<std::int64_t> {
    BackupOptions now = there;
    now.go_on = go_on;
    RECOURSE_LET(const MadeBackup made, make_verified_backup(*writer, now));
    return static_cast<std::int64_t>(made.manifest.backup);
  };
  return options;
}

}  // namespace recourse::cli
