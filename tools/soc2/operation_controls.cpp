#include "projections/projection.h"
#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-21
class RebuildEqualsLive final : public OneControlTest {
 public:
  explicit RebuildEqualsLive(const TestContext& context) : OneControlTest(context, "RC-21") {
    needs_deployment();
  }

  void see(const Seen& seen) override {
    if (context_.with_deployment) spans_.see(seen, writer_);
    const auto* const e = seen.as<ProjectionRebuilt>();
    if (e == nullptr) return;
    const auto ledger = context_.history.ledger();
    if (ledger && e->ledger != *ledger) return;
    spans_.done(seen, e->projection.text);
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    writer_.row(number).subject = e->projection.text;
    if (!e->equal || e->before != e->after)
      writer_.fail(number, "digest_differs",
                   "The rebuilt rows of " + e->projection.text + " at " + std::to_string(e->size) +
                       " leaves differ from the live ones (" + seen.event.id.value() + ").");
  }

  void finish() override { spans_.finish(context_.end(), context_.latest, writer_); }

 private:
  static std::vector<std::string> all_names() {
    std::vector<std::string> names;
    for (const ProjectionKind& kind : read_models()) names.emplace_back(kind.name);
    return names;
  }

  Spans spans_{std::chrono::days(thresholds_.rebuild_every_d), "no_rebuild", "Not rebuilt in time",
               all_names()};
};

/// RC-22
class BackupAndRestore final : public OneControlTest {
 public:
  explicit BackupAndRestore(const TestContext& context) : OneControlTest(context, "RC-22") {
    needs_deployment();
  }

  void see(const Seen& seen) override {
    if (context_.with_deployment) {
      backups_.see(seen, writer_);
      tests_.see(seen, writer_);
    }
    if (const auto* e = seen.as<BackupCompleted>()) on_backup(seen, *e);
    if (const auto* e = seen.as<BackupFailed>(); e != nullptr && writer_.takes(seen))
      failed_.push_back({writer_.add(seen), seen.event.time, e->cause.text});
    if (const auto* e = seen.as<RestoreTested>()) on_test(seen, *e);
    if (const auto* e = seen.as<CapacitySampled>(); e != nullptr && writer_.takes(seen))
      on_sample(seen, *e);
  }

  void finish() override {
    backups_.finish(context_.end(), context_.latest, writer_);
    tests_.finish(context_.end(), context_.latest, writer_);
    for (const Failed& failed : failed_) {
      if (context_.last <= failed.at + std::chrono::hours(thresholds_.backup_every_h)) {
        writer_.leave(failed.row, "still_in_time");
      } else {
        tell(failed);
      }
    }
    if (samples_ == 0) {
      writer_.note("No capacity was sampled in the period: no server wrote any.");
    } else {
      writer_.indicate("samples with a long queue", std::to_string(long_queues_),
                       "Of " + std::to_string(samples_) + ": at least " +
                           std::to_string(thresholds_.queue_percent) +
                           " % of the commands that may wait did so at once.");
    }
  }

 private:
  struct Failed {
    std::size_t row = 0;
    Timestamp at;
    std::string cause;
  };

  void on_backup(const Seen& seen, const BackupCompleted& e) {
    backups_.done(seen);
    for (const Failed& failed : failed_)
      if (seen.event.time > failed.at + std::chrono::hours(thresholds_.backup_every_h))
        tell(failed);
    failed_.clear();
    if (!writer_.takes(seen)) return;
    writer_.row(writer_.add(seen)).subject = "backup " + std::to_string(e.backup);
  }

  void on_test(const Seen& seen, const RestoreTested& e) {
    // One that failed says nothing about what can be restored.
    if (e.equal) tests_.done(seen);
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    writer_.row(number).subject = "backup " + std::to_string(e.backup);
    if (!e.equal)
      writer_.fail(number, "restore_differs",
                   "Backup " + std::to_string(e.backup) +
                       " was restored and is not what the signed heads say" +
                       (e.cause ? " (" + e.cause->text + ")." : std::string(".")));
  }

  void on_sample(const Seen& seen, const CapacitySampled& e) {
    const std::size_t number = writer_.add(seen);
    const std::string span = to_rfc3339(e.from) + " to " + to_rfc3339(e.to);
    writer_.row(number).subject = "capacity";
    ++samples_;
    if (e.queue_limit > 0 && e.queue_peak * 100 >= e.queue_limit * thresholds_.queue_percent)
      ++long_queues_;
    if (e.disk_free * 100 < e.disk_total * thresholds_.disk_free_percent)
      writer_.fail(number, "low_space",
                   "From " + span + ": " + std::to_string(e.disk_free) + " of " +
                       std::to_string(e.disk_total) + " bytes were free at the end.");
    if (e.refused > thresholds_.refused_commands)
      writer_.fail(number, "commands_refused",
                   "From " + span + ": " + std::to_string(e.refused) +
                       " commands found no place in the queue or no space on the disk.");
  }

  void tell(const Failed& failed) {
    writer_.fail(failed.row, "backup_failed",
                 "A backup failed at " + to_rfc3339(failed.at) + " (" + failed.cause +
                     ") and none was completed in time after it.");
  }

  std::vector<Failed> failed_;
  std::uint64_t samples_ = 0, long_queues_ = 0;
  Spans backups_{std::chrono::hours(thresholds_.backup_every_h), "no_backup",
                 "No backup was completed in time"};
  Spans tests_{std::chrono::days(thresholds_.restore_every_d), "no_restore_test",
               "No restore was tested with success in time"};
};

}  // namespace

void add_operation_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<RebuildEqualsLive>(context));
  tests.push_back(std::make_unique<BackupAndRestore>(context));
}

}  // namespace recourse::soc2
