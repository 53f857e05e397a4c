#include "tools/backup/verified_backup.h"

#include <chrono>

#include "tools/backup/meta_events.h"

namespace recourse {

Status verify_backup(const std::filesystem::path& directory, std::uint64_t number,
                     const std::function<bool()>& go_on) {
  RECOURSE_LET(BackupDirectory backups, BackupDirectory::open(directory));
  Pace pace(0, go_on);
  RECOURSE_LET(const CheckedBackup checked, check_backup(backups, number, pace, true));
  if (checked.damage.empty()) return {};
  return Error{ErrorCode::corrupt,
               "backup " + std::to_string(number) + " in " + directory.string() + " is damaged: " +
                   checked.damage.front() + "; repeat it: the next one stores the file anew"};
}

Result<MadeBackup> make_verified_backup(Writer& writer, const BackupOptions& options) {
  using std::chrono::steady_clock;
  const auto began = steady_clock::now();
  RECOURSE_LET(MadeBackup made, make_backup(writer.ledger(), writer.clock(), options));
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
  RECOURSE_TRY(record_in_meta(writer, {completed_event(made, took, false)}));
  RECOURSE_TRY(verify_backup(options.to, made.manifest.backup, options.go_on));
  return made;
}

}  // namespace recourse
