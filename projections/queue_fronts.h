#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace recourse {

/// Where queues begin: ranges of rows that come in anywhere and go at the front. Whoever looks from
/// the first key again and again passes the tombstones of everything that ever went; with what is
/// known here a look begins at the first row that may be there. Kept in memory only: a queue that
/// nobody has looked at since the start begins at its first key. Threads: any.
class QueueFronts {
 public:
  /// A look that is under way.
  struct Look {
    std::string from;  ///< No row of the queue lies before it.
    std::uint64_t change = 0;
  };
  /// Call it before the rows are read: what is read must hold every row that was written() before.
  /// `queue` is the prefix of its keys.
  Look begin(std::string_view queue);
  /// The look found nothing before `first`. It counts when no row came in meanwhile.
  void found(std::string_view queue, const Look& look, std::string_view first);

  /// Tells of rows that can be read from now on: `each` calls its argument with every key. It is
  /// not called as long as there is no queue.
  void written(const std::function<void(const std::function<void(std::string_view key)>&)>& each);

  /// Forgets the queues below `prefix`, whose rows are replaced.
  void forget(std::string_view prefix);

 private:
  struct Front {
    std::string from;
    std::uint64_t change = 0;  ///< The latest row that came in.
  };
  std::mutex mutex_;
  std::uint64_t changes_ = 0;
  std::map<std::string, Front, std::less<>> fronts_;  ///< By prefix.
};

}  // namespace recourse
