#include "tools/backup/upkeep_history.h"

#include <algorithm>
#include <array>

namespace recourse {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 5> kTypes{BackupCompleted::kType, BackupFailed::kType,
                                                 RestoreTested::kType, FsckCompleted::kType,
                                                 AlertRaised::kType};

void succeed(JobHistory& history, Timestamp at) {
  const std::int64_t findings = history.findings;
  history = {};
  history.findings = findings;
  history.succeeded = at;
}

void fail(JobHistory& history, Timestamp at) {
  if (!history.first_failed) history.first_failed = at;
  history.last_failed = at;
}

/// Since when it is missing.
Timestamp since(const JobHistory& history, Timestamp began) {
  if (history.succeeded) return *history.succeeded;
  return history.first_failed ? std::min(*history.first_failed, began) : began;
}

}  // namespace

std::string_view name(UpkeepJob job) {
  switch (job) {
    case UpkeepJob::backup:
      return "backup";
    case UpkeepJob::drill:
      return "drill";
    case UpkeepJob::scrub:
      return "scrub";
  }
  RECOURSE_ASSERT(false, "a job has a name");
}

void evolve(JobHistory& history, UpkeepJob job, const EventData& data, Timestamp at) {
  if (const auto* const alert = get_if<AlertRaised>(&data);
      alert != nullptr && alert->rule.text == std::string(name(job)) + "_missed")
    history.alerted = at;
  switch (job) {
    case UpkeepJob::backup:
      if (holds_alternative<BackupCompleted>(data)) succeed(history, at);
      if (holds_alternative<BackupFailed>(data)) fail(history, at);
      return;
    case UpkeepJob::drill:
      if (const auto* const tested = get_if<RestoreTested>(&data))
        tested->equal ? succeed(history, at) : fail(history, at);
      return;
    case UpkeepJob::scrub:
      if (const auto* const checked = get_if<FsckCompleted>(&data);
          checked != nullptr && checked->kind.text == "scrub") {
        // One batch has one event for each ledger, the meta ledger's first.
        if (checked->ledger == 0) history.findings = 0;
        history.findings += checked->findings;
        succeed(history, at);
      }
      return;
  }
}

Timestamp due_at(const JobHistory& history, std::chrono::seconds every, Timestamp began) {
  const Timestamp due = history.succeeded ? *history.succeeded + every : began;
  if (!history.last_failed) return due;
  return std::max(due, *history.last_failed + std::clamp<std::chrono::seconds>(every / 10, 1s, 1h));
}

bool is_overdue(const JobHistory& history, std::chrono::seconds every, Timestamp began,
                Timestamp now) {
  return now - since(history, began) > every + every / 10;
}

bool is_missed(const JobHistory& history, std::chrono::seconds every, Timestamp began,
               Timestamp now) {
  return !history.alerted && is_overdue(history, every, began, now);
}

Result<UpkeepHistory> read_history(const Ledger& ledger) {
  const LedgerId meta(0);
  UpkeepHistory history;
  Status read;
  RECOURSE_TRY(ledger.scan(
      meta, Position(0), Position(ledger.head(meta).size.value()),
      [&](Position, std::string_view leaf) {
        if (std::none_of(kTypes.begin(), kTypes.end(),
                         [&](std::string_view type) { return leaf.find(type) != leaf.npos; }))
          return true;
        const Result<RecordedEvent> event = read_leaf(leaf);
        if (!event) read = event.error();
        if (!event) return false;
        for (const UpkeepJob job : kUpkeepJobs) evolve(history[job], job, event->data, event->time);
        return true;
      }));
  RECOURSE_TRY(read);
  return history;
}

}  // namespace recourse
