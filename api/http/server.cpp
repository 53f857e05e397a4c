#include "api/http/server.h"

#include <spdlog/spdlog.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <condition_variable>
#include <thread>
#include <utility>
#include <vector>

#include "api/http/worker.h"

namespace recourse::http {
namespace {

using boost::asio::ip::tcp;
using Failure = boost::system::error_code;

constexpr int kBacklog = 1024;
/// Past the limit, so many clients more are told so; the rest are cut off.
constexpr std::uint64_t kToldSo = 64;
constexpr std::chrono::milliseconds kAcceptPause{100};

Error listen_error(const ServerOptions& options, const Failure& failure) {
  const std::string where = options.address + " port " + std::to_string(options.port);
  if (failure == boost::asio::error::address_in_use)
    return {ErrorCode::locked, "another process listens on " + where};
  return {ErrorCode::io, "cannot listen on " + where + ": " + failure.message()};
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler) : state_(std::make_shared<ServerState>()) {
    state_->options = std::move(options);
    state_->handler = std::move(handler);
    for (std::size_t i = 0; i < std::max<std::size_t>(1, state_->options.threads); ++i)
      workers_.push_back(std::make_shared<Worker>(state_));
    acceptor_.emplace(workers_.front()->context());
    pause_.emplace(workers_.front()->context());
  }

  Status listen() {
    const ServerOptions& options = state_->options;
    Failure failure;
    const auto address = boost::asio::ip::make_address(
        options.address == "localhost" ? "127.0.0.1" : options.address, failure);
    if (failure) return Error{ErrorCode::invalid, "'" + options.address + "' is not an IP address"};
    const tcp::endpoint endpoint(address, options.port);
    acceptor_->open(endpoint.protocol(), failure);
    // Only against the time-wait of a former run: it does not let two processes listen on Linux.
    if (!failure) acceptor_->set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor_->bind(endpoint, failure);
    if (!failure) acceptor_->listen(kBacklog, failure);
    if (!failure) port_ = acceptor_->local_endpoint(failure).port();
    if (failure) return listen_error(options, failure);
    return {};
  }

  void run() {
    accept();
    for (const auto& worker : workers_) worker->start();
  }

  void stop(std::chrono::milliseconds grace) {
    const std::lock_guard lock(stopping_);
    if (stopped_) return;
    stopped_ = true;
    // Whatever is answered from here on says that the connection ends.
    state_->draining = true;
    boost::asio::post(workers_.front()->context(), [this] {
      Failure ignored;
      acceptor_->close(ignored);
      pause_->cancel();
    });
    for (const auto& worker : workers_) worker->drain();
    const auto end = std::chrono::steady_clock::now() + grace;
    while (state_->open.load() > 0 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    for (const auto& worker : workers_) worker->finish();
    // They belong to a context that others may keep alive longer than this object.
    acceptor_.reset();
    pause_.reset();
    // Who may still answer or wake keeps its worker alive, and so this state. What the caller gave
    // us must not live on with it: it may in turn own those who answer.
    state_->handler = nullptr;
    state_->options.limits.body_limit = nullptr;
  }

  std::uint16_t port() const { return port_; }

  ServerFigures figures() const {
    ServerFigures out;
    out.open_connections = state_->open.load();
    out.accepted = state_->accepted.load();
    out.refused = state_->refused.load();
    out.requests = state_->requests.load();
    out.malformed = state_->malformed.load();
    out.timed_out = state_->timed_out.load();
    return out;
  }

 private:
  void accept() {
    Worker& worker = *workers_[next_++ % workers_.size()];
    acceptor_->async_accept(worker.context(), [this, &worker](Failure failure, tcp::socket socket) {
      if (!acceptor_->is_open()) return;
      if (failure) return pause_accepting(failure);
      admit(worker, std::move(socket));
      accept();
    });
  }

  void admit(Worker& worker, tcp::socket socket) {
    const std::uint64_t open = state_->open.load();
    const std::uint64_t limit = state_->options.max_connections;
    if (open >= limit) state_->refused.fetch_add(1);
    if (open >= limit + kToldSo) return;  // Closed by going out of scope.
    state_->open.fetch_add(1);
    state_->accepted.fetch_add(1);
    worker.adopt(std::move(socket), open >= limit);
  }

  void pause_accepting(const Failure& failure) {
    // Mostly out of file descriptors; trying again at once would only burn the processor.
    spdlog::warn("http: accept: {}", failure.message());
    pause_->expires_after(kAcceptPause);
    pause_->async_wait([this](Failure cancelled) {
      if (!cancelled && acceptor_->is_open()) accept();
    });
  }

  std::shared_ptr<ServerState> state_;
  std::vector<std::shared_ptr<Worker>> workers_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<boost::asio::steady_timer> pause_;
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
  std::mutex stopping_;
  bool stopped_ = false;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { impl_->stop(std::chrono::milliseconds(0)); }

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  RECOURSE_TRY(impl->listen());
  impl->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port(); }
ServerFigures Server::figures() const { return impl_->figures(); }
void Server::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace recourse::http
