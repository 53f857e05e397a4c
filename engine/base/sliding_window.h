#pragma once

#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/time.h"

namespace recourse {

/// How much came in one of the stretches into which a sliding window is cut. Bucket n covers the
/// time from n to n + 1 times SlidingWindow::width(), counted from 1970.
struct WindowBucket {
  std::int64_t bucket = 0;
  std::int64_t amount = 0;
  bool operator==(const WindowBucket&) const = default;
};
BOOST_DESCRIBE_STRUCT(WindowBucket, (), (bucket, amount))

/// The arithmetic of a window that ends now and is `length` long, over at most 61 buckets. It errs
/// on the strict side only: everything within the window counts, and what is older may count up to
/// one width (a sixtieth of the window, at least a second) longer. Buckets are oldest first. Sums
/// stop at kMost.
class SlidingWindow {
 public:
  static constexpr std::int64_t kBuckets = 60;
  static constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;

  /// REQUIRES: at least a second.
  explicit SlidingWindow(std::chrono::seconds length);

  std::chrono::seconds width() const { return width_; }

  /// The bucket that `now` lies in, but never one before `newest`, so that a clock that was set
  /// back takes nothing out of the window.
  std::int64_t bucket_at(Timestamp now, std::int64_t newest = INT64_MIN) const;
  /// The oldest bucket that counts when the window ends in `bucket`.
  std::int64_t oldest(std::int64_t bucket) const { return bucket - buckets_; }

  /// The sum of what counts at `now`.
  std::int64_t used(const std::vector<WindowBucket>& buckets, Timestamp now) const;
  /// Adds to the bucket of `now` and drops those that count no more.
  void add(std::vector<WindowBucket>& buckets, Timestamp now, std::int64_t amount) const;
  /// Takes off what was added at `then`, if its bucket is still there.
  void take_back(std::vector<WindowBucket>& buckets, Timestamp then, std::int64_t amount) const;

  /// When at most `most` will count if nothing is added; `now` when that is so already, nothing
  /// for a negative `most`.
  std::optional<Timestamp> free_at(const std::vector<WindowBucket>& buckets, Timestamp now,
                                   std::int64_t most) const;
  /// From when on `bucket` counts no more.
  Timestamp end_of(std::int64_t bucket) const;

 private:
  std::chrono::seconds width_;
  std::int64_t buckets_;  ///< Widths in a window, rounded up.
};

}  // namespace recourse
