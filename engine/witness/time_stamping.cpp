#include "engine/witness/time_stamping.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace recourse {
namespace {

const LedgerId kMetaLog(0);

}  // namespace

class TimeStamping::Impl {
 public:
  Impl(Signer& signer, PostPort& port, TimeStampAuthority authority, Random& random,
       const Clock& clock, const TimeStampingOptions& options)
      : signer_(signer),
        port_(port),
        authority_(std::move(authority)),
        random_(random),
        clock_(clock),
        options_(options),
        started_(clock.now()),
        pause_(options.first_pause) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    port_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Status look_back() {
    RECOURSE_LET(const auto stamp, signer_.newest_time_stamp(kMetaLog));
    if (!stamp) return {};
    RECOURSE_LET(const auto note, signer_.at_least(kMetaLog, stamp->size));
    if (!note) return {};
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
    // One that is unreadable now is asked for anew.
    if (const auto time = check_time_stamp(stamp->response, stamped_hash(head), std::nullopt, "");
        time)
      newest_ = *time;
    return {};
  }

  void run() {
    if (!options_.own_thread) return;
    thread_ = std::thread([this] {
      std::unique_lock lock(mutex_);
      while (!stopping_) {
        lock.unlock();
        tick();
        lock.lock();
        wake_.wait_for(lock, options_.tick, [this] { return stopping_; });
      }
    });
  }

  void tick() {
    const Timestamp now = clock_.now();
    {
      const std::lock_guard lock(mutex_);
      // A clock that was set back must not keep a stamp from being asked for.
      const bool fresh = newest_ && now < *newest_ + options_.every;
      const bool resting = now < next_ && next_ - now <= options_.longest_pause;
      if (fresh || resting) return;
    }
    const std::optional<std::string> note = signer_.latest(kMetaLog);
    if (!note) return;
    const Result<Timestamp> stamped = stamp(*note);
    const std::lock_guard lock(mutex_);
    if (stamped) {
      spdlog::info("the newest head of the meta log was time-stamped");
      newest_ = *stamped;
      trouble_.clear();
      pause_ = options_.first_pause;
      return;
    }
    ++failures_;
    if (trouble_.empty())
      spdlog::error("no time stamp from {}: {}", authority_.url, stamped.error().message);
    trouble_ = stamped.error().message;
    next_ = now + pause_;
    pause_ = std::min(pause_ * 2, options_.longest_pause);
  }

  State state() const {
    const Timestamp now = clock_.now();
    const std::lock_guard lock(mutex_);
    State state;
    state.newest = newest_;
    state.failures = failures_;
    state.trouble = trouble_;
    state.checked = !authority_.ca_file.empty();
    // Whatever keeps it: an authority that is stuck has not failed yet.
    const bool overdue =
        now > (newest_ ? *newest_ + options_.every : started_) + options_.grace;
    const bool failing = !trouble_.empty();
    state.standing = overdue || (failing && !newest_) ? Standing::red
                     : failing                        ? Standing::degraded
                                                      : Standing::ok;
    return state;
  }

 private:
  Result<Timestamp> stamp(const std::string& note) {
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(note));
    RECOURSE_LET(std::string response, ask_time_stamp(port_, authority_, head, random_));
    RECOURSE_LET(const Timestamp time,
                 check_time_stamp(response, stamped_hash(head), std::nullopt, ""));
    RECOURSE_TRY(signer_.keep_time_stamp(kMetaLog, {LogSize(head.size), std::move(response)}));
    return time;
  }

  Signer& signer_;
  PostPort& port_;
  const TimeStampAuthority authority_;
  Random& random_;
  const Clock& clock_;
  const TimeStampingOptions options_;
  const Timestamp started_;
  mutable std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable wake_;
  bool stopping_ = false;
  std::optional<Timestamp> newest_;
  Timestamp next_{};
  std::chrono::seconds pause_;
  std::uint64_t failures_ = 0;
  std::string trouble_;
  std::thread thread_;
};

TimeStamping::TimeStamping(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TimeStamping::~TimeStamping() = default;

Result<std::unique_ptr<TimeStamping>> TimeStamping::start(Signer& signer, PostPort& port,
                                                          TimeStampAuthority authority,
                                                          Random& random, const Clock& clock,
                                                          TimeStampingOptions options) {
  auto impl = std::make_unique<Impl>(signer, port, std::move(authority), random, clock, options);
  RECOURSE_TRY(impl->look_back());
  impl->run();
  return std::unique_ptr<TimeStamping>(new TimeStamping(std::move(impl)));
}

void TimeStamping::tick() { impl_->tick(); }
TimeStamping::State TimeStamping::state() const { return impl_->state(); }

}  // namespace recourse
