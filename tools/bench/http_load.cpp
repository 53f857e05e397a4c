#include "tools/bench/http_load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "tools/bench/stopwatch.h"

namespace recourse::bench {
namespace {

struct Connection {
  int socket = -1;
  std::string answer;
  SteadyClock::time_point sent;
};

/// Total size of the answer at the front of `text`, 0 while its head is not complete.
std::size_t answer_size(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t at = text.substr(0, end).find(kLength);
  std::size_t length = 0;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + kLength.size(), text.data() + end, length);
  return end + 4 + length;
}

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    ::close(socket);
    return -1;
  }
  return socket;
}

bool send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

class Load {
 public:
  Load(std::size_t connections, const std::function<std::string(std::uint64_t)>& request)
      : connections_(connections), request_(request), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  ~Load() {
    for (const Connection& connection : connections_)
      if (connection.socket >= 0) ::close(connection.socket);
    ::close(epoll_);
  }

  Result<LoadResult> run(std::uint16_t port, double seconds) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].socket = connect_to(port);
      epoll_event interest{};
      interest.events = EPOLLIN;
      interest.data.u64 = i;
      if (connections_[i].socket < 0 ||
          ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].socket, &interest) != 0)
        return Error{ErrorCode::io, "cannot connect to the server under test"};
    }
    const auto start = SteadyClock::now();
    const auto end = start + std::chrono::duration_cast<SteadyClock::duration>(
                                 std::chrono::duration<double>(seconds));
    for (Connection& connection : connections_)
      if (!send_next(connection)) return lost();
    std::vector<epoll_event> ready(connections_.size());
    while (SteadyClock::now() < end) {
      const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 100);
      for (int i = 0; i < count; ++i)
        if (!on_readable(connections_[ready[static_cast<std::size_t>(i)].data.u64])) return lost();
    }
    const double took = seconds_since(start);
    result_.requests = latencies_us_.size();
    result_.per_second = static_cast<double>(result_.requests) / took;
    std::sort(latencies_us_.begin(), latencies_us_.end());
    if (!latencies_us_.empty()) {
      result_.p50_us = latencies_us_[latencies_us_.size() / 2];
      result_.p99_us = latencies_us_[latencies_us_.size() * 99 / 100];
    }
    return result_;
  }

 private:
  static Error lost() { return {ErrorCode::io, "the server under test closed a connection"}; }

  bool send_next(Connection& connection) {
    connection.sent = SteadyClock::now();
    return send_all(connection.socket, request_(next_++));
  }

  bool on_readable(Connection& connection) {
    char buffer[32 * 1024];
    const ssize_t got = ::recv(connection.socket, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    connection.answer.append(buffer, static_cast<std::size_t>(got));
    const std::size_t size = answer_size(connection.answer);
    if (size == 0 || connection.answer.size() < size) return true;
    latencies_us_.push_back(
        std::chrono::duration<double, std::micro>(SteadyClock::now() - connection.sent).count());
    if (connection.answer.compare(9, 1, "2") != 0) {
      if (result_.refused++ == 0) result_.first_refusal = connection.answer;
    }
    result_.body_bytes = size;
    connection.answer.erase(0, size);
    return send_next(connection);
  }

  std::vector<Connection> connections_;
  const std::function<std::string(std::uint64_t)>& request_;
  const int epoll_;
  std::uint64_t next_ = 0;
  std::vector<double> latencies_us_;
  LoadResult result_;
};

}  // namespace

Result<LoadResult> load(std::uint16_t port, std::size_t connections, double seconds,
                        const std::function<std::string(std::uint64_t)>& request) {
  return Load(connections, request).run(port, seconds);
}

}  // namespace recourse::bench
