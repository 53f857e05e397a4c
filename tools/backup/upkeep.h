#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/signer.h"
#include "engine/writer/writer.h"
#include "tools/backup/make_backup.h"
#include "tools/backup/upkeep_history.h"

namespace recourse {

struct UpkeepOptions {
  BackupOptions backup;           ///< Without a place: no backups and no drills.
  std::filesystem::path scratch;  ///< Where drills restore to.
  /// Makes the way to whoever holds the log key; absent: it is in the data directory.
  std::function<std::unique_ptr<HeadSigner>()> signer;
  /// By itself that often; 0: only when asked.
  std::chrono::seconds backup_every{0}, drill_every{0}, scrub_every{0};
  std::uint64_t scrub_bytes_per_s = 0;  ///< 0: as fast as it goes.
};

/// Makes backups, tries them out and reads the log again, each at its time or when asked, on
/// threads of its own that never wait for the writer but for the event that says what was done.
/// What was done last is known from the meta ledger, so a restart changes nothing. A job that is
/// late raises an alert once: backup_missed, drill_missed, scrub_missed; what a scrub finds does
/// too: scrub_found. Threads: any.
class Upkeep {
 public:
  /// `writer` and `signer` outlive it.
  Upkeep(Writer& writer, const Signer& signer, UpkeepOptions options);
  /// Tells what is under way to stop, and waits for that.
  ~Upkeep();

  struct JobStatus {
    std::chrono::seconds every{0};
    bool can_run = true;  ///< False without a place for backups.
    bool running = false;
    bool overdue = false;
    double progress = 0;                   ///< Of what is running, where it is known.
    std::optional<Timestamp> started;      ///< The last time, by this process.
    std::optional<Timestamp> succeeded;    ///< The last time, by the meta ledger.
    std::optional<Timestamp> failed;       ///< Since then.
    std::string told;                      ///< The last error or what to look at, for operators.
    std::uint64_t runs = 0, failures = 0;  ///< Of this process.
    std::int64_t findings = 0;             ///< Of the last scrub.
  };
  JobStatus status(UpkeepJob job) const;

  /// Runs it as soon as what its thread does is done. Returned: the number of the run, for status:
  /// it is over when `runs` has reached it. Errors: invalid where it cannot run.
  Result<std::uint64_t> ask(UpkeepJob job);

  const UpkeepOptions& options() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
