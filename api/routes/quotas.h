#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/http/throttle.h"
#include "api/routes/quota_file.h"
#include "engine/base/sliding_window.h"

namespace recourse::routes::served {

/// So many requests of a caller in a sliding window, and never more, also over a restart: each is
/// written to a file before it passes, so the end of the program, however it comes, loses none. To
/// stable storage they are written ahead in blocks: after a power failure the unused rest of a
/// caller's last block counts as used. How exact the window is: SlidingWindow. Any thread.
class Quotas {
 public:
  /// `file`: empty keeps counts in memory. `secret` keys the hashes of callers in the file.
  Quotas(const std::string& file, std::string secret, Timestamp now,
         std::size_t max_callers = 100'000);
  /// Writes what was counted exactly.
  ~Quotas();
  Quotas(const Quotas&) = delete;
  Quotas& operator=(const Quotas&) = delete;

  /// Why counts do not outlive the process although a file was asked for.
  const Status& opened() const { return opened_; }

  /// Counts one request, or says when the next may come. `synced`: its block is on stable storage
  /// before it is used; without it a power failure may forget it, and a flood of callers costs no
  /// syncs. While the disk refuses, requests are counted in memory.
  http::Throttle::Verdict take(std::string_view name, std::string_view caller, http::Rate rate,
                               bool synced, Timestamp now);

 private:
  using CallerHash = std::array<std::uint8_t, 16>;
  struct Counted {
    std::uint32_t window_s = 60;
    std::vector<WindowBucket> buckets;
    std::int64_t reserved_in = INT64_MIN;  ///< The bucket that `reserved` is about.
    std::int64_t reserved = 0;             ///< On stable storage.
  };
  struct HashOfHash {
    std::size_t operator()(const CallerHash& hash) const;
  };

  CallerHash hash_of(std::string_view name, std::string_view caller, http::Rate rate) const;
  Counted& counted(CallerHash& hash, const http::Rate& rate, Timestamp now);
  void write(const CallerHash& hash, Counted& one, std::int64_t block, bool synced, Timestamp now);
  void drop_old(Timestamp now);
  std::vector<QuotaRecord> records() const;

  const std::string secret_;
  const std::size_t max_callers_;
  Status opened_;
  std::mutex mutex_;
  std::optional<QuotaFile> file_;
  std::uint64_t rewrite_at_bytes_ = 0;
  bool refused_ = false;  ///< The latest write; said once.
  std::unordered_map<CallerHash, Counted, HashOfHash> counts_;
};

}  // namespace recourse::routes::served
