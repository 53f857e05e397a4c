#include "api/routes/served_rejections.h"

#include <utility>
#include <vector>

namespace recourse::routes::served {
namespace {

/// Past these, rejections are told apart by command and problem alone.
constexpr std::size_t kMaxEntries = 4'096;

}  // namespace

Rejections::Rejections(Record record, std::chrono::seconds window)
    : record_(std::move(record)), window_(window) {}

void Rejections::note(const TenantId& tenant, const Principal& principal,
                      const std::string& command, const std::string& problem, Timestamp now,
                      const std::string& target) {
  One one{tenant, principal, command, problem, 1, target};
  {
    const std::lock_guard lock(mutex_);
    std::string key = tenant.value() + '\n' + command + '\n' + problem;
    const std::string own = key + '\n' + principal.id.value() + '\n' + target;
    if (!target.empty() && (entries_.size() < kMaxEntries || entries_.contains(own))) {
      key = own;
    } else {
      one.target.clear();
    }
    const auto [found, first] = entries_.try_emplace(std::move(key));
    Entry& entry = found->second;
    one.count = first ? 0 : entry.waiting.count + 1;
    entry.waiting = one;
    if (!first) return;
    entry.recorded_at = now;
  }
  one.count = 1;
  record_(one);
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
