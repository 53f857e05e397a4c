#include "tools/cli/stop_signals.h"

#include <ctime>

namespace recourse::cli {

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

StopSignals::~StopSignals() { let_through(); }

bool StopSignals::wait(std::chrono::milliseconds time) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  timespec limit{};
  limit.tv_sec = seconds.count();
  limit.tv_nsec = std::chrono::nanoseconds(time - seconds).count();
  return sigtimedwait(&signals_, nullptr, &limit) > 0;
}

void StopSignals::let_through() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace recourse::cli
