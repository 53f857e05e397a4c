#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/base/id.h"
#include "engine/base/time.h"

namespace recourse::routes {

/// Who has read the sealed texts of which ticket, so that each is recorded once per person, ticket
/// and quarter of an hour, and what came in between is counted in the next record. Kept in memory:
/// after a restart there is a record more, never one less. Any thread.
class OpenedLog {
 public:
  explicit OpenedLog(std::chrono::seconds window, std::size_t max_entries = 100'000)
      : window_(window), max_entries_(max_entries) {}

  /// Nothing when the reading is covered by a recorded one, and counts it. Else the number of
  /// repeats since that one, and the caller records it before it shows a text.
  std::optional<std::int64_t> begin(LedgerId ledger, const PrincipalId& person,
                                    const std::string& ticket, Timestamp now);
  /// The record is durable, so further readings are covered.
  void recorded(LedgerId ledger, const PrincipalId& person, const std::string& ticket,
                Timestamp now, std::int64_t repeats);

 private:
  struct Entry {
    std::optional<Timestamp> recorded_at;
    std::int64_t repeats = 0;
  };
  static std::string key(LedgerId ledger, const PrincipalId& person, const std::string& ticket);

  const std::chrono::seconds window_;
  const std::size_t max_entries_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace recourse::routes
