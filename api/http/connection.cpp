#include "api/http/connection.h"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <charconv>
#include <utility>

#include "api/http/problem.h"

namespace recourse::http {
namespace {

namespace asio = boost::asio;
using Failure = boost::system::error_code;

/// Input kept for later while a request is in hand; beyond it the client has to wait.
constexpr std::size_t kReadAhead = 64 * 1024;
/// A body up to this size is copied behind its head and goes out in one piece.
constexpr std::size_t kSmallBody = 4 * 1024;
/// Steps taken for one connection before the others of the thread get their turn.
constexpr int kTurn = 64;
constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::chrono::milliseconds kLingerDraining{200};
constexpr std::size_t kLingerBytes = 16 * 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool would_block(const Failure& failure) {
  return failure == asio::error::would_block || failure == asio::error::try_again;
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

/// Fields that frame the answer are the server's own; line breaks would forge further ones.
bool may_be_sent(const Headers::Field& field) {
  for (const std::string_view own :
       {"Content-Length", "Transfer-Encoding", "Connection", "Date", "Server", "Content-Type"})
    if (same_field(field.first, own)) return false;
  for (const std::string& text : {std::cref(field.first), std::cref(field.second)})
    for (const char c : text)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) return false;
  return !field.first.empty();
}

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

Connection::Connection(Worker& worker, asio::ip::tcp::socket socket)
    : worker_(worker), socket_(std::move(socket)) {}

void Connection::start() {
  Failure failure;
  const auto remote = socket_.remote_endpoint(failure);
  if (!failure) socket_.non_blocking(true, failure);
  if (!failure) socket_.set_option(asio::ip::tcp::no_delay(true), failure);
  if (failure) return close();  // It left before we looked.
  peer_ = remote.address().to_string();
  deadline_ = std::chrono::steady_clock::now() + worker_.server().options.idle_timeout;
  if (worker_.draining()) return close();
  keep_reading();
}

void Connection::refuse() {
  start();
  if (phase_ == Phase::closed) return;
  keep_alive_ = false;
  Response busy = problem(503, "too-many-connections", "Too many connections",
                          "the server has no room for another connection");
  busy.headers.add("Retry-After", "1");
  begin_answer(std::move(busy));
  pump();
}

void Connection::answer(std::uint64_t serial, Response response) {
  if (phase_ != Phase::handling || serial != serial_ || answer_) {
    if (response.stream) response.stream->closed();
    return;
  }
  answer_ = std::move(response);
  pump();
}

void Connection::wake() {
  if (wake_pending_) wake_pending_->store(false);
  if (phase_ == Phase::waiting) phase_ = Phase::writing;
  pump();
}

void Connection::drain() {
  if (stream_ && stream_->endless()) {
    end_stream();
    keep_alive_ = false;
    if (phase_ != Phase::waiting || !chunked_) return close();
    out_ = "0\r\n\r\n";  // The client sees an end, not a broken body.
    phase_ = Phase::writing;
  }
  pump();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  end_stream();
  if (answer_ && answer_->stream) answer_->stream->closed();
  answer_.reset();
  Failure ignored;
  socket_.close(ignored);
  worker_.forget(shared_from_this());
}

void Connection::end_stream() {
  if (!stream_) return;
  const std::shared_ptr<StreamSource> ended = std::move(stream_);
  stream_.reset();
  ended->closed();
}

void Connection::check(Time now) {
  if (!deadline_ || now < *deadline_) return;
  deadline_.reset();
  if (phase_ == Phase::reading) {
    worker_.server().timed_out.fetch_add(1);
    refuse_request(
        problem(408, "request-timeout", "Request timeout", "the request did not arrive in time"));
    return pump();
  }
  if (phase_ == Phase::writing) worker_.server().timed_out.fetch_add(1);
  close();
}

void Connection::pump() {
  if (pumping_ || phase_ == Phase::closed) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  pumping_ = true;
  int turn = kTurn;
  while (turn > 0 && step()) --turn;
  pumping_ = false;
  if (phase_ == Phase::closed) return;
  if (turn == 0) worker_.post(weak_from_this(), 0, std::nullopt);
  keep_reading();
}

bool Connection::step() {
  switch (phase_) {
    case Phase::idle:
      if (input().empty()) {
        if (peer_done_ || worker_.draining()) close();
        return false;
      }
      parser_ = std::make_unique<RequestParser>(worker_.server().options.limits);
      received_at_ = std::chrono::steady_clock::now();
      deadline_ = received_at_ + worker_.server().options.request_timeout;
      continued_ = false;
      phase_ = Phase::reading;
      return true;
    case Phase::reading:
      return read_request();
    case Phase::handling: {
      if (!answer_) return false;
      Response response = std::move(*answer_);
      answer_.reset();
      begin_answer(std::move(response));
      return true;
    }
    case Phase::writing:
      return write_some();
    case Phase::waiting:
    case Phase::lingering:
    case Phase::closed:
      return false;
  }
  return false;
}

bool Connection::read_request() {
  if (input().empty()) {
    if (peer_done_) close();
    return false;
  }
  consume(parser_->feed(input()));
  switch (parser_->state()) {
    case RequestParser::State::refused:
      refuse_request(parser_->refusal());
      return true;
    case RequestParser::State::complete:
      hand_over();
      return true;
    case RequestParser::State::body:
      if (parser_->expects_continue() && !continued_) {
        continued_ = true;
        Failure failure;
        // An empty send buffer takes so few bytes; if not, the client is not one we can serve.
        if (input().empty() && parser_->request().body.empty() &&
            socket_.write_some(asio::buffer(kContinue), failure) != kContinue.size()) {
          close();
          return false;
        }
      }
      break;
    case RequestParser::State::head:
      break;
  }
  if (peer_done_) close();
  return false;
}

void Connection::hand_over() {
  ServerState& server = worker_.server();
  server.requests.fetch_add(1, std::memory_order_relaxed);
  phase_ = Phase::handling;
  deadline_.reset();
  ++serial_;
  Request request = std::move(parser_->request());
  request.peer = peer_;
  request.received_at = received_at_;
  method_ = request.method;
  http_1_0_ = parser_->http_1_0();
  keep_alive_ = parser_->keep_alive();
  parser_.reset();
  Reply reply([worker = worker_.shared_from_this(), weak = weak_from_this(),
               serial = serial_](Response response) {
    if (worker->on_thread()) {
      const auto self = weak.lock();
      // Called from within the handler: pump() is on the stack and goes on with the answer.
      if (self && self->pumping_) return self->answer(serial, std::move(response));
    }
    worker->post(weak, serial, std::move(response));
  });
  try {
    server.handler(std::move(request), std::move(reply));
  } catch (const std::exception& failure) {
    // The reply goes down with the handler and answers 500 without this text.
    spdlog::error("http: a handler threw: {}", failure.what());
  } catch (...) {
    spdlog::error("http: a handler threw");
  }
}

void Connection::refuse_request(const Response& problem) {
  worker_.server().malformed.fetch_add(1);
  keep_alive_ = false;
  if (parser_) {
    http_1_0_ = parser_->http_1_0();
    method_ = parser_->request().method;
  }
  begin_answer(problem);
}

void Connection::begin_answer(Response response) {
  const bool no_body = has_no_body(response.status) || method_ == Method::head;
  keep_alive_ = keep_alive_ && !worker_.draining();
  chunked_ = response.stream && !http_1_0_;
  if (response.stream && !chunked_ && !no_body) keep_alive_ = false;  // Its end is the body's end.
  body_ = response.shared_body ? std::move(response.shared_body) : nullptr;
  const std::size_t size = body_ ? body_->size() : response.body.size();

  out_.clear();
  out_.append("HTTP/1.1 ");
  append_number(out_, static_cast<std::uint64_t>(response.status));
  out_.append(" ").append(reason(response.status));
  out_.append("\r\nDate: ").append(worker_.date()).append("\r\nServer: recourse\r\n");
  if (!response.content_type.empty())
    out_.append("Content-Type: ").append(response.content_type).append("\r\n");
  for (const Headers::Field& field : response.headers) {
    if (may_be_sent(field)) {
      out_.append(field.first).append(": ").append(field.second).append("\r\n");
    } else {
      spdlog::error("http: a response field was not sent: '{}'", field.first);
    }
  }
  if (chunked_) {
    out_.append("Transfer-Encoding: chunked\r\n");
  } else if (!response.stream && !has_no_body(response.status)) {
    out_.append("Content-Length: ");
    append_number(out_, size);
    out_.append("\r\n");
  }
  if (!keep_alive_) {
    out_.append("Connection: close\r\n");
  } else if (http_1_0_) {
    out_.append("Connection: keep-alive\r\n");
  }
  out_.append("\r\n");

  if (no_body || response.stream) {
    body_.reset();
  } else if (size <= kSmallBody) {
    out_.append(body_ ? *body_ : response.body);
    body_.reset();
  } else if (!body_) {
    body_ = std::make_shared<const std::string>(std::move(response.body));
  }
  written_ = 0;
  phase_ = Phase::writing;
  deadline_ = std::chrono::steady_clock::now() + worker_.server().options.write_timeout;
  if (!response.stream) return;
  if (no_body || ((peer_done_ || worker_.draining()) && response.stream->endless())) {
    response.stream->closed();
    if (!no_body) close();
    return;
  }
  stream_ = std::move(response.stream);
  wake_pending_ = std::make_shared<std::atomic<bool>>(false);
  try {
    stream_->start(
        [worker = worker_.shared_from_this(), weak = weak_from_this(), pending = wake_pending_] {
          if (!pending->exchange(true)) worker->post(weak, 0, std::nullopt);
        });
  } catch (const std::exception& failure) {
    spdlog::error("http: a stream threw: {}", failure.what());
    close();
  }
}

bool Connection::write_some() {
  const std::size_t body_size = body_ ? body_->size() : 0;
  while (written_ < out_.size() + body_size) {
    std::array<asio::const_buffer, 2> left;
    const std::size_t of_head = std::min(written_, out_.size());
    left[0] = asio::buffer(out_.data() + of_head, out_.size() - of_head);
    if (body_) left[1] = asio::buffer(*body_) + (written_ - of_head);
    Failure failure;
    const std::size_t count = socket_.write_some(left, failure);
    if (would_block(failure)) {
      if (!writing_armed_) {
        writing_armed_ = true;
        socket_.async_wait(asio::ip::tcp::socket::wait_write,
                           [self = shared_from_this()](const Failure& stopped) {
                             self->writing_armed_ = false;
                             if (!stopped) self->pump();
                           });
      }
      return false;
    }
    if (failure) {
      close();
      return false;
    }
    written_ += count;
    deadline_ = std::chrono::steady_clock::now() + worker_.server().options.write_timeout;
  }
  out_.clear();
  body_.reset();
  written_ = 0;
  return stream_ ? pull() : finish_answer();
}

bool Connection::pull() {
  std::string bytes;
  StreamSource::Next next = StreamSource::Next::later;
  try {
    next = stream_->next(bytes);
  } catch (const std::exception& failure) {
    // Without the last chunk the client can tell that something is missing.
    spdlog::error("http: a stream threw: {}", failure.what());
    close();
    return false;
  }
  switch (next) {
    case StreamSource::Next::later:
      phase_ = Phase::waiting;
      deadline_.reset();
      return false;
    case StreamSource::Next::end:
      stream_.reset();
      if (!chunked_) return finish_answer();
      out_ = "0\r\n\r\n";
      return true;
    case StreamSource::Next::chunk:
      RECOURSE_ASSERT(!bytes.empty(), "a chunk has bytes: an empty one would end the body");
      if (chunked_) {
        append_number(out_, bytes.size(), 16);
        out_.append("\r\n").append(bytes).append("\r\n");
      } else {
        out_ = std::move(bytes);
      }
      return true;
  }
  return false;
}

bool Connection::finish_answer() {
  out_ = {};
  if (!keep_alive_) {
    linger();
    return false;
  }
  phase_ = Phase::idle;
  deadline_ = std::chrono::steady_clock::now() + worker_.server().options.idle_timeout;
  return true;
}

void Connection::linger() {
  if (peer_done_) return close();
  Failure failure;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, failure);
  if (failure) return close();
  phase_ = Phase::lingering;
  deadline_ = std::chrono::steady_clock::now() + (worker_.draining() ? kLingerDraining : kLinger);
  parser_.reset();
  in_ = {};
  in_begin_ = 0;
}

void Connection::keep_reading() {
  if (reading_armed_ || peer_done_ || phase_ == Phase::closed) return;
  const bool busy =
      phase_ == Phase::handling || phase_ == Phase::writing || phase_ == Phase::waiting;
  if (busy && input().size() >= kReadAhead) return;
  reading_armed_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](const Failure& stopped) {
                       self->reading_armed_ = false;
                       if (!stopped) self->on_readable();
                     });
}

void Connection::on_readable() {
  if (phase_ == Phase::closed) return;
  std::string& scratch = worker_.scratch();
  Failure failure;
  const std::size_t count = socket_.read_some(asio::buffer(scratch), failure);
  if (would_block(failure)) return keep_reading();
  if (failure && failure != asio::error::eof) return close();
  if (failure) {
    peer_done_ = true;
    // A client may end its side after the last request and still wait for the answers. Nobody
    // does so with a stream that never ends: that one is gone.
    if (phase_ == Phase::lingering || (stream_ && stream_->endless())) return close();
    return pump();
  }
  if (phase_ == Phase::lingering) {
    discarded_ += count;
    return discarded_ > kLingerBytes ? close() : keep_reading();
  }
  in_.append(scratch.data(), count);
  pump();
}

void Connection::consume(std::size_t count) {
  in_begin_ += count;
  if (in_begin_ == in_.size()) {
    in_begin_ = 0;
    if (in_.capacity() > kReadAhead) {
      in_ = {};
    } else {
      in_.clear();
    }
  } else if (in_begin_ > in_.size() / 2) {
    in_.erase(0, in_begin_);
    in_begin_ = 0;
  }
}

}  // namespace recourse::http
