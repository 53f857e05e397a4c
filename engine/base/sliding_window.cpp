#include "engine/base/sliding_window.h"

#include <algorithm>

#include "engine/base/assert.h"

namespace recourse {
namespace {

std::int64_t newest_of(const std::vector<WindowBucket>& buckets) {
  return buckets.empty() ? INT64_MIN : buckets.back().bucket;
}

}  // namespace

SlidingWindow::SlidingWindow(std::chrono::seconds length)
    : width_((length.count() + kBuckets - 1) / kBuckets),
      buckets_(length.count() < kBuckets ? length.count()
                                         : (length.count() + width_.count() - 1) / width_.count()) {
  RECOURSE_ASSERT(length.count() >= 1, "a window has a length");
}

std::int64_t SlidingWindow::bucket_at(Timestamp now, std::int64_t newest) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::int64_t width = width_.count();
  const std::int64_t bucket = seconds >= 0 ? seconds / width : -((width - 1 - seconds) / width);
  return std::max(bucket, newest);
}

std::int64_t SlidingWindow::used(const std::vector<WindowBucket>& buckets, Timestamp now) const {
  const std::int64_t from = oldest(bucket_at(now, newest_of(buckets)));
  std::int64_t sum = 0;
  for (const WindowBucket& one : buckets)
    if (one.bucket >= from) sum += one.amount;
  return std::min(sum, kMost);
}

void SlidingWindow::add(std::vector<WindowBucket>& buckets, Timestamp now,
                        std::int64_t amount) const {
  const std::int64_t bucket = bucket_at(now, newest_of(buckets));
  std::erase_if(buckets, [&](const WindowBucket& one) { return one.bucket < oldest(bucket); });
  if (newest_of(buckets) != bucket) buckets.push_back({bucket, 0});
  buckets.back().amount = std::min(buckets.back().amount + amount, kMost);
}

void SlidingWindow::take_back(std::vector<WindowBucket>& buckets, Timestamp then,
                              std::int64_t amount) const {
  // A bucket later than `then` may have taken it, when the clock had been set back.
  for (WindowBucket& one : buckets) {
    const bool is_it = one.bucket == bucket_at(then);
    if (!is_it || one.amount < amount || one.amount == kMost) continue;
    one.amount -= amount;
    return;
  }
}

Timestamp SlidingWindow::end_of(std::int64_t bucket) const {
  return Timestamp(width_ * (bucket + buckets_ + 1));
}

std::optional<Timestamp> SlidingWindow::free_at(const std::vector<WindowBucket>& buckets,
                                                Timestamp now, std::int64_t most) const {
  if (most < 0) return std::nullopt;
  std::int64_t left = used(buckets, now);
  if (left <= most) return now;
  const std::int64_t from = oldest(bucket_at(now, newest_of(buckets)));
  for (const WindowBucket& one : buckets) {
    if (one.bucket < from) continue;
    left -= one.amount;
    if (left <= most) return end_of(one.bucket);
  }
  return std::nullopt;
}

}  // namespace recourse
