#include "api/routes/denials.h"

#include <utility>

namespace recourse::routes {

std::string_view name(Denial cause) {
  switch (cause) {
    case Denial::missing_key:
      return "missing_key";
    case Denial::unknown_key:
      return "unknown_key";
    case Denial::revoked_key:
      return "revoked_key";
    case Denial::expired_key:
      return "expired_key";
    case Denial::wrong_role:
      return "wrong_role";
    case Denial::other_tenant:
      return "other_tenant";
  }
  return "";
}

Denials::Denials(Record record, std::chrono::seconds window)
    : record_(std::move(record)), window_(window) {}

std::int64_t Denials::take(Cause& cause, Timestamp now) const {
  if (cause.waiting == 0 || (cause.recorded_at && now - *cause.recorded_at < window_)) return 0;
  cause.recorded_at = now;
  return std::exchange(cause.waiting, 0);
}

void Denials::note(Denial cause, Timestamp now) {
  std::int64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    Cause& state = causes_[static_cast<std::size_t>(cause)];
    ++state.waiting;
    count = take(state, now);
  }
  if (count > 0) record_(cause, count);
}

void Denials::flush(Timestamp now) {
  for (std::size_t i = 0; i < kDenials; ++i) {
    std::int64_t count = 0;
    {
      const std::lock_guard lock(mutex_);
      count = take(causes_[i], now);
    }
    if (count > 0) record_(static_cast<Denial>(i), count);
  }
}

}  // namespace recourse::routes
