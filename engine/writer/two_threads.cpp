#include "engine/writer/two_threads.h"

#include <mutex>
#include <thread>

namespace recourse {

Status do_on_two_threads(const std::vector<Job>& jobs) {
  std::mutex mutex;
  std::size_t next = 0;
  Status failed;
  const auto take_part = [&] {
    std::unique_lock lock(mutex);
    while (failed.ok() && next < jobs.size()) {
      const Job& job = jobs[next++];
      lock.unlock();
      Status outcome = job();
      lock.lock();
      if (!outcome.ok() && failed.ok()) failed = std::move(outcome);
    }
  };
  std::thread other(take_part);
  take_part();
  other.join();
  return failed;
}

}  // namespace recourse
