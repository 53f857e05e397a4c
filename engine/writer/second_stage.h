#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace recourse {

/// The second half of the write path on a thread of its own: while one commit's rows are written
/// and its callers answered, the next commit is decided. One piece of work runs and one waits, in
/// the order they came; who brings a third one waits. Threads: one brings, any may drain.
class SecondStage {
 public:
  SecondStage();
  /// Finishes what was brought.
  ~SecondStage();

  void run(std::function<void()> work);
  /// Returns when everything brought before is done.
  void drain();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> next_;
  bool working_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace recourse
