#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/request_parser.h"
#include "api/http/worker.h"

namespace recourse::http {

/// One client: reads requests, hands each to the handler, writes the answers in order. A state
/// machine on its worker's thread that tries the socket first and waits only when it must.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Connection(Worker& worker, boost::asio::ip::tcp::socket socket);

  void start();
  /// Answers 503 instead of serving.
  void refuse();
  void answer(std::uint64_t serial, Response response);
  void wake();
  /// No further request; ends what need not be waited for.
  void drain();
  void close();
  /// Called a few times a second to act on deadlines.
  void check(Time now);

 private:
  enum class Phase {
    idle,       ///< Between two requests.
    reading,    ///< A request has begun.
    handling,   ///< The handler has it.
    writing,    ///< Output is left over.
    waiting,    ///< The stream has nothing to send yet.
    lingering,  ///< All is said; reading on, so that a reset does not overtake our last words.
    closed,
  };

  void pump();
  bool step();
  bool read_request();
  void hand_over();
  void begin_answer(Response response);
  void refuse_request(const Response& problem);
  bool write_some();
  bool pull();
  bool finish_answer();
  void linger();
  void keep_reading();
  void on_readable();
  void end_stream();

  std::string_view input() const { return std::string_view(in_).substr(in_begin_); }
  void consume(std::size_t count);

  Worker& worker_;
  boost::asio::ip::tcp::socket socket_;
  std::string peer_;
  Phase phase_ = Phase::idle;
  std::optional<Time> deadline_;

  std::string in_;
  std::size_t in_begin_ = 0;
  bool reading_armed_ = false;
  bool peer_done_ = false;  ///< The client will send nothing more.
  std::size_t discarded_ = 0;

  std::unique_ptr<RequestParser> parser_;
  Time received_at_{};
  Method method_ = Method::get;
  bool http_1_0_ = false;
  bool keep_alive_ = false;
  bool continued_ = false;
  std::uint64_t serial_ = 0;  ///< Of the request in hand; an answer to another is void.
  std::optional<Response> answer_;

  std::string out_;  ///< Head and, when small, body; or a chunk.
  std::shared_ptr<const std::string> body_;
  std::size_t written_ = 0;
  bool writing_armed_ = false;
  std::shared_ptr<StreamSource> stream_;  ///< Until it said `end`.
  bool chunked_ = false;
  std::shared_ptr<std::atomic<bool>> wake_pending_;
  bool pumping_ = false;
};

}  // namespace recourse::http
