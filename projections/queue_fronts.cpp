#include "projections/queue_fronts.h"

#include <algorithm>

namespace recourse {
namespace {

std::size_t shared_by(std::string_view a, std::string_view b) {
  const auto end = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + end, b.begin()).first -
                                  a.begin());
}

}  // namespace

QueueFronts::Look QueueFronts::begin(std::string_view queue) {
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = fronts_.try_emplace(std::string(queue));
  if (is_new) at->second = {std::string(queue), ++changes_};
  return {at->second.from, at->second.change};
}

void QueueFronts::found(std::string_view queue, const Look& look, std::string_view first) {
  const std::lock_guard lock(mutex_);
  const auto at = fronts_.find(queue);
  if (at != fronts_.end() && at->second.change == look.change) at->second.from = first;
}

void QueueFronts::written(
    const std::function<void(const std::function<void(std::string_view key)>&)>& each) {
  const std::lock_guard lock(mutex_);
  if (fronts_.empty()) return;
  each([this](std::string_view key) {
    // From the longest queue that holds the key to the shortest: queues may lie in each other.
    for (std::string_view rest = key;;) {
      auto at = fronts_.upper_bound(rest);
      if (at == fronts_.begin()) return;
      --at;
      const std::size_t shared = shared_by(at->first, rest);
      if (shared < at->first.size()) {
        rest = rest.substr(0, shared);
        continue;
      }
      at->second.change = ++changes_;
      if (key < at->second.from) at->second.from = key;
      if (shared == 0) return;
      rest = rest.substr(0, shared - 1);
    }
  });
}

void QueueFronts::forget(std::string_view prefix) {
  const std::lock_guard lock(mutex_);
  const auto first = fronts_.lower_bound(prefix);
  auto last = first;
  while (last != fronts_.end() && last->first.starts_with(prefix)) ++last;
  fronts_.erase(first, last);
}

}  // namespace recourse
