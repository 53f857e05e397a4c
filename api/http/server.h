#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/http/message.h"
#include "api/http/request_parser.h"
#include "engine/base/result.h"

namespace recourse::http {

/// What the server has done so far; counts since its start.
struct ServerFigures {
  std::uint64_t open_connections = 0;  ///< Now.
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;    ///< Connections past the limit.
  std::uint64_t requests = 0;   ///< Handed to the handler.
  std::uint64_t malformed = 0;  ///< Answered by the server itself: framing, limits, time-outs.
  std::uint64_t timed_out = 0;  ///< Connections closed because the client was too slow.
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< An IPv4 or IPv6 address, or `localhost`.
  std::uint16_t port = 8080;          ///< 0 takes any free one.
  std::size_t threads = 2;            ///< I/O threads; a connection stays on one of them.
  std::size_t max_connections = 2048;
  ReadLimits limits;
  /// Between two requests of a connection.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(60);
  /// From the first byte of a request to its last, however they dribble in.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(20);
  /// Without a byte of the answer being taken by the client.
  std::chrono::milliseconds write_timeout = std::chrono::seconds(30);
};

/// An HTTP/1.1 server: keep-alive, pipelining (requests of one connection are handled one after the
/// other), chunked answers from a StreamSource, limits on everything. What it refuses it answers
/// with a problem document. No SO_REUSEPORT, so two processes never share a port unknowingly.
/// Threads: any may call anything, except `stop` and the destructor, which no handler may call.
class Server {
 public:
  /// Listens, then serves `handler` until stopped. Errors: locked when another process has the
  /// port; invalid for an address that is none; io otherwise.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);

  /// Stops at once if `stop` was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  ServerFigures figures() const;

  /// Accepts no more, ends endless streams and idle connections, gives requests in flight until
  /// `grace` has passed to be answered, then closes what is left. May be called again.
  void stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse::http
