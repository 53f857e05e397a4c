#include "projections/queue_fronts.h"

#include <doctest/doctest.h>

#include <initializer_list>

namespace recourse {
namespace {

struct Fronts {
  void write(std::initializer_list<const char*> keys) {
    fronts.written([&](const auto& each) {
      for (const char* const key : keys) each(key);
    });
  }
  std::string from(const char* queue) { return fronts.begin(queue).from; }

  QueueFronts fronts;
};

TEST_CASE_FIXTURE(Fronts, "a queue begins where the last look found its first row") {
  const auto look = fronts.begin("q/");
  CHECK(look.from == "q/");
  fronts.found("q/", look, "q/5");
  CHECK(from("q/") == "q/5");
  write({"q/7", "p/1", "r/1"});
  CHECK(from("q/") == "q/5");
  write({"q/4", "q/3", "q/6"});
  CHECK(from("q/") == "q/3");
}

TEST_CASE_FIXTURE(Fronts, "a look does not hide what came in while it lasted") {
  const auto look = fronts.begin("q/");
  write({"q/3"});  // Not seen by this look, which found another one.
  fronts.found("q/", look, "q/5");
  CHECK(from("q/") <= "q/3");
  const auto next = fronts.begin("q/");
  fronts.found("q/", next, "q/3");
  CHECK(from("q/") == "q/3");
}

TEST_CASE_FIXTURE(Fronts, "queues may lie in each other") {
  for (const char* const queue : {"q/", "q/in/", "q/in/er/", "q/z/"})
    fronts.found(queue, fronts.begin(queue), "~");
  write({"q/in/er/7"});
  CHECK(from("q/") == "q/in/er/7");
  CHECK(from("q/in/") == "q/in/er/7");
  CHECK(from("q/in/er/") == "q/in/er/7");
  CHECK(from("q/z/") == "~");
  write({"q/y", "q/zz"});
  CHECK(from("q/") == "q/in/er/7");
  write({"q/a"});
  CHECK(from("q/") == "q/a");
  CHECK(from("q/in/") == "q/in/er/7");
}

TEST_CASE_FIXTURE(Fronts, "of a queue whose rows are replaced nothing is known") {
  const auto look = fronts.begin("1/q/");
  fronts.found("1/q/", look, "1/q/5");
  fronts.forget("1/");
  const auto again = fronts.begin("1/q/");
  CHECK(again.from == "1/q/");
  fronts.found("1/q/", look, "1/q/5");  // Began before.
  CHECK(from("1/q/") == "1/q/");
}

}  // namespace
}  // namespace recourse
