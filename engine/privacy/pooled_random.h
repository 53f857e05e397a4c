#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <span>

#include "engine/base/random.h"

namespace recourse {

/// Draws from `source` in blocks and hands them out piece by piece: a call of the system's
/// generator costs more than sealing a value does, whatever its size. Bytes are wiped here once
/// handed out. Not to be used on both sides of a fork(). Threads: any. `source` outlives this.
class PooledRandom final : public Random {
 public:
  explicit PooledRandom(Random& source) : source_(source) {}
  ~PooledRandom() override;
  PooledRandom(const PooledRandom&) = delete;
  PooledRandom& operator=(const PooledRandom&) = delete;

  void fill(std::span<std::uint8_t> out) override;

 private:
  Random& source_;
  std::mutex mutex_;
  std::array<std::uint8_t, 4096> block_{};
  std::size_t used_ = block_.size();
};

}  // namespace recourse
