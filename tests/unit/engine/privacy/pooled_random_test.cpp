#include "engine/privacy/pooled_random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

namespace recourse {
namespace {

/// 1, 2, 3, … so that a byte handed out twice shows.
struct Counting final : Random {
  void fill(std::span<std::uint8_t> out) override {
    ++calls;
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(++count % 251);
  }
  unsigned count = 0;
  int calls = 0;
};

TEST_CASE("a pool hands out the source's bytes, each once, in few calls") {
  Counting source;
  PooledRandom pool(source);
  unsigned expected = 0;
  for (int i = 0; i < 4096 / 32; ++i)
    for (const std::uint8_t byte : pool.bytes<32>()) CHECK(byte == ++expected % 251);
  CHECK(source.calls == 1);
  CHECK(pool.bytes<1>()[0] == ++expected % 251);
  CHECK(source.calls == 2);
}

TEST_CASE("more than the pool holds comes from the source itself") {
  Counting source;
  PooledRandom pool(source);
  std::vector<std::uint8_t> out(10'000);
  pool.fill(out);
  CHECK(source.calls == 1);
  CHECK(out.front() == 1);
  CHECK(out.back() == 10'000 % 251);
}

TEST_CASE("threads never get the same bytes") {
  SystemRandom source;
  PooledRandom pool(source);
  std::array<std::vector<std::array<std::uint8_t, 16>>, 4> drawn;
  {
    std::vector<std::jthread> threads;
    for (auto& mine : drawn)
      threads.emplace_back([&] {
        for (int i = 0; i < 2000; ++i) mine.push_back(pool.bytes<16>());
      });
  }
  std::set<std::array<std::uint8_t, 16>> all;
  for (const auto& mine : drawn) all.insert(mine.begin(), mine.end());
  CHECK(all.size() == 8000);
}

}  // namespace
}  // namespace recourse
