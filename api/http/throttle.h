#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/http/message.h"

namespace recourse::http {

/// So many requests in so much time.
struct Rate {
  std::uint64_t limit = 0;  ///< 0: no limit.
  std::chrono::seconds window{60};
};

/// One token bucket per key: `limit` requests at once, refilled evenly over the window. Kept in
/// memory, so it guards the door; limits that must survive a restart are the engine's. Any thread.
class Throttle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Past `max_keys` keys with a bucket that is not full, further keys share one bucket: a flood of
  /// made-up keys neither grows memory nor empties the buckets of others.
  Throttle(std::string name, Rate rate, std::size_t max_keys = 100'000);

  struct Verdict {
    bool allowed = true;
    std::uint64_t remaining = 0;          ///< Requests that would be allowed now.
    std::chrono::seconds until_full{0};   ///< Rounded up.
    std::chrono::seconds retry_after{0};  ///< Rounded up, at least 1 when refused.
  };
  /// Takes `cost` tokens from the bucket of `key`, or none when there are not enough.
  Verdict take(std::string_view key, Time now, std::uint64_t cost = 1);

  /// describe_limit() of this one.
  void describe(const Verdict& verdict, Response& response) const;

  std::size_t keys() const;

 private:
  // Of a bucket only the moment is kept at which it will be full again (generic cell rate
  // algorithm): a full one need not be kept at all.
  using Full = Time;
  Full& bucket(std::string_view key, Time now);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  const std::string name_;
  const Rate rate_;
  const std::chrono::nanoseconds per_token_;
  const std::size_t max_keys_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Full, TextHash, std::equal_to<>> full_at_;
  Full shared_{};
  Time next_sweep_{};
};

/// Adds RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-11) to `response`,
/// and Retry-After when refused. Several limits may add to one response.
void describe_limit(std::string_view name, Rate rate, const Throttle::Verdict& verdict,
                    Response& response);

}  // namespace recourse::http
