#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace recourse::cli {

/// How far a long job is, on standard error: a bar that redraws itself on a terminal, otherwise a
/// plain line now and then. Quiet for jobs of less than a moment. Threads: one.
class Progress {
 public:
  /// `quiet`: prints nothing, for --json.
  explicit Progress(std::string what, bool quiet = false);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `total` of 0: nobody knows.
  void show(std::uint64_t done, std::uint64_t total);
  /// A further part of the job, shown in place of the name.
  void rename(std::string what);
  /// Clears the bar, so that something else can be printed.
  void end();

 private:
  using Time = std::chrono::steady_clock::time_point;
  void draw(std::uint64_t done, std::uint64_t total, double seconds);

  std::string what_;
  const bool quiet_;
  const bool terminal_;
  const Time began_;
  Time next_;
  bool drawn_ = false;
};

}  // namespace recourse::cli
