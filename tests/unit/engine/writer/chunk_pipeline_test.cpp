#include "engine/writer/chunk_pipeline.h"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <numeric>
#include <vector>

using namespace recourse;

namespace {

/// Writes a chunk's number into its buffer and lets every consumer note what it finds there.
struct Numbers {
  std::array<std::atomic<std::size_t>, kChunkSlots> buffers{};
  std::vector<std::vector<std::size_t>> seen;
  std::vector<std::size_t> progress;
  ChunkWork work;

  Numbers(std::size_t chunks, std::size_t consumers) : seen(consumers) {
    work.chunks = chunks;
    work.consumers = consumers;
    work.read = [this](std::size_t chunk, std::size_t slot) {
      buffers[slot] = chunk;
      return Status();
    };
    work.consume = [this](std::size_t consumer, std::size_t, std::size_t slot) {
      seen[consumer].push_back(buffers[slot]);
      return Status();
    };
    work.progress = [this](std::size_t done) { progress.push_back(done); };
  }
};

std::vector<std::size_t> up_to(std::size_t count, std::size_t first = 0) {
  std::vector<std::size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

}  // namespace

TEST_CASE("every consumer takes every chunk once and in order") {
  for (const std::size_t chunks : {0, 1, 3, 4, 5, 200})
    for (const std::size_t consumers : {1, 2, 8}) {
      CAPTURE(chunks);
      CAPTURE(consumers);
      Numbers numbers(chunks, consumers);
      REQUIRE(run_on_two_threads(numbers.work).ok());
      for (const auto& seen : numbers.seen) CHECK(seen == up_to(chunks));
      CHECK(numbers.progress == up_to(chunks, 1));
    }
}

TEST_CASE("work without consumers is done at once") {
  Numbers numbers(0, 0);
  CHECK(run_on_two_threads(numbers.work).ok());
}

TEST_CASE("the first error ends the work and is what the caller learns") {
  const Error broken{ErrorCode::corrupt, "broken"};
  SUBCASE("of a reader") {
    Numbers numbers(50, 3);
    numbers.work.read = [&](std::size_t chunk, std::size_t slot) -> Status {
      numbers.buffers[slot] = chunk;
      if (chunk == 20) return broken;
      return {};
    };
    const Status outcome = run_on_two_threads(numbers.work);
    REQUIRE(!outcome.ok());
    CHECK(outcome.error().message == "broken");
    for (const auto& seen : numbers.seen) CHECK(seen.size() <= 20);
  }
  SUBCASE("of a consumer") {
    Numbers numbers(50, 3);
    const auto take = numbers.work.consume;
    numbers.work.consume = [&](std::size_t consumer, std::size_t chunk,
                               std::size_t slot) -> Status {
      if (consumer == 1 && chunk == 7) return broken;
      return take(consumer, chunk, slot);
    };
    CHECK(!run_on_two_threads(numbers.work).ok());
    CHECK(numbers.seen[1] == up_to(7));
  }
}
