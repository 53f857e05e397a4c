#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "engine/event/leaf.h"
#include "engine/ledger/ledger.h"

namespace recourse {

/// What a deployment does to itself from time to time.
enum class UpkeepJob { backup, drill, scrub };
inline constexpr UpkeepJob kUpkeepJobs[] = {UpkeepJob::backup, UpkeepJob::drill, UpkeepJob::scrub};
std::string_view name(UpkeepJob job);

/// What the meta ledger says of one job. Times are those of its events.
struct JobHistory {
  std::optional<Timestamp> succeeded;     ///< The last time.
  std::optional<Timestamp> first_failed;  ///< Since then.
  std::optional<Timestamp> last_failed;   ///< Since then.
  std::optional<Timestamp> alerted;       ///< That it was missed, since then.
  std::int64_t findings = 0;              ///< Of the last scrub, in all ledgers.
};

/// Folds one event of the meta ledger; events of other kinds change nothing. Pure.
void evolve(JobHistory& history, UpkeepJob job, const EventData& data, Timestamp at);

/// When the job is to run next: `every` after its last success, or soon after a failure, but not at
/// once; one that never ran, when the program began. Pure.
Timestamp due_at(const JobHistory& history, std::chrono::seconds every, Timestamp began);

/// Whether nobody was told yet that it is later than its time and a tenth of it. Pure.
bool is_missed(const JobHistory& history, std::chrono::seconds every, Timestamp began,
               Timestamp now);
/// Whether it is so late, told or not.
bool is_overdue(const JobHistory& history, std::chrono::seconds every, Timestamp began,
                Timestamp now);

struct UpkeepHistory {
  JobHistory jobs[3];
  JobHistory& operator[](UpkeepJob job) { return jobs[static_cast<unsigned>(job)]; }
  const JobHistory& operator[](UpkeepJob job) const { return jobs[static_cast<unsigned>(job)]; }
};
/// From all of the meta ledger. Errors: corrupt, io.
Result<UpkeepHistory> read_history(const Ledger& ledger);

}  // namespace recourse
