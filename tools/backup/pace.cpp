#include "tools/backup/pace.h"

#include <algorithm>
#include <thread>

namespace recourse {
namespace {

using namespace std::chrono_literals;

/// Often enough to stop at once, seldom enough to cost nothing.
constexpr std::uint64_t kAskEvery = 16 << 10;
constexpr auto kLongestNap = 100ms;

}  // namespace

Pace::Pace(std::uint64_t bytes_per_s, std::function<bool()> go_on)
    : bytes_per_s_(bytes_per_s),
      go_on_(std::move(go_on)),
      began_(std::chrono::steady_clock::now()) {}

bool Pace::took(std::uint64_t bytes) {
  bytes_ += bytes;
  if (bytes_ - asked_at_ < kAskEvery) return true;
  asked_at_ = bytes_;
  const std::chrono::duration<double> due(
      bytes_per_s_ == 0 ? 0 : static_cast<double>(bytes_) / static_cast<double>(bytes_per_s_));
  for (;;) {
    if (go_on_ && !go_on_()) return false;
    const auto left = due - (std::chrono::steady_clock::now() - began_);
    if (left <= 0s) return true;
    std::this_thread::sleep_for(
        std::min<std::chrono::duration<double>>(left, std::chrono::duration<double>(kLongestNap)));
  }
}

}  // namespace recourse
