#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace recourse::routes {

/// Reads of a whole ledger, one after the other on a thread of their own, so that neither the
/// writer nor an I/O thread is kept busy by them. Any thread calls anything.
class LongReads {
 public:
  /// Whether to go on; a read asks it now and then and gives up when it says no.
  using GoOn = std::function<bool()>;
  using Read = std::function<void(const GoOn&)>;

  explicit LongReads(std::size_t max_waiting = 8);
  ~LongReads() { stop(); }
  LongReads(const LongReads&) = delete;
  LongReads& operator=(const LongReads&) = delete;

  /// False when too many wait already, or at the end of this object; `read` is then not called.
  bool run(Read read);

  /// Tells the read under way to give up, runs those that wait so that they do the same, and ends
  /// the thread. May be called again.
  void stop();

 private:
  void work();

  const std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Read> waiting_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace recourse::routes
