#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "engine/base/time.h"

namespace recourse::routes {

enum class Denial {
  missing_key,
  unknown_key,
  revoked_key,
  expired_key,
  wrong_role,
  other_tenant,
};
inline constexpr std::size_t kDenials = 6;

/// As it stands in auth.denied.
std::string_view name(Denial cause);

/// Refused logins on their way into the meta ledger: at most one leaf a minute and cause, which
/// says how many there were, so that nobody can flood the log. Any thread.
class Denials {
 public:
  using Record = std::function<void(Denial cause, std::int64_t count)>;

  /// `record` writes a leaf; it is called outside of any lock, by whoever calls note() or flush().
  explicit Denials(Record record, std::chrono::seconds window = std::chrono::minutes(1));

  void note(Denial cause, Timestamp now);
  /// Records what was counted since the last leaf of each cause whose window has passed.
  void flush(Timestamp now);

 private:
  struct Cause {
    std::int64_t waiting = 0;
    std::optional<Timestamp> recorded_at;
  };
  /// The count to record now; 0 for none.
  std::int64_t take(Cause& cause, Timestamp now) const;

  const Record record_;
  const std::chrono::seconds window_;
  std::mutex mutex_;
  std::array<Cause, kDenials> causes_;
};

}  // namespace recourse::routes
