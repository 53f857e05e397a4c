#include "api/http/throttle.h"

#include <algorithm>

namespace recourse::http {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

seconds rounded_up(nanoseconds time) {
  return std::chrono::ceil<seconds>(std::max(time, nanoseconds(0)));
}

void append_field(Headers& headers, std::string_view name, const std::string& item) {
  const auto before = headers.find(name);
  headers.set(name, before ? std::string(*before) + ", " + item : item);
}

}  // namespace

Throttle::Throttle(std::string name, Rate rate, std::size_t max_keys)
    : name_(std::move(name)),
      rate_(rate),
      per_token_(rate.limit == 0
                     ? nanoseconds(0)
                     : nanoseconds(rate.window) / static_cast<std::int64_t>(rate.limit)),
      max_keys_(max_keys) {
  RECOURSE_ASSERT(rate.limit == 0 || per_token_ > nanoseconds(0), "at most one token a nanosecond");
}

Throttle::Full& Throttle::bucket(std::string_view key, Time now) {
  if (const auto found = full_at_.find(key); found != full_at_.end()) return found->second;
  if (full_at_.size() >= max_keys_ && now >= next_sweep_) {
    std::erase_if(full_at_, [&](const auto& entry) { return entry.second <= now; });
    // A sweep reads every key; a flood of new ones must not make each request pay for it.
    next_sweep_ = now + seconds(1);
  }
  if (full_at_.size() >= max_keys_) return shared_;
  return full_at_.emplace(std::string(key), now).first->second;
}

Throttle::Verdict Throttle::take(std::string_view key, Time now, std::uint64_t cost) {
  Verdict verdict;
  if (rate_.limit == 0) return verdict;
  const std::lock_guard lock(mutex_);
  Full& full_at = bucket(key, now);
  full_at = std::max(full_at, now);
  const nanoseconds capacity = per_token_ * static_cast<std::int64_t>(rate_.limit);
  // More than a whole bucket is never granted, so what it would cost is not computed either.
  const nanoseconds price = per_token_ * static_cast<std::int64_t>(std::min(cost, rate_.limit + 1));
  const nanoseconds after = full_at + price - now;
  verdict.allowed = after <= capacity;
  if (verdict.allowed) {
    full_at += price;
  } else {
    verdict.retry_after = std::max(rounded_up(after - capacity), seconds(1));
  }
  const nanoseconds used = full_at - now;
  verdict.remaining = static_cast<std::uint64_t>((capacity - used) / per_token_);
  verdict.until_full = rounded_up(used);
  return verdict;
}

void Throttle::describe(const Verdict& verdict, Response& response) const {
  describe_limit(name_, rate_, verdict, response);
}

void describe_limit(std::string_view name, Rate rate, const Throttle::Verdict& verdict,
                    Response& response) {
  if (rate.limit == 0) return;
  const std::string quoted = "\"" + std::string(name) + "\"";
  append_field(
      response.headers, "RateLimit-Policy",
      quoted + ";q=" + std::to_string(rate.limit) + ";w=" + std::to_string(rate.window.count()));
  append_field(response.headers, "RateLimit",
               quoted + ";r=" + std::to_string(verdict.remaining) +
                   ";t=" + std::to_string(verdict.until_full.count()));
  if (!verdict.allowed)
    response.headers.set("Retry-After", std::to_string(verdict.retry_after.count()));
}

std::size_t Throttle::keys() const {
  const std::lock_guard lock(mutex_);
  return full_at_.size();
}

}  // namespace recourse::http
