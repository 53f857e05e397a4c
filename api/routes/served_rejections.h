#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/id.h"
#include "engine/base/time.h"
#include "engine/command/commands.h"

namespace recourse::routes::served {

/// Requests that could not become a command, such as an agent's answer to a ticket that is not
/// there, and votes that were refused, on their way into the tenant's ledger as command.rejected:
/// one leaf at once, then at most one a minute for each tenant, command and problem, and with a
/// target for each principal and target, so that a loop cannot flood the log. Threads: any.
class Rejections {
 public:
  struct One {
    TenantId tenant;
    Principal principal;  ///< Who made the last of them.
    std::string command, problem;
    std::int64_t count = 0;
    std::string target = {};  ///< Id of what it was about; empty for none.
  };
  using Record = std::function<void(const One&)>;

  /// `record` writes a leaf; it is called outside of any lock, by whoever calls note() or flush().
  explicit Rejections(Record record, std::chrono::seconds window = std::chrono::minutes(1));

  void note(const TenantId& tenant, const Principal& principal, const std::string& command,
            const std::string& problem, Timestamp now, const std::string& target = "");
  /// Records what was counted since the last leaf where the window has passed, and forgets the
  /// rest.
  void flush(Timestamp now);

 private:
  struct Entry {
    One waiting;
    Timestamp recorded_at;
  };
  const Record record_;
  const std::chrono::seconds window_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace recourse::routes::served
