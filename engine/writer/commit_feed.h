#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>

#include "engine/base/id.h"

namespace recourse {

/// Tells whoever waits that events of a ledger are durable and their rows are shown. Threads: the
/// writer publishes; any thread asks, subscribes and unsubscribes.
class CommitFeed {
 public:
  /// `size`: events of the ledger that the rows now cover.
  using Listener = std::function<void(LedgerId ledger, LogSize size)>;

  /// The listener runs on the writer's thread, so it must be short and must not (un)subscribe.
  std::uint64_t subscribe(Listener listener);
  /// Once this returns the listener is not running and is not called again.
  void unsubscribe(std::uint64_t subscription);

  /// How many events of the ledger the rows cover; zero for an unknown ledger.
  LogSize applied(LedgerId ledger) const;

  void publish(LedgerId ledger, LogSize size);

 private:
  mutable std::mutex sizes_mutex_;
  std::unordered_map<std::uint32_t, LogSize> sizes_;
  std::mutex listeners_mutex_;  ///< Held while listeners run.
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t next_ = 1;
};

}  // namespace recourse
