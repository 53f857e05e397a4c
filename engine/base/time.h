#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace recourse {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;  ///< UTC, from a Clock only.

/// RFC 3339, UTC, exactly six fraction digits and `Z`: 2026-01-05T09:30:01.250000Z.
/// REQUIRES: a year from 0000 to 9999, as every time read by from_rfc3339 has.
std::string to_rfc3339(Timestamp time);
void append_rfc3339(std::string& out, Timestamp time);

/// Any RFC 3339 time with 0 to 9 fraction digits (cut to 6) and any offset; years 0000 to 9999 in
/// UTC. A leap second, which only the last UTC minute of a day may have, is the next day's start.
/// Errors: invalid.
Result<Timestamp> from_rfc3339(std::string_view text);

/// The month of `time`, as 2026-01: names the key bucket of a sealed value.
std::string month_of(Timestamp time);

/// Where time comes from, so that a simulator and a test can decide it. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

/// Stands still until told. Any thread may tell it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : micros_(start.time_since_epoch().count()) {}
  Timestamp now() const override { return Timestamp(std::chrono::microseconds(micros_)); }
  void set(Timestamp time) { micros_ = time.time_since_epoch().count(); }
  void advance(std::chrono::microseconds step) { micros_ += step.count(); }

 private:
  std::atomic<std::chrono::microseconds::rep> micros_;
};

}  // namespace recourse
