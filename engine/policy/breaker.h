#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>

#include "engine/base/vocabulary.h"

namespace recourse {

/// When the breaker of an agent, its version and an action type opens, and how it closes again. It
/// is about actions that write: an agent can always look and hand over.
inline constexpr std::int64_t kUsualStuckRollbacks = 3;
struct BreakerRule {
  std::int64_t window_s = 3'600;   ///< 1 to 2592000
  std::int64_t least = 10;         ///< So many actions within the window before it says anything.
  std::int64_t bad_ppm = 300'000;  ///< It opens when at least so many of them went wrong.
  std::int64_t open_s = 300;       ///< Then nothing runs for so long.
  std::int64_t probes = 3;         ///< Then so many may run, 1 to 10; when all go well it closes.
  std::int64_t half_open_s = 900;  ///< Without all their outcomes so long after the first: open.
  /// 1 to 1000: when so many rollbacks of one action type got stuck within a week, the type is held
  /// open for every agent until a person closes it. Absent: kUsualStuckRollbacks.
  std::optional<std::int64_t> stuck_rollbacks = {};
  bool operator==(const BreakerRule&) const = default;
};
BOOST_DESCRIBE_STRUCT(BreakerRule, (),
                      (window_s, least, bad_ppm, open_s, probes, half_open_s, stuck_rollbacks))

/// What the breaker of an action says.
struct BreakerUse {
  bool applies = false;
  BreakerStatus status = BreakerStatus::closed;
  bool blocks = false;
  std::int64_t retry_after_s = 0;  ///< When it blocks and is not forced open.
};

}  // namespace recourse
