#include "api/routes/served_rejections.h"

#include <utility>
#include <vector>

namespace recourse::routes::served {

Rejections::Rejections(Record record, std::chrono::seconds window)
    : record_(std::move(record)), window_(window) {}

void Rejections::note(const TenantId& tenant, const Principal& principal,
                      const std::string& command, const std::string& problem, Timestamp now) {
  {
    const std::lock_guard lock(mutex_);
    const auto [found, first] =
        entries_.try_emplace(tenant.value() + '\n' + command + '\n' + problem);
    Entry& entry = found->second;
    if (!first) {
      const std::int64_t count = entry.waiting.count + 1;
      entry.waiting = {tenant, principal, command, problem, count};
      return;
    }
    entry.recorded_at = now;
    entry.waiting = {tenant, principal, command, problem, 0};
  }
  record_({tenant, principal, command, problem, 1});
}

void Rejections::flush(Timestamp now) {
  std::vector<One> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = entries_.begin(); at != entries_.end();) {
      Entry& entry = at->second;
      if (now - entry.recorded_at < window_) {
        ++at;
      } else if (entry.waiting.count > 0) {
        due.push_back(entry.waiting);
        entry.waiting.count = 0;
        entry.recorded_at = now;
        ++at;
      } else {
        at = entries_.erase(at);
      }
    }
  }
  for (const One& one : due) record_(one);
}

}  // namespace recourse::routes::served
