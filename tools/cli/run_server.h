#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "tools/backup/upkeep.h"
#include "tools/cli/deployment.h"
#include "tools/cli/flags.h"
#include "tools/cli/stop_signals.h"

namespace recourse::cli {

struct ListenAddress {
  std::string address;
  std::uint16_t port = 0;
};
/// Reads 127.0.0.1:8080, [::1]:8080, localhost:0, or a port alone. Errors: invalid.
Result<ListenAddress> parse_listen(std::string_view text);

/// The address of a server that listens so, on the port that it got.
std::string url_of(const ListenAddress& listen, std::uint16_t port);

/// What can be said of the flags before anything is opened. Errors: invalid.
Status check_flags(const ServerFlags& flags);

/// Serves `deployment` until a signal comes or a write to the ledger fails, then answers what is in
/// flight and stops. Counts of requests are kept in the data directory of `place`; `upkeep` says
/// what it does by itself besides. `ready` gets the server's URL once it accepts connections.
/// `until_done` is tried again and again from then on, until it no longer says `unavailable`.
/// Errors: those of Server::start; `invalid` or `not_found` for a limit or a key; `unknown_outcome`
/// after a failed write.
Status run_server(Deployment& deployment, const PlaceFlags& place, const ServerFlags& flags,
                  UpkeepOptions upkeep, StopSignals& signals,
                  const std::function<void(const std::string& url)>& ready,
                  std::function<Status()> until_done = {});

}  // namespace recourse::cli
