#include "engine/writer/two_threads.h"

#include <doctest/doctest.h>

#include <atomic>

using namespace recourse;

TEST_CASE("every job is done once") {
  std::vector<std::atomic<int>> done(100);
  std::vector<Job> jobs;
  for (std::atomic<int>& count : done)
    jobs.push_back([&count] {
      ++count;
      return Status();
    });
  REQUIRE(do_on_two_threads(jobs).ok());
  for (const std::atomic<int>& count : done) CHECK(count == 1);
  CHECK(do_on_two_threads({}).ok());
}

TEST_CASE("after a job has failed nothing more is begun") {
  std::atomic<int> begun = 0;
  std::vector<Job> jobs(100, [&begun]() -> Status {
    ++begun;
    return Error{ErrorCode::io, "the disk is full"};
  });
  const Status outcome = do_on_two_threads(jobs);
  REQUIRE(!outcome.ok());
  CHECK(outcome.error().message == "the disk is full");
  CHECK(begun <= 2);
}
