#pragma once

#include <signal.h>

#include <chrono>

namespace recourse::cli {

/// SIGINT and SIGTERM as something to wait for. Make it before any thread is started, so that every
/// thread leaves these signals to wait(). Once destroyed they end the process as usual.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// True when one came within `time`.
  bool wait(std::chrono::milliseconds time) const;
  /// From here on a further signal ends the process at once.
  void let_through();

 private:
  sigset_t signals_;
  sigset_t before_;
};

}  // namespace recourse::cli
