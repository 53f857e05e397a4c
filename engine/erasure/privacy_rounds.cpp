#include "engine/erasure/privacy_rounds.h"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/erasure/hold_reviews.h"
#include "engine/erasure/retention.h"
#include "engine/privacy/key_store.h"

namespace recourse {

class PrivacyRounds::Impl {
 public:
  Impl(Writer& writer, const Signer& signer, PrivacyRoundsOptions options)
      : writer_(writer), signer_(signer), options_(std::move(options)) {
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  Status round() {
    const std::lock_guard lock(working_);
    if (writer_.failed()) return {};
    std::optional<Error> failed;
    const auto look_at = [&](const Status& done) {
      if (done) return;
      if (failed) failed->message += "; " + done.error().message;
      if (!failed) failed = done.error();
    };
    look_at(finish_what_was_begun());
    look_at(erase_deferred());
    look_at(end_retention());
    look_at(sweep_if_needed());
    look_at(remind_of_reviews());
    look_at(end_epoch());
    return failed ? Status(*failed) : Status();
  }

 private:
  using Steady = std::chrono::steady_clock;

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      if (const Status done = round(); !done) {
        // Said once for each cause, not in every round.
        if (done.error().message != complained_)
          spdlog::error("a round of erasures failed: {}", done.error().message);
        complained_ = done.error().message;
      }
      lock.lock();
      wake_.wait_for(lock, options_.tick, [this] { return stopping_; });
    }
  }

  Status finish_what_was_begun() {
    if (started_) return {};
    RECOURSE_TRY(finish_retirement(writer_, signer_, options_.kek_file));
    started_ = true;
    return {};
  }

  Status erase_deferred() {
    RECOURSE_TRY(run_deferred(writer_, options_.note, &deferred_));
    return {};
  }

  Status remind_of_reviews() {
    RECOURSE_LET(const std::size_t raised, alert_due_reviews(writer_));
    if (raised > 0) spdlog::warn("{} legal holds have to be reviewed: see the alerts", raised);
    return {};
  }

  bool goes_on() {
    const std::lock_guard lock(mutex_);
    return !stopping_;
  }

  Status end_retention() {
    if (options_.retention_every.count() == 0) return {};
    const auto now = Steady::now();
    if (retention_at_ && now < *retention_at_) return {};
    RetentionOptions options;
    options.by = {PrincipalId("sys_privacy"), ActorType::system, Role::admin, {}, {}};
    options.note = options_.note;
    RECOURSE_LET(const auto fates, run_retention(writer_, options));
    std::size_t destroyed = 0, deferred = 0;
    std::optional<Error> failed;
    for (const BucketFate& fate : fates) {
      destroyed += fate.fate == "destroyed" ? 1U : 0U;
      deferred += fate.fate == "deferred" ? 1U : 0U;
      if (fate.error && !failed) failed = fate.error;
    }
    if (destroyed + deferred > 0)
      spdlog::info("retention: {} buckets destroyed, {} deferred by holds", destroyed, deferred);
    // What failed is tried again soon, though not in every round: it may have walked far.
    retention_at_ =
        now + (failed ? std::min<std::chrono::seconds>(options_.retention_every, kFailedAgainAfter)
                      : options_.retention_every);
    return failed ? Status(*failed) : Status();
  }

  Status sweep_if_needed() {
    const std::uint64_t destroyed = writer_.ledger().keys().destructions();
    if (destroyed == swept_) return {};
    RECOURSE_TRY(sweep(writer_.ledger()));
    swept_ = destroyed;
    return {};
  }

  /// The age of an epoch is that of its key file, so that it goes on over restarts.
  Status end_epoch() {
    if (options_.kek_epoch.count() == 0) return {};
    std::error_code error;
    const auto made = std::filesystem::last_write_time(options_.kek_file, error);
    if (error || std::filesystem::file_time_type::clock::now() - made < options_.kek_epoch)
      return {};
    const auto now = Steady::now();
    if (counted_at_ &&
        now - *counted_at_ < std::min<std::chrono::seconds>(options_.kek_epoch, kFailedAgainAfter))
      return {};
    counted_at_ = now;
    RECOURSE_LET(const KeyStore::Census census, writer_.ledger().keys().census());
    // A rotation that was begun has counted already: the store is in the next epoch, in which
    // nothing was destroyed yet, and the old key lives until the rotation ends.
    if (census.destroyed_now == 0 && !rotation_under_way(options_.kek_file)) return {};
    BackupUnderNextKey backup;
    if (options_.backup) backup = [this] { return options_.backup([this] { return goes_on(); }); };
    RECOURSE_LET(const EpochChange change, retire_kek(writer_, signer_, options_.kek_file, backup));
    spdlog::info("key epoch {} ended: {} keys live on, {} erasures certified", change.retired,
                 change.rewrapped, change.certified);
    if (!options_.backup)
      spdlog::warn("no backup that there is can be restored with the next key: make one now");
    for (const std::string& why : change.uncertified)
      spdlog::error("an erasure could not be certified: {}", why);
    return {};
  }

  Writer& writer_;
  const Signer& signer_;
  const PrivacyRoundsOptions options_;
  std::mutex working_;
  bool started_ = false;
  FailedErasures deferred_;
  std::uint64_t swept_ = 0;
  std::optional<Steady::time_point> retention_at_, counted_at_;
  std::string complained_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

PrivacyRounds::PrivacyRounds(Writer& writer, const Signer& signer, PrivacyRoundsOptions options)
    : impl_(std::make_unique<Impl>(writer, signer, std::move(options))) {}
PrivacyRounds::~PrivacyRounds() = default;

Status PrivacyRounds::round() { return impl_->round(); }

}  // namespace recourse
