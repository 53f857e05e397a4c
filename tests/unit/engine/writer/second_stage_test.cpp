#include "engine/writer/second_stage.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <vector>

namespace recourse {
namespace {

TEST_CASE("work is done in the order it came, and drain() waits for the last piece") {
  SecondStage stage;
  std::vector<int> done;
  for (int i = 0; i < 200; ++i) stage.run([&done, i] { done.push_back(i); });
  stage.drain();
  REQUIRE(done.size() == 200);
  for (int i = 0; i < 200; ++i) CHECK(done[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("one piece runs and one waits; who brings a third waits until the first is done") {
  std::promise<void> gate;
  std::atomic<bool> third_taken{false};
  SecondStage stage;
  stage.run([open = gate.get_future().share()] { open.wait(); });
  stage.run([] {});
  auto third = std::async(std::launch::async, [&] {
    stage.run([] {});
    third_taken = true;
  });
  CHECK(third.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  CHECK_FALSE(third_taken);
  gate.set_value();
  third.get();
  stage.drain();
  CHECK(third_taken);
}

TEST_CASE("the end finishes what was brought") {
  std::atomic<int> done{0};
  {
    SecondStage stage;
    stage.run([&] { ++done; });
    stage.run([&] { ++done; });
  }
  CHECK(done == 2);
}

}  // namespace
}  // namespace recourse
