#include "engine/base/failpoint.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace recourse {
namespace {

struct Armed {
  std::string_view name;
  long count = 1;
};

Armed read_environment() {
  const char* const text = std::getenv("RECOURSE_FAILPOINT");  // NOLINT(concurrency-mt-unsafe)
  if (text == nullptr) return {};
  Armed armed{text};
  if (const std::size_t colon = armed.name.find(':'); colon != std::string_view::npos) {
    armed.count = std::strtol(text + colon + 1, nullptr, 10);
    armed.name = armed.name.substr(0, colon);
  }
  return armed;
}

}  // namespace

void reach_failpoint(const char* name) noexcept {
  static const Armed armed = read_environment();
  static std::atomic<long> reached{0};
  if (armed.name != name || ++reached < armed.count) return;
  kill(getpid(), SIGKILL);
  _exit(66);  // Not reached: a process cannot ignore SIGKILL.
}

}  // namespace recourse
