#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace recourse {

/// Runs `task(0)` to `task(count - 1)`, each once, on this thread and one more. Tasks must not
/// throw.
template <class Task>
void on_two_threads(std::size_t count, const Task& task) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) task(i);
  };
  std::thread other(work);
  work();
  other.join();
}

}  // namespace recourse
