#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/audit/event_filter.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {

/// The wanted events of a running server, page by page. `server` outlives this. Threads: one.
class ServerTail {
 public:
  ServerTail(ServerClient& server, const EventFilter& filter);

  struct Page {
    std::vector<std::string> leaves;
    std::int64_t next = -1;  ///< Everything up to here was looked at.
    bool ended = false;      ///< And there was nothing behind it.
  };

  /// What comes after a position, -1 for the start; `wait`: the server holds the answer until there
  /// is something. Errors: those of the server; unsupported for an answer that is no page.
  Result<Page> after(std::int64_t position, bool wait);

  /// After which position the newest `last` wanted events come. Looks back twice as far until
  /// there are so many, or the start is reached.
  Result<std::int64_t> begin_of_last(std::uint64_t last);

 private:
  ServerClient& server_;
  std::string query_;
  bool filtered_ = false;
  std::int64_t newest_ = -1;
};

}  // namespace recourse::cli
