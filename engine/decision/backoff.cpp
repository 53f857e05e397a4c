#include "engine/decision/backoff.h"

#include <algorithm>
#include <array>

namespace recourse {
namespace {

constexpr std::int64_t kFirstPause_s = 10;
constexpr std::int64_t kLongestPause_s = 900;

}  // namespace

std::chrono::seconds backoff(Random& random, std::int64_t tries) {
  std::int64_t longest = kFirstPause_s;
  for (std::int64_t i = 1; i < tries && longest < kLongestPause_s; ++i) longest *= 2;
  longest = std::min(longest, kLongestPause_s);
  std::array<std::uint8_t, 4> bytes{};
  random.fill(bytes);
  std::uint32_t drawn = 0;
  for (const std::uint8_t byte : bytes) drawn = (drawn << 8) | byte;
  return std::chrono::seconds(1 + drawn % longest);
}

}  // namespace recourse
