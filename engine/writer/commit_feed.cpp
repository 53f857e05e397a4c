#include "engine/writer/commit_feed.h"

namespace recourse {

std::uint64_t CommitFeed::subscribe(Listener listener) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.emplace(next_, std::move(listener));
  return next_++;
}

void CommitFeed::unsubscribe(std::uint64_t subscription) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(subscription);
}

LogSize CommitFeed::applied(LedgerId ledger) const {
  const std::lock_guard lock(sizes_mutex_);
  const auto found = sizes_.find(ledger.value());
  return found == sizes_.end() ? LogSize(0) : found->second;
}

void CommitFeed::publish(LedgerId ledger, LogSize size) {
  {
    const std::lock_guard lock(sizes_mutex_);
    sizes_[ledger.value()] = size;
  }
  const std::lock_guard lock(listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(ledger, size);
}

}  // namespace recourse
