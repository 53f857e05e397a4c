#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/writer/commit_feed.h"

namespace recourse::routes {

/// Requests and streams that wait for a ledger to grow, and small jobs for later, on one thread of
/// their own, so that neither the writer nor an I/O thread waits. Any thread calls anything.
class Waiters {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `feed` outlives the waiters.
  explicit Waiters(CommitFeed& feed, std::size_t max_waiting = 20'000);
  ~Waiters() { stop(); }
  Waiters(const Waiters&) = delete;
  Waiters& operator=(const Waiters&) = delete;

  /// Calls `done(true)` once rows of `ledger` cover at least `size` events, or `done(false)` at
  /// the deadline, at the end of this object, or at once when too many wait already. `done` must
  /// be short.
  void wait(LedgerId ledger, LogSize size, Time deadline, std::function<void(bool)> done);

  /// Runs `job` on the waiters' thread, at once or not before `time`. Jobs due later than the end
  /// of this object are dropped.
  void post(std::function<void()> job);
  void at(Time time, std::function<void()> job);

  std::size_t waiting() const;

  /// Calls what still waits, with false, and ends the thread. May be called again.
  void stop();

 private:
  struct Waiter {
    LedgerId ledger;
    LogSize size;
    Time deadline;
    std::function<void(bool)> done;
  };
  struct Job {
    Time time;
    std::function<void()> run;
  };

  void run();
  /// Moves what is due out of the lists. Returns when to look again.
  Time collect(Time now, std::vector<std::function<void()>>& due);

  CommitFeed& feed_;
  const std::size_t max_waiting_;
  std::uint64_t subscription_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiter> waiters_;
  std::vector<Job> jobs_;
  bool grown_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace recourse::routes
