#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace recourse {

/// Keeps a long job in the background from taking the disk away from everybody else, and lets it be
/// stopped. Threads: one.
class Pace {
 public:
  /// `bytes_per_s` of 0: as fast as it goes. `go_on`: asked between pieces, absent: always.
  explicit Pace(std::uint64_t bytes_per_s = 0, std::function<bool()> go_on = {});

  /// After `bytes` were read: waits until they are due. False: stop now.
  bool took(std::uint64_t bytes);
  std::uint64_t bytes() const { return bytes_; }

 private:
  const std::uint64_t bytes_per_s_;
  const std::function<bool()> go_on_;
  const std::chrono::steady_clock::time_point began_;
  std::uint64_t bytes_ = 0, asked_at_ = 0;
};

}  // namespace recourse
