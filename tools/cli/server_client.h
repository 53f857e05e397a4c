#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/event/json.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

/// Asks a running server in place of opening its data directory. Threads: one.
class ServerClient {
 public:
  /// Reads the API key. Errors: invalid for an URL that is none; not_found, io for the key file.
  static Result<ServerClient> open(const TargetFlags& flags);
  ServerClient(ServerClient&&) noexcept;
  ~ServerClient();

  struct Answer {
    std::string body;
    std::string position;  ///< Recourse-Position, empty when absent.
    std::string next;      ///< Recourse-Next of a list of events, empty when absent.
  };

  /// Errors: what the server's problem document says, with the nearest code; `unavailable` when it
  /// cannot be reached.
  Result<Answer> get(const std::string& path);
  /// With an Idempotency-Key of its own.
  Result<Answer> post(const std::string& path, const Json& body);
  Result<Answer> remove(const std::string& path);

 private:
  struct Connection;
  explicit ServerClient(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

/// The `items` of a list that a server answered. Errors: unsupported when there are none.
Result<Json> items_of(const ServerClient::Answer& answer);

/// `text` for one segment of a path or one value of a query.
std::string percent_encoded(std::string_view text);

}  // namespace recourse::cli
