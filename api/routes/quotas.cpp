#include "api/routes/quotas.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>

#include "engine/base/sha256.h"

namespace recourse::routes::served {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kLeastRewriteBytes = 1U << 20;

seconds seconds_left(std::optional<Timestamp> then, Timestamp now) {
  return then ? std::max(std::chrono::ceil<seconds>(*then - now), seconds(0)) : seconds(0);
}

/// A twentieth of the limit, so that few requests wait for the disk and little is lost with a
/// block.
std::int64_t block_of(const http::Rate& rate) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(rate.limit) / 20, 1, 4'096);
}

QuotaRecord record_of(const std::array<std::uint8_t, 16>& caller, std::uint32_t window_s,
                      const WindowBucket& bucket, std::int64_t reserved) {
  return {caller, bucket.bucket, window_s, static_cast<std::uint32_t>(bucket.amount),
          static_cast<std::uint32_t>(std::max(reserved, bucket.amount))};
}

}  // namespace

std::size_t Quotas::HashOfHash::operator()(const CallerHash& hash) const {
  std::size_t bits = 0;
  std::memcpy(&bits, hash.data(), sizeof(bits));
  return bits;
}

Quotas::Quotas(const std::string& file, std::string secret, Timestamp now, std::size_t max_callers)
    : secret_(std::move(secret)), max_callers_(max_callers) {
  if (file.empty()) return;
  std::vector<QuotaRecord> found;
  auto opened = QuotaFile::open(file, found);
  if (!opened) {
    opened_ = opened.error();
    return;
  }
  for (const QuotaRecord& record : found) {
    Counted& one = counts_[record.caller];
    one.window_s = record.window_s;
    const auto same = std::find_if(one.buckets.begin(), one.buckets.end(), [&](const auto& bucket) {
      return bucket.bucket == record.bucket;
    });
    if (same != one.buckets.end()) {
      same->amount = record.used;
    } else {
      one.buckets.push_back({record.bucket, record.used});
    }
  }
  for (auto& [hash, one] : counts_)
    std::sort(one.buckets.begin(), one.buckets.end(),
              [](const auto& a, const auto& b) { return a.bucket < b.bucket; });
  drop_old(now);
  file_ = std::move(*opened);
  rewrite_at_bytes_ = std::max(kLeastRewriteBytes, 2 * file_->size_bytes());
}

Quotas::~Quotas() {
  if (!file_) return;
  for (auto& [hash, one] : counts_) one.reserved_in = INT64_MIN;  // Nobody uses the rest any more.
  if (const Status written = file_->replace(records()); !written)
    spdlog::warn("request limits: {}", written.error().message);
}

Quotas::CallerHash Quotas::hash_of(std::string_view name, std::string_view caller,
                                   http::Rate rate) const {
  const std::string window = std::to_string(rate.window.count());
  const Hash full = hmac_sha256(secret_, {name, "\n", window, "\n", caller});
  CallerHash hash;
  std::copy_n(full.begin(), hash.size(), hash.begin());
  return hash;
}

Quotas::Counted& Quotas::counted(CallerHash& hash, const http::Rate& rate, Timestamp now) {
  if (const auto found = counts_.find(hash); found != counts_.end()) return found->second;
  if (counts_.size() >= max_callers_) drop_old(now);
  // Too many at once share one count: memory stays bounded, and those known keep their own.
  if (counts_.size() >= max_callers_) hash = CallerHash{};
  Counted& made = counts_[hash];
  made.window_s = static_cast<std::uint32_t>(rate.window.count());
  return made;
}

http::Throttle::Verdict Quotas::take(std::string_view name, std::string_view caller,
                                     http::Rate rate, bool synced, Timestamp now) {
  http::Throttle::Verdict verdict;
  if (rate.limit == 0) return verdict;
  CallerHash hash = hash_of(name, caller, rate);
  const SlidingWindow window(rate.window);
  const auto limit = static_cast<std::int64_t>(rate.limit);
  const std::lock_guard lock(mutex_);
  Counted& one = counted(hash, rate, now);
  std::int64_t used = window.used(one.buckets, now);
  verdict.allowed = used < limit;
  if (verdict.allowed) {
    window.add(one.buckets, now, 1);
    ++used;
    // A block reaches at most to the limit, and this request is in it.
    if (file_) write(hash, one, std::min(block_of(rate), limit - used + 1), synced, now);
  } else {
    verdict.retry_after =
        std::max(seconds_left(window.free_at(one.buckets, now, limit - 1), now), seconds(1));
  }
  verdict.remaining = static_cast<std::uint64_t>(std::max<std::int64_t>(limit - used, 0));
  verdict.until_full = seconds_left(window.free_at(one.buckets, now, 0), now);
  return verdict;
}

void Quotas::write(const CallerHash& hash, Counted& one, std::int64_t block, bool synced,
                   Timestamp now) {
  const WindowBucket& newest = one.buckets.back();
  const bool covered = one.reserved_in == newest.bucket && newest.amount <= one.reserved;
  const bool sync = synced && !covered;
  if (sync) {
    one.reserved_in = newest.bucket;
    one.reserved = newest.amount + block - 1;
  }
  const std::int64_t reserved = one.reserved_in == newest.bucket ? one.reserved : 0;
  const QuotaRecord record = record_of(hash, one.window_s, newest, reserved);
  Status written = file_->append(std::span(&record, 1), sync);
  if (written.ok() && file_->size_bytes() > rewrite_at_bytes_) {
    drop_old(now);
    written = file_->replace(records());
    rewrite_at_bytes_ = std::max(kLeastRewriteBytes, 2 * file_->size_bytes());
  }
  if (!written.ok() && !refused_)
    spdlog::warn("request limits are counted in memory alone: {}", written.error().message);
  refused_ = !written.ok();
  if (refused_) one.reserved_in = INT64_MIN;
}

void Quotas::drop_old(Timestamp now) {
  std::erase_if(counts_, [&](const auto& entry) {
    const Counted& one = entry.second;
    return SlidingWindow(seconds(one.window_s)).used(one.buckets, now) == 0;
  });
}

std::vector<QuotaRecord> Quotas::records() const {
  std::vector<QuotaRecord> records;
  for (const auto& [hash, one] : counts_)
    for (const WindowBucket& bucket : one.buckets)
      records.push_back(record_of(hash, one.window_s, bucket,
                                  one.reserved_in == bucket.bucket ? one.reserved : 0));
  return records;
}

}  // namespace recourse::routes::served
