#include "engine/base/failpoint.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace recourse {
namespace {

/// How a process ends that passes `first` twice and `second` once.
int wait_status_of(const char* armed) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("RECOURSE_FAILPOINT", armed, 1);
    reach_failpoint("first");
    reach_failpoint("second");
    reach_failpoint("first");
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

bool killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

TEST_CASE("a failpoint kills the process that was told so, at the call it was told") {
  CHECK(killed(wait_status_of("second")));
  CHECK(killed(wait_status_of("first:2")));
  CHECK(wait_status_of("first:3") == 0);
  CHECK(wait_status_of("firs") == 0);
  CHECK(wait_status_of("") == 0);
}

}  // namespace
}  // namespace recourse
