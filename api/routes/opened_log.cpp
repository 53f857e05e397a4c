#include "api/routes/opened_log.h"

#include <algorithm>

namespace recourse::routes {

std::string OpenedLog::key(LedgerId ledger, const PrincipalId& person, const std::string& ticket) {
  return std::to_string(ledger.value()) + '/' + person.value() + '/' + ticket;
}

std::optional<std::int64_t> OpenedLog::begin(LedgerId ledger, const PrincipalId& person,
                                             const std::string& ticket, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key(ledger, person, ticket));
  if (found == entries_.end() || !found->second.recorded_at) return 0;
  Entry& entry = found->second;
  if (now - *entry.recorded_at < window_) {
    ++entry.repeats;
    return std::nullopt;
  }
  return entry.repeats;
}

void OpenedLog::recorded(LedgerId ledger, const PrincipalId& person, const std::string& ticket,
                         Timestamp now, std::int64_t repeats) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= max_entries_) {
    // What is past its window only costs a count of repeats; if all are fresh, a record more.
    std::erase_if(entries_, [&](const auto& item) {
      return !item.second.recorded_at || now - *item.second.recorded_at >= window_;
    });
    if (entries_.size() >= max_entries_) entries_.clear();
  }
  Entry& entry = entries_[key(ledger, person, ticket)];
  entry.recorded_at = now;
  entry.repeats = std::max<std::int64_t>(0, entry.repeats - repeats);
}

}  // namespace recourse::routes
