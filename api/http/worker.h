#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "api/http/server.h"

namespace recourse::http {

class Connection;

/// What all workers of a server share. Internal to api/http, like everything in this file.
struct ServerState {
  ServerOptions options;
  Handler handler;
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> timed_out{0};
  std::atomic<bool> draining{false};  ///< From the first moment of stopping, for all workers.
};

/// One I/O thread with its connections. Kept alive by whoever may still answer one of its requests,
/// so that an answer after the server's end falls into the void and not into freed memory.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(std::shared_ptr<ServerState> server);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  boost::asio::io_context& context() { return context_; }
  void start();
  /// Any thread; each asks the I/O thread to do it.
  void adopt(boost::asio::ip::tcp::socket socket, bool over_limit);
  void drain();
  /// Closes every connection, stops and joins the thread.
  void finish();

  /// Hands an answer (or without one: a wake) to a connection. Any thread, any time.
  void post(std::weak_ptr<Connection> to, std::uint64_t serial, std::optional<Response> response);

  bool on_thread() const { return std::this_thread::get_id() == thread_id_.load(); }

  // Below: for connections, on the I/O thread.
  ServerState& server() { return *server_; }
  bool draining() const { return server_->draining; }
  std::string& scratch() { return scratch_; }
  /// The Date field's value for this second (RFC 9110, 5.6.7).
  const std::string& date();
  void forget(const std::shared_ptr<Connection>& connection);

 private:
  struct Mail {
    std::weak_ptr<Connection> to;
    std::uint64_t serial;
    std::optional<Response> response;
  };
  void deliver_mail();
  void tick();
  void run();

  std::shared_ptr<ServerState> server_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_{context_};
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_{};
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::string scratch_;
  std::string date_;
  std::time_t date_second_ = 0;

  std::mutex mutex_;  ///< Guards the two below.
  std::vector<Mail> mail_;
  bool open_ = true;  ///< The thread still delivers mail.
};

}  // namespace recourse::http
