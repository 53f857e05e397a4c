#include <algorithm>

#include "engine/ledger/checkpoint.h"
#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-20
class LogIntegrity final : public OneControlTest {
 public:
  explicit LogIntegrity(const TestContext& context) : OneControlTest(context, "RC-20") {
    const LedgerInfo log = context.source.log();
    for (const KeptHead& head : context.parameters.heads) {
      const auto checkpoint = peek_checkpoint(head.note);
      // Heads of a log that was closed stay evidence up to where it was closed.
      if (!checkpoint || checkpoint->origin != log.origin_of_head(LogSize(checkpoint->size))) {
        ++foreign_;
        continue;
      }
      Kept& kept = heads_[checkpoint->size];
      kept.roots.push_back(checkpoint->root);
      kept.cosignatures = std::max(kept.cosignatures, head.cosignatures.size());
    }
    if (heads_.empty()) writer_.note("No kept heads were given, so minutes are not tested.");
    if (!context.with_deployment)
      writer_.note(
          "Checks of the stored bytes stand in the deployment events, which are not in "
          "this package.");
    if (thresholds_.cosignatures == 0)
      writer_.note("No cosignatures are demanded of single heads by the parameters.");
  }

  void see(const Seen& seen) override {
    if (!seen.meta) on_leaf(seen);
    if (const auto* e = seen.as<FsckCompleted>()) on_check(seen, *e);
    if (const auto* e = seen.as<HeadAccepted>(); e != nullptr && writer_.takes(seen))
      accept(seen, *e);
    if (const auto* e = seen.as<LogContinued>(); e != nullptr && writer_.takes(seen))
      go_on(seen, *e);
    if (seen.as<ClockAnomaly>() != nullptr && seen.within()) ++anomalies_;
    if (const auto* e = seen.as<SubjectErased>()) erased_ += e->fields;
    if (seen.as<BucketDestroyed>() != nullptr) bucket_destroyed_ = true;
  }

  void finish() override {
    if (foreign_ > 0)
      writer_.note(std::to_string(foreign_) + " of the heads given are not of this log.");
    writer_.indicate("heads_compared", std::to_string(compared_),
                     "Kept heads whose root was compared with the one that the leaves give.");
    writer_.indicate("clock_anomalies", std::to_string(anomalies_),
                     "The clock ran more than 2 s behind the last recorded time.");
  }

 private:
  struct Kept {
    std::vector<Hash> roots;
    std::size_t cosignatures = 0;
  };
  struct Uncovered {
    std::size_t row = 0;
    Timestamp since;  ///< Of its first leaf that is in no head yet.
  };

  /// What was lost is one exception; the reason follows it in the log as an event of its own.
  void go_on(const Seen& seen, const LogContinued& e) {
    const std::size_t number = writer_.add(seen);
    if (e.size == 0) {
      writer_.fail(number, "declared_loss",
                   "Of the log " + e.origin.text + " nothing is left; it had " +
                       std::to_string(e.lost_to) + " events.");
      return;
    }
    std::string what = "The log goes on after " + e.origin.text + ", ";
    what += e.lost_to > e.size
                ? "of which the events " + std::to_string(e.size) + " to " +
                      std::to_string(e.lost_to - 1) + " are lost."
                : "of which an unknown number from " + std::to_string(e.size) + " on is lost.";
    writer_.fail(number, "declared_loss", what);
    (seen.meta ? meta_loss_at_ : loss_at_) = seen.event.position;
  }

  void accept(const Seen& seen, const HeadAccepted& e) {
    const auto& loss_at = seen.meta ? meta_loss_at_ : loss_at_;
    if (loss_at && seen.event.position.value() == loss_at->value() + 1) {
      writer_.note("The loss at position " + std::to_string(loss_at->value()) +
                   (seen.meta ? " of the deployment's log" : "") + " was declared by " +
                   seen.event.actor.id.value() + ": " + e.reason_code.text + ".");
      return;
    }
    writer_.fail(writer_.add(seen), "declared_loss",
                 "The log was declared to be complete at commit " +
                     std::to_string(e.commit_number) + " (" + e.reason_code.text + ").");
  }

  void on_leaf(const Seen& seen) {
    const std::uint64_t size = seen.event.position.value() + 1;
    if (seen.within()) open_minute(seen);
    const auto kept = heads_.find(size);
    if (kept != heads_.end()) compare(seen, kept->second);
    if (kept != heads_.end() || size == context_.parameters.end.value()) cover(seen);
  }

  void open_minute(const Seen& seen) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(seen.event.time);
    if (!minute_ || *minute_ != minute) {
      minute_ = minute;
      minute_row_ = writer_.add(seen);
      writer_.row(minute_row_).type = "minute";
      if (heads_.empty()) writer_.leave(minute_row_, "no_heads_given");
    }
    if (uncovered_.empty() || uncovered_.back().row != minute_row_)
      uncovered_.push_back({minute_row_, seen.event.time});
  }

  void cover(const Seen& seen) {
    const std::chrono::seconds most(thresholds_.head_every_s + thresholds_.head_tolerance_s);
    for (const Uncovered& minute : uncovered_)
      if (!heads_.empty() && seen.event.time - minute.since > most)
        writer_.fail(minute.row, "minute_without_head",
                     "What was recorded at " + to_rfc3339(minute.since) +
                         " is in no kept head before that of " +
                         std::to_string(seen.event.position.value() + 1) + " leaves, the last of " +
                         to_rfc3339(seen.event.time) + ".");
    uncovered_.clear();
  }

  void compare(const Seen& seen, const Kept& kept) {
    const Hash root = context_.tree->root();
    for (const Hash& stated : kept.roots) {
      ++compared_;
      if (stated == root) continue;
      const std::string what = "A kept head of " + std::to_string(seen.event.position.value() + 1) +
                               " leaves has another root than they give.";
      if (seen.within()) {
        writer_.fail(minute_row_, "other_root", what);
      } else {
        writer_.fail_at(seen, "other_root", what);
      }
    }
    if (seen.within() && static_cast<std::int64_t>(kept.cosignatures) < thresholds_.cosignatures)
      writer_.fail(minute_row_, "missing_cosignature",
                   "The head of " + std::to_string(seen.event.position.value() + 1) +
                       " leaves has " + std::to_string(kept.cosignatures) + " cosignatures.");
  }

  void on_check(const Seen& seen, const FsckCompleted& e) {
    const auto ledger = context_.history.ledger();
    if (ledger && e.ledger != *ledger && e.ledger != 0) return;
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    const std::string what =
        "The check of " + std::to_string(e.size) + " leaves (" + seen.event.id.value() + ") found ";
    if (e.findings > 0)
      writer_.fail(number, "check_failed", what + std::to_string(e.findings) + " faults.");
    if (e.missing_values > erased_ && !bucket_destroyed_)
      writer_.fail(number, "missing_values",
                   what + std::to_string(e.missing_values) + " values missing, " +
                       std::to_string(erased_) + " were erased.");
  }

  std::map<std::uint64_t, Kept> heads_;  ///< By size.
  std::optional<std::chrono::sys_time<std::chrono::minutes>> minute_;
  std::size_t minute_row_ = 0;
  std::vector<Uncovered> uncovered_;
  std::int64_t erased_ = 0;
  bool bucket_destroyed_ = false;
  std::optional<Position> loss_at_, meta_loss_at_;  ///< Of the last log.continued.
  std::uint64_t compared_ = 0, anomalies_ = 0, foreign_ = 0;
};

}  // namespace

void add_integrity_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<LogIntegrity>(context));
}

}  // namespace recourse::soc2
