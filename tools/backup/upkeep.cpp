#include "tools/backup/upkeep.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tools/backup/drill.h"
#include "tools/backup/meta_events.h"
#include "tools/backup/scrub.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

/// How late an alert may be.
constexpr auto kLook = 1s;
constexpr auto kTriage = 24h;

struct Job {
  Upkeep::JobStatus status;
  JobHistory history;
  std::uint64_t asked = 0;  ///< Number of the run that somebody waits for.
};

}  // namespace

class Upkeep::Impl {
 public:
  Impl(Writer& writer, const Signer& signer, UpkeepOptions options)
      : writer_(writer),
        signer_(signer),
        options_(std::move(options)),
        began_(writer.clock().now()) {
    const bool has_place = !options_.backup.to.empty();
    at(UpkeepJob::backup).status.every = options_.backup_every;
    at(UpkeepJob::drill).status.every = options_.drill_every;
    at(UpkeepJob::scrub).status.every = options_.scrub_every;
    at(UpkeepJob::backup).status.can_run = at(UpkeepJob::drill).status.can_run = has_place;
    options_.backup.go_on = [this] { return !stopping_; };
    if (!options_.backup.data_dir.empty()) remove_leftover_cut(options_.backup.data_dir);
    const auto history = read_history(writer_.ledger());
    if (!history) spdlog::error("what was done last is not known: {}", history.error().message);
    for (const UpkeepJob job : kUpkeepJobs)
      if (history) at(job).history = (*history)[job];
    // A scrub takes days where it is told to take its time, and a backup must not wait for it.
    threads_.emplace_back([this] { work({UpkeepJob::backup, UpkeepJob::drill}); });
    threads_.emplace_back([this] { work({UpkeepJob::scrub}); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  JobStatus status(UpkeepJob job) const {
    const std::lock_guard lock(mutex_);
    const Job& one = jobs_[static_cast<unsigned>(job)];
    JobStatus status = one.status;
    status.succeeded = one.history.succeeded;
    status.failed = one.history.last_failed;
    status.findings = one.history.findings;
    status.overdue =
        scheduled(one) && is_overdue(one.history, status.every, began_, writer_.clock().now());
    return status;
  }

  Result<std::uint64_t> ask(UpkeepJob job) {
    const std::lock_guard lock(mutex_);
    Job& one = at(job);
    if (!one.status.can_run)
      return Error{ErrorCode::invalid,
                   "this server has no place for backups; start it with --backup-dir"};
    one.asked = one.status.runs + (one.status.running ? 2 : 1);
    wake_.notify_all();
    return one.asked;
  }

  const UpkeepOptions& options() const { return options_; }

 private:
  Job& at(UpkeepJob job) { return jobs_[static_cast<unsigned>(job)]; }
  static bool scheduled(const Job& job) { return job.status.can_run && job.status.every > 0s; }

  void work(const std::vector<UpkeepJob>& mine) {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      std::optional<UpkeepJob> next;
      bool by_itself = false;
      for (const UpkeepJob job : mine) {
        const Job& one = at(job);
        const bool is_due = scheduled(one) &&
                            writer_.clock().now() >= due_at(one.history, one.status.every, began_);
        if (!next && (is_due || one.asked > one.status.runs)) {
          next = job;
          by_itself = one.asked <= one.status.runs;
        }
      }
      // After the jobs that are due were tried: one that succeeds late was not missed.
      if (!next) {
        for (const UpkeepJob job : mine) raise_if_missed(job, lock);
        wake_.wait_for(lock, kLook);
        continue;
      }
      run(*next, by_itself, lock);
    }
  }

  void run(UpkeepJob job, bool by_itself, std::unique_lock<std::mutex>& lock) {
    Job& one = at(job);
    one.status.running = true;
    one.status.progress = 0;
    one.status.started = writer_.clock().now();
    lock.unlock();
    spdlog::info("{} begins", name(job));
    std::vector<EventData> events;
    std::string told;
    const Status done = carry_out(job, by_itself, events, told);
    Status recorded;
    if (done) recorded = record_in_meta(writer_, events);
    if (!recorded) told = recorded.error().message;
    lock.lock();
    one.status.running = false;
    ++one.status.runs;
    if (!done) return;  // The server stops: it was not tried.
    if (recorded)
      for (const EventData& event : events) evolve(one.history, job, event, writer_.clock().now());
    const bool failed = !recorded || one.history.last_failed >= one.status.started;
    if (!recorded) one.history.last_failed = writer_.clock().now();
    one.status.failures += failed ? 1 : 0;
    if (failed) {
      spdlog::error("{} failed: {}", name(job), told);
    } else if (!told.empty()) {
      spdlog::warn("{} is done: {}", name(job), told);
    } else {
      spdlog::info("{} is done", name(job));
    }
    one.status.told = std::move(told);
  }

  /// What the meta ledger is to say, failures too. Errors: only when the server stops.
  Status carry_out(UpkeepJob job, bool by_itself, std::vector<EventData>& events,
                   std::string& told) {
    switch (job) {
      case UpkeepJob::backup:
        return back_up(by_itself, events, told);
      case UpkeepJob::drill:
        return try_out(by_itself, events, told);
      case UpkeepJob::scrub:
        return read_again(events, told);
    }
    RECOURSE_ASSERT(false, "a job is one of three");
  }

  Status back_up(bool by_itself, std::vector<EventData>& events, std::string& told) {
    const auto began = std::chrono::steady_clock::now();
    const auto made = make_backup(writer_.ledger(), writer_.clock(), options_.backup);
    if (!made && stopping_) return made.error();
    if (made) {
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - began);
      events.emplace_back(completed_event(*made, took, by_itself));
      if (!made->told.empty()) told = made->told.front();
    } else {
      told = made.error().message;
      events.emplace_back(BackupFailed{Clear(name(made.error().code)), by_itself});
    }
    return {};
  }

  Status try_out(bool by_itself, std::vector<EventData>& events, std::string& told) {
    DrillOptions drilling;
    drilling.from = options_.backup.to;
    drilling.kek_file = options_.backup.kek_file;
    drilling.scratch = options_.scratch;
    drilling.signer = options_.signer;
    drilling.scheduled = by_itself;
    drilling.go_on = options_.backup.go_on;
    Result<Drilled> drilled = drill(writer_.ledger(), writer_.clock(), drilling);
    if (!drilled && stopping_) return drilled.error();
    if (!drilled) {
      RestoreTested tested;
      tested.scheduled = by_itself;
      tested.cause = Clear(name(drilled.error().code));
      drilled = Drilled{tested, drilled.error().message};
    }
    told = drilled->told;
    events.emplace_back(drilled->tested);
    return {};
  }

  Status read_again(std::vector<EventData>& events, std::string& told) {
    ScrubOptions scrubbing;
    scrubbing.bytes_per_s = options_.scrub_bytes_per_s;
    scrubbing.go_on = options_.backup.go_on;
    scrubbing.progress = [this](double share) {
      const std::lock_guard lock(mutex_);
      at(UpkeepJob::scrub).status.progress = share;
    };
    RECOURSE_LET(const Scrubbed scrubbed, scrub(writer_.ledger(), signer_, scrubbing));
    std::int64_t findings = 0;
    for (const FsckCompleted& one : scrubbed.completed) {
      findings += one.findings;
      events.emplace_back(one);
    }
    if (findings == 0) return {};
    told = scrubbed.report.findings.front().what + "; " + scrubbed.report.findings.front().way_out;
    events.emplace_back(alert("scrub_found", Severity::critical, "ledger", findings, 0));
    return {};
  }

  AlertRaised alert(std::string_view rule, Severity severity, std::string_view about,
                    std::int64_t value, std::int64_t threshold) {
    const Timestamp now = writer_.clock().now();
    AlertRaised raised;
    raised.alert = EntryId(make_ulid("alr_", now, system_random_));
    raised.rule = Clear(rule);
    raised.severity = severity;
    raised.about = Clear(about);
    raised.triage_due_at = now + kTriage;
    raised.value = value;
    raised.threshold = threshold;
    return raised;
  }

  void raise_if_missed(UpkeepJob job, std::unique_lock<std::mutex>& lock) {
    Job& one = at(job);
    const Timestamp now = writer_.clock().now();
    if (!scheduled(one) || !is_missed(one.history, one.status.every, began_, now)) return;
    const Timestamp last =
        one.history.succeeded.value_or(one.history.first_failed.value_or(began_));
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - last);
    one.history.alerted = now;  // Also when it cannot be recorded: not again each second.
    const std::chrono::seconds every = one.status.every;
    lock.unlock();
    spdlog::error("{} was missed: {} s ago was the last, {} s is the rule", name(job), age.count(),
                  every.count());
    const Status recorded =
        record_in_meta(writer_, {alert(std::string(name(job)) + "_missed", Severity::high,
                                       name(job), age.count(), every.count())});
    if (!recorded) spdlog::error("an alert was not recorded: {}", recorded.error().message);
    lock.lock();
  }

  Writer& writer_;
  const Signer& signer_;
  UpkeepOptions options_;
  const Timestamp began_;
  SystemRandom system_random_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_{false};
  Job jobs_[3];  ///< Guarded by mutex_.
  std::vector<std::thread> threads_;
};

Upkeep::Upkeep(Writer& writer, const Signer& signer, UpkeepOptions options)
    : impl_(std::make_unique<Impl>(writer, signer, std::move(options))) {}
Upkeep::~Upkeep() = default;

Upkeep::JobStatus Upkeep::status(UpkeepJob job) const { return impl_->status(job); }
Result<std::uint64_t> Upkeep::ask(UpkeepJob job) { return impl_->ask(job); }
const UpkeepOptions& Upkeep::options() const { return impl_->options(); }

}  // namespace recourse
